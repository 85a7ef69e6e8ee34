"""Candidates of many lists, parts of galaxies, the case of none, and the learned layer."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tom_alerce_like.exceptions import ServiceUnavailable
from tom_alerce_like.plugins.hosts import choice
from tom_alerce_like.plugins.hosts.associate import associate
from tom_alerce_like.plugins.hosts.candidates import Listed, merged
from tom_alerce_like.plugins.hosts.catalogue import galaxies
from tom_alerce_like.plugins.hosts.nothing import split
from tom_alerce_like.plugins.hosts.places import Places
from tom_alerce_like.plugins.hosts.plane import to_sky
from tom_alerce_like.plugins.hosts.sources.survey import SurveyCatalogue


def survey(east, north, at=(150.0, 2.0), **columns) -> SurveyCatalogue:
    """A deep catalogue of sources around a place, and a few faint ones that make its depth."""
    east, north = np.append(east, [55, -55, 40, -40]), np.append(north, [50, 45, -50, -55])
    ra, dec = to_sky(east, north, *at)
    filler = {"mag_r": 23.5, "a_arcsec": 0.4, "b_arcsec": 0.4, "pa_deg": 0.0, "p_star": 0.01}
    columns = {name: np.append(columns.get(name, []), [filler.get(name, np.nan)] * 4) for name in filler | columns}
    return SurveyCatalogue(pd.DataFrame({"ra_deg": ra, "dec_deg": dec, **columns}), "survey")


def host(**columns) -> dict:
    return {"mag_r": [18.0], "a_arcsec": [3.0], "b_arcsec": [2.0], "pa_deg": [30.0], "p_star": [0.01]} | columns


class Failing:
    name, radius_arcsec, completeness, depth_mag = "broken", 60.0, 0.5, 23.0

    def cone(self, *_):
        raise ServiceUnavailable("no answer")


def total(answer, n) -> np.ndarray:
    candidates = answer.candidates
    return np.bincount(candidates["row"], candidates["probability"], n) + answer.none


@settings(deadline=None, max_examples=15)
@given(
    st.sampled_from([(0.0, 0.0), (359.9999, 45.0), (10.0, 89.999), (200.0, -89.9999)]),
    st.floats(-5, 5),
    st.floats(-5, 5),
)
def test_everywhere_on_the_sky_the_same_galaxy_gives_the_same_answer(at, east, north):
    def answer(place):
        return associate([place[0]], [place[1]], [survey([east], [north], place, **host())])

    here, there = answer(at), answer((150.0, 2.0))
    assert total(here, 1) == pytest.approx(1)
    columns = ["dlr", "probability", "offset_arcsec"]
    np.testing.assert_allclose(here.candidates[columns], there.candidates[columns], rtol=1e-3, atol=1e-4)


def test_a_batch_of_the_learned_layer_equals_single_places_exactly():
    rng = np.random.default_rng(3)
    n = 40
    table = {"mag_r": rng.uniform(15, 23, n), "a_arcsec": rng.uniform(0.3, 5, n), "p_star": rng.random(n)}
    table |= {"b_arcsec": table["a_arcsec"] * 0.7, "pa_deg": rng.uniform(0, 180, n), "z_phot": rng.uniform(0.02, 1, n)}
    catalogue = survey(rng.uniform(-60, 60, n), rng.uniform(-60, 60, n), **table)
    ra, dec = to_sky(rng.uniform(-50, 50, 30), rng.uniform(-50, 50, 30), 150.0, 2.0)
    batch = associate(ra, dec, [catalogue], redshift=np.full(30, 0.1))
    single = [associate(*place, [catalogue], redshift=0.1) for place in zip(ra, dec, strict=True)]
    rows = pd.concat([one.candidates.assign(row=row) for row, one in enumerate(single)], ignore_index=True)
    pd.testing.assert_frame_equal(batch.candidates, rows)
    np.testing.assert_array_equal(batch.none, np.concatenate([one.none for one in single]))
    np.testing.assert_allclose(total(batch, 30), 1)


def test_a_bright_galaxy_right_there_is_the_host_and_a_star_is_not():
    galaxy = associate([150.0], [2.0], [survey([1.0], [0.5], **host())])
    star = associate([150.0], [2.0], [survey([1.0], [0.5], **host(p_star=[0.999], a_arcsec=[0.02], b_arcsec=[0.02]))])
    best = galaxy.candidates.iloc[0]
    assert best["probability"] > 0.9 and "half-light radii out" in best["why"] and "no star" in best["why"]
    assert star.none[0] > 0.5 > galaxy.none[0]


def test_a_knot_of_a_large_galaxy_hands_its_probability_over():
    columns = host(
        mag_r=[14.0, 19.0], a_arcsec=[20.0, 0.8], b_arcsec=[15.0, 0.8], pa_deg=[30.0, 0.0], p_star=[0.01] * 2
    )
    answer = associate([150.0], [2.0], [survey([12.0, 0.3], [0.0, 0.0], **columns)])
    best = answer.candidates.iloc[0]
    assert best["mag"] == 14.0 and best["probability"] > 0.5 and "part" in best["why"]
    assert not (answer.candidates["mag"] == 19.0).any()


def test_a_source_with_its_own_redshift_is_no_part():
    columns = host(
        mag_r=[14.0, 19.0], a_arcsec=[20.0, 0.8], b_arcsec=[15.0, 0.8], pa_deg=[30.0, 0.0], p_star=[0.01] * 2
    )
    answer = associate([150.0], [2.0], [survey([12.0, 0.3], [0.0, 0.0], **columns, z_spec=[0.01, 0.3])])
    assert (answer.candidates["mag"] == 19.0).any()


def test_a_failing_catalogue_leaves_a_partial_answer():
    answer = associate([150.0], [2.0], [Failing(), survey([1.0], [0.5], **host())])
    assert answer.answered == ("survey",) and answer.problems == ("broken: no answer",)
    assert answer.candidates.iloc[0]["probability"] > 0.9


def test_lists_are_merged_source_by_source():
    place = {"row": [0, 0], "ra_deg": [10.0, 10.0], "dec_deg": [10.0, 10.002]}
    first = galaxies({**place, "id": ["a", "b"], "redshift": [0.1, np.nan], "redshift_kind": ["photo", ""]})
    moved = {**place, "dec_deg": [10.0001, 10.01]}
    second = galaxies({**moved, "id": ["A", "C"], "redshift": [0.12, 0.3], "redshift_kind": ["spec", "spec"]})
    table = merged([Listed("one", first, 22.0), Listed("two", second, 23.0)], np.array([10.0]), np.array([10.0]))
    assert table["id"].tolist() == ["a", "b", "C"]
    assert table["redshift"].tolist()[0] == 0.12 and table["redshift_kind"].tolist()[0] == "spec"
    assert table["dec_deg"].tolist()[0] == 10.0001  # the deeper list's


@settings(deadline=None)
@given(st.floats(0, 1), st.floats(0.001, 2) | st.just(np.nan), st.floats(15, 26), st.floats(1, 600))
def test_the_parts_of_none_sum_to_it(none, redshift, depth, reach):
    parts = split(np.array([none]), np.array([redshift]), depth, reach)
    assert sum(part[0] for part in parts) == pytest.approx(none) and all(part[0] >= 0 for part in parts)


def test_a_shallower_list_misses_more_and_a_smaller_field_leaves_more_outside():
    one, z = np.ones(1), np.array([0.1])
    assert split(one, z, 18.0, 60.0)[1] > split(one, z, 23.0, 60.0)[1]
    assert split(one, z, 23.0, 5.0)[2] > split(one, z, 23.0, 60.0)[2]


def test_ranks_and_maxima_within_places():
    places = Places(np.array([0, 0, 2, 2, 2]), 3)
    values = np.array([1.0, 3.0, 5.0, 4.0, 5.0])
    assert places.max(values, 0).tolist() == [3, 0, 5] and places.rank(values).tolist() == [1, 0, 0, 2, 1]
    assert places.best_other(values, -1).tolist() == [3, 1, 5, 5, 5]
    np.testing.assert_allclose(
        places.log_sum(values, -9.0), [np.log(np.exp(1) + np.exp(3)), -9, 5 + np.log(2 + np.exp(-1))]
    )


def test_softmax_sums_to_one_and_heat_takes_confidence():
    row, score, none = np.array([0, 0, 1]), np.array([3.0, 1.0, -2.0]), np.array([0.0, 1.0])
    cold, cold_none = choice.softmax(score, none, row, np.ones(2))
    hot, hot_none = choice.softmax(score, none, row, np.full(2, 3.0))
    np.testing.assert_allclose(np.bincount(row, cold) + cold_none, 1)
    np.testing.assert_allclose(np.bincount(row, hot) + hot_none, 1)
    assert cold[0] > hot[0]
