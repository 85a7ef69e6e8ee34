"""Laws of the association."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plugins.hosts.conftest import galaxy, moved, write
from tom_alerce_like.plugins.hosts.associate import associate, gathered
from tom_alerce_like.plugins.hosts.candidates import Listed
from tom_alerce_like.plugins.hosts.catalogue import galaxies
from tom_alerce_like.plugins.hosts.posterior import REACH, SCALE, profile
from tom_alerce_like.plugins.hosts.sources.glade import GladeCatalogue
from tom_alerce_like.plugins.hosts.sources.isophotes import HALF_LIGHT
from tom_alerce_like.plugins.hosts.sources.survey import SurveyCatalogue
from tom_alerce_like.plugins.hosts.why import sentences


def places(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Places in and around the fixture's galaxies, in an order that is not theirs."""
    rng = np.random.default_rng(5)
    north, east = rng.normal(0, 40, (2, n))
    centre = np.array([(150.0, 2.0), (0.0, -30.0)])[rng.integers(0, 2, n)]
    ra, dec = moved(centre[:, 0], centre[:, 1], north, east)
    return ra, dec


class Fixed:
    """A catalogue that knows its answer."""

    radius_arcsec = 100.0
    completeness = 0.5
    depth_mag = 16.0

    def __init__(self, name: str, /, **columns) -> None:
        self.name, self.columns = name, columns

    def cone(self, ra_deg, dec_deg, radius_arcsec) -> pd.DataFrame:
        length = len(self.columns["ra_deg"])
        return galaxies({"row": np.zeros(length), "catalogue": [self.name] * length, **self.columns})


def test_probabilities_sum_to_one_with_none(catalogue):
    ra, dec = places(200)
    answer = associate(ra, dec, [catalogue])
    total = np.bincount(answer.candidates["row"], weights=answer.candidates["probability"], minlength=200)
    np.testing.assert_allclose(total + answer.none, 1)
    assert answer.candidates["probability"].between(0, 1).all()


def test_a_batch_equals_single_places(catalogue):
    ra, dec = places(60)
    batch = associate(ra, dec, [catalogue], top=5)
    single = [associate(*place, [catalogue], top=5) for place in zip(ra, dec, strict=True)]
    rows = pd.concat([one.candidates.assign(row=row) for row, one in enumerate(single)], ignore_index=True)
    pd.testing.assert_frame_equal(batch.candidates, rows)
    np.testing.assert_array_equal(batch.none, np.concatenate([one.none for one in single]))


def test_order_of_the_places_is_kept(catalogue):
    ra, dec = places(50)
    forward, backward = associate(ra, dec, [catalogue]), associate(ra[::-1], dec[::-1], [catalogue])
    np.testing.assert_array_equal(forward.none, backward.none[::-1])
    turned = backward.candidates.assign(row=49 - backward.candidates["row"])
    turned = turned.sort_values(["row", "rank"], ignore_index=True)
    pd.testing.assert_frame_equal(forward.candidates, turned)


def test_best_first(catalogue):
    ra, dec = places(200)
    candidates = associate(ra, dec, [catalogue]).candidates
    for _, group in candidates.groupby("row"):
        assert group["rank"].tolist() == list(range(1, len(group) + 1))
        assert group["probability"].is_monotonic_decreasing
    assert associate(ra, dec, [catalogue], top=1).candidates["rank"].max() == 1


def test_a_large_galaxy_wins_over_a_nearer_small_one(catalogue):
    # 55 arcsec along the large galaxy's major axis, which runs east-west, is nearer than the small one, 105 away; the
    # ellipse that holds half of the light is HALF_LIGHT of the catalogue's, and centres are not exact
    inside = associate(*moved(150.0, 2.0, 0.0, 55.0), [catalogue])
    assert inside.candidates["name"].tolist()[0] == "PGC 12345"
    assert inside.candidates["dlr"].iloc[0] == pytest.approx(55 / np.hypot(60 * HALF_LIGHT, 0.34), rel=1e-3)
    # the same distance along the minor axis, north, is outside it
    outside = associate(*moved(150.0, 2.0, 55.0, 0.0), [catalogue])
    assert outside.candidates["dlr"].iloc[0] == pytest.approx(55 / np.hypot(30 * HALF_LIGHT, 0.34), rel=1e-3)


