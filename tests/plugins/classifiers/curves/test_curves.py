"""Light curves as flat arrays: order, what is left out, and cuts that never see the future."""

import numpy as np
import pandas as pd
import pytest
from astropy import units
from astropy.coordinates import SkyCoord, search_around_sky
from hypothesis import given
from hypothesis import strategies as st

from tests.conformance.module import bad_rows, random_alerts
from tom_alerce_like.alerts.schema import frame
from tom_alerce_like.plugins.classifiers.curves import BANDS, Curves, sets

NUMBERS = st.floats(allow_nan=True, allow_infinity=True)
POINT = st.fixed_dictionaries(
    {name: NUMBERS for name in ("mjd", "flux_njy", "flux_err_njy", "mag", "mag_err")}
    | {"band": st.sampled_from([*BANDS, "V", ""]), "is_detection": st.booleans(), "is_forced": st.booleans()}
)
TABLES = st.lists(st.lists(POINT, max_size=6), max_size=4)


def point(mjd, flux=1000.0, band="r", **other):
    known = {"flux_njy": flux, "flux_err_njy": 10.0, "mag": 23.9, "mag_err": 0.01, "is_detection": True}
    return {"mjd": mjd, "band": band, "is_forced": False} | known | other


def curves(*lists):
    return Curves.of(frame({"lightcurve": list(lists)}))


@given(TABLES)
def test_points_are_ordered_and_every_number_is_finite_or_unknown(lists):
    made = curves(*lists)
    assert len(made) == len(lists)
    assert np.all(np.diff(made.row) >= 0) and np.isfinite(made.mjd).all()
    assert np.all((np.diff(made.mjd) >= 0) | (np.diff(made.row) > 0))
    assert not np.isinf(made.flux_njy).any() and not np.isinf(made.limit_mag).any()
    assert np.array_equal(np.isnan(made.flux_njy), np.isnan(made.flux_err_njy))
    assert np.isfinite(made.flux_njy[made.is_detection]).all()


@given(TABLES, st.integers(1, 5))
def test_a_cut_is_what_a_table_of_earlier_points_gives(lists, n):
    made = curves(*lists)
    cut, end = made.after(n), made.detection_mjd(n, np.inf)
    assert np.all(cut.mjd <= end[cut.row])
    assert np.all(cut.count(cut.is_detection) >= np.minimum(n, made.count(made.is_detection)))


def test_the_nth_detection():
    made = curves([point(3.0), point(1.0), point(2.0, is_detection=False)], [], [point(5.0)])
    np.testing.assert_array_equal(made.detection_mjd(1), [1, np.nan, 5])
    np.testing.assert_array_equal(made.detection_mjd(2), [3, np.nan, np.nan])
    np.testing.assert_array_equal(made.first(made.is_detection), [1, np.nan, 5])
    np.testing.assert_array_equal(made.last(made.mjd > 0), [3, np.nan, 5])
    assert made.after(1).mjd.tolist() == [1, 5]
    assert made.count(made.is_detection).tolist() == [2, 0, 1]


def test_a_limit_has_no_flux_but_its_magnitude():
    made = curves([point(1.0, np.nan, mag=20.5, is_detection=False)])
    assert made.limit_mag.tolist() == [20.5] and np.isnan(made.flux_njy).all() and np.isnan(made.mag).all()


def test_objects_are_taken_in_any_order_and_more_than_once():
    made = curves([point(1.0), point(2.0)], [point(5.0)], [])
    taken = made.take(np.array([1, 2, 0, 1]))
    assert taken.row.tolist() == [0, 2, 2, 3] and taken.mjd.tolist() == [5, 1, 2, 5] and len(taken) == 4


def test_magnitudes():
    made = curves([point(1.0, 36307.8), point(2.0, -5.0)])
    assert made.mag[0] == pytest.approx(20.0, abs=1e-5) and made.mag_err[0] == pytest.approx(2.99e-4, rel=1e-2)
    assert np.isnan(made.mag[1])


def test_alerts_without_light_curves():
    assert len(Curves.of(bad_rows())) == len(bad_rows())
    assert len(Curves.of(random_alerts(3)).row) > 0


def test_sets_know_their_labels(data):
    test = sets.plasticc_test(data)
    assert set(test["label"]) == {"SNIa", "SNII", "SNIbc"} and test["host_redshift"].notna().all()
    simulated = sets.elasticc(data)
    assert set(simulated["label"]) == {"SNIa", "SNII"}
    assert set(sets.fink_scores(data)["object_id"]) <= set(simulated["object_id"])


def test_real_sets_keep_limits_and_the_nearest_band(data):
    table = sets.real(data, "slsn_gomez2024", "kilonova")
    made = Curves.of(table)
    assert set(table["set"]) == {"slsn_gomez2024", "kilonova"} and table["object_id"].is_unique
    assert np.isfinite(made.limit_mag).any() and set(made.band) == set(range(6))
    assert np.median(made.count(made.is_detection)) > 20


def test_an_object_of_two_sets_is_given_once(data):
    table = sets.real(data)
    places = SkyCoord(table["ra_deg"], table["dec_deg"], unit="deg")[table["ra_deg"].notna().to_numpy()]
    names = table.loc[table["ra_deg"].notna(), "set"].to_numpy()
    one, other, _, _ = search_around_sky(places, places, sets.SAME_ARCSEC * units.arcsec)
    assert not (names[one] != names[other]).any()


def test_a_missing_set_is_named(tmp_path):
    for read in (sets.plasticc_train, sets.elasticc, sets.real):
        with pytest.raises(FileNotFoundError, match=str(tmp_path)):
            read(tmp_path)


def test_objects_without_points_stay():
    points = pd.DataFrame({"object_id": [7], "mjd": [1.0], "band": ["r"], "flux_njy": [5.0], "flux_err_njy": [1.0]})
    made = sets.table(points.assign(is_detection=True), pd.DataFrame({"object_id": [8, 7]}), "LSST")
    assert made["object_id"].tolist() == ["8", "7"] and Curves.of(made).count(np.array([True])).tolist() == [0, 1]