def test_far_from_everything_is_hostless(catalogue):
    answer = associate([80.0, 150.0], [-60.0, 2.0], [catalogue])
    assert answer.none[0] == 1 and answer.none[1] < 0.01
    assert answer.candidates["row"].min() == 1


def test_no_catalogue_and_no_place(catalogue):
    assert associate([10.0], [10.0], []).none.tolist() == [1.0]
    empty = associate([], [], [catalogue])
    assert empty.candidates.empty and len(empty.none) == 0
    assert list(empty.candidates.columns) == list(associate(*places(3), [catalogue]).candidates.columns)


def test_an_unknown_place_is_hostless_and_harms_no_other(catalogue):
    answer = associate([np.nan, 150.0], [2.0, 2.0], [catalogue])
    assert answer.none[0] == 1 and answer.candidates.iloc[0]["name"] == "PGC 12345"


def test_a_crowded_place_asks_for_more_evidence(tmp_path):
    alone = write(tmp_path / "alone.parquet", [galaxy(10, 10)])
    crowd = [galaxy(*moved(10, 10, 300 * np.cos(t), 300 * np.sin(t)), a_arcsec=5) for t in np.linspace(0, 6, 20)]
    crowded = write(tmp_path / "crowded.parquet", [galaxy(10, 10), *crowd])
    place = moved(10, 10, 30.0, 0.0)
    few, many = (associate(*place, [GladeCatalogue(path)]).none[0] for path in (alone, crowded))
    assert few < many


def test_two_catalogues_count_one_galaxy_once_and_fill_its_redshift():
    first = Fixed("first", ra_deg=[10.0], dec_deg=[10.0], a_arcsec=[20.0], id=["1"], name=["A"])
    second = Fixed(
        "second",
        ra_deg=[10.0001, 10.01],
        dec_deg=[10.0, 10.0],
        id=["x", "y"],
        name=["a", "other"],
        redshift=[0.1, 0.2],
        redshift_err=[0.01, 0.02],
        redshift_kind=["spec", "photo"],
    )
    columns = ["name", "catalogue", "redshift", "redshift_err", "redshift_kind"]
    assert associate([10.0], [10.001], [first, second]).candidates[columns].values.tolist() == [
        ["A", "first", 0.1, 0.01, "spec"],
        ["other", "second", 0.2, 0.02, "photo"],
    ]


def test_a_redshift_that_the_first_catalogue_has_stays():
    first = Fixed("first", ra_deg=[10.0], dec_deg=[10.0], redshift=[0.05], redshift_kind=["spec"])
    second = Fixed("second", ra_deg=[10.0], dec_deg=[10.0], redshift=[0.5], redshift_kind=["photo"])
    (host,) = associate([10.0], [10.0], [first, second]).candidates.to_dict("records")
    assert (host["redshift"], host["redshift_kind"], host["catalogue"]) == (0.05, "spec", "first")


def test_profile_is_normalised_over_the_ellipse():
    d = np.linspace(0, REACH, 200_001)
    assert np.trapezoid(profile(d) * 2 * d, d) == pytest.approx(1, abs=1e-6)
    assert np.trapezoid(profile(d) * 2 * d * d, d) == pytest.approx(2 * SCALE, abs=1e-6)


@settings(deadline=None)
@given(st.floats(0, 5), st.floats(0, 5))
def test_further_out_is_less_probable(near, far):
    near, far = sorted((near * 20, far * 20))
    source = Fixed("one", ra_deg=[10.0], dec_deg=[0.0], a_arcsec=[20.0])
    p_near, p_far = (associate([10.0], [apart / 3600], [source]).none[0] for apart in (near, far))
    assert p_near <= p_far


def _weighed(**columns):
    """The evidence about sources of a deep catalogue around one place, with nothing else known."""
    listed = Listed("deep", Fixed("deep", **columns).cone([10.0], [0.0], 100.0), 22.0)
    unknown = np.full(1, np.nan)
    return gathered(np.array([10.0]), np.array([0.0]), unknown, unknown, [listed], None)[0].candidates


def test_a_bright_galaxy_of_unknown_size_is_considered_far_from_its_centre():
    apart = np.array([20.0, 20.0, 40.0, 50.0]) / 3600
    found = _weighed(ra_deg=[10.0] * 4, dec_deg=apart, mag=[14.0, np.nan, 14.0, 21.0], id=list("abcd"))
    assert found["id"].tolist() == ["a", "b", "c"]
    bright, none = found["half_light_arcsec"].iloc[:2]
    assert 4 < bright < 9 and none < 1


def test_a_star_without_size_stays_small():
    found = _weighed(ra_deg=[10.0, 10.0], dec_deg=[0.001, 0.006], mag=[14.0, 14.0], p_star=[1.0, 1.0], id=["a", "b"])
    assert found["id"].tolist() == ["a"] and found["half_light_arcsec"].iloc[0] < 1


def test_a_galaxy_is_no_neighbour_of_its_own():
    none = []
    for n in (1, 2, 3):
        far = np.full(n - 1, 10.02)
        one = Fixed("one", ra_deg=[10.0, *far], dec_deg=[0.0] * n, a_arcsec=[5.0] * n)
        none.append(associate([10.0], [0.005], [one]).none[0])
    assert none[0] == pytest.approx(none[1], rel=1e-6) and none[1] < none[2] - 0.01


def test_a_few_magnitudes_do_not_tell_how_deep_a_catalogue_is():
    few = pd.DataFrame({"ra_deg": [1.0] * 20, "dec_deg": 2.0, "mag_r": 14.0})
    assert SurveyCatalogue(few).depth_mag == 22.5
    assert SurveyCatalogue(pd.concat([few] * 5)).depth_mag < 15


def test_a_star_by_spectrum_and_looks_is_no_host():
    star = {"p_star": [0.9, 0.0], "redshift": [1e-4, 0.1], "redshift_kind": ["spec", "spec"]}
    both = {"ra_deg": [10.0, 10.0], "dec_deg": [0.0, 0.001], "a_arcsec": [2.0, 2.0], "id": ["star", "galaxy"]}
    answer = associate([10.0], [0.0003], [Fixed("one", **both, **star)])
    of = answer.candidates.set_index("id")
    assert of["probability"]["star"] == 0 and "probably a star (90%)" in of["why"]["star"]
    assert of["probability"]["galaxy"] + answer.none[0] == pytest.approx(1) and answer.none[0] < 1
    # an active galaxy looks like a star as well
    far = associate([10.0], [0.0003], [Fixed("one", **both, **star | {"redshift": [0.3, 0.1]})]).candidates
    assert far.set_index("id")["probability"]["star"] > 0


@pytest.mark.parametrize(("compactness", "is_said"), [(1.0, True), (0.6, False), (np.nan, False)])
def test_what_looks_like_a_star_is_said_where_nothing_else_tells(compactness, is_said):
    one = Fixed("one", ra_deg=[10.0], dec_deg=[0.0], a_arcsec=[2.0])
    candidates = associate([10.0], [0.0003], [one]).candidates.assign(compactness=compactness, has_spec=0.0, parts=0)
    (why,) = sentences(candidates, np.array([False]))
    assert ("as compact as a star" in why) is is_said


def test_an_unknown_place_has_no_candidates_of_a_survey():
    survey = SurveyCatalogue(pd.DataFrame({"ra_deg": [1.0] * 60, "dec_deg": 2.0, "mag_r": 20.0}))
    answer = associate([np.nan, 1.0], [2.0, 2.0], [survey])
    assert answer.none[0] == pytest.approx(1) and set(answer.candidates["row"]) == {1}
