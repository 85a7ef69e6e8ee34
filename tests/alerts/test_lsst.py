"""LSST packets and rows of every schema, Rubin's own and Fink's."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tom_alerce_like.alerts import files, lightcurve, lsst, photometry

from .synthetic import lsst_packet

LEAP_DAY = 37 / 86400


def one(packet):
    batch = lsst.from_packets([packet])
    assert batch.problems == ()
    return batch.alerts.iloc[0]


def points(packet):
    return lightcurve.points(lsst.from_packets([packet]).alerts)


def source(days, flux=500.0, flux_err=100.0, band="g"):
    return {"midpointMjdTai": 61000.0 - days, "psfFlux": flux, "psfFluxErr": flux_err, "band": band}


@pytest.mark.parametrize(
    ("dia_object", "ss_object", "expected"),
    [
        (2**60 + 5, 0, 2**60 + 5),
        (2**60 + 5, 7, 2**60 + 5),
        (0, 7, 7),
        (None, 7, 7),
        (0, 0, 2**60 + 3),
        (None, None, 2**60 + 3),
    ],
)
def test_an_object_is_named_by_the_first_identifier_that_it_has(dia_object, ss_object, expected):
    assert one(lsst_packet(diaObjectId=dia_object, ssObjectId=ss_object))["object_id"] == str(expected)


def test_times_become_utc():
    alert = one(lsst_packet())
    assert alert["mjd"] == pytest.approx(61000 - LEAP_DAY, abs=1e-9) and alert["first_mjd"] == alert["mjd"]


def test_a_fading_source_has_a_magnitude_and_a_sign():
    alert = one(lsst_packet(psfFlux=-1000.0))
    assert alert["mag"] == pytest.approx(31.4 - 7.5) and not alert["is_positive"] and alert["flux_njy"] == -1000


def test_history_forced_photometry_and_limits_in_order():
    packet = lsst_packet() | {
        "prvDiaSources": [source(1, -500.0), source(3)],
        "prvDiaForcedSources": [source(2, 200.0), source(1)],
        "prvDiaNondetectionLimits": [{"midpointMjdTai": 60995.0, "band": "z", "diaNoise": 100.0}],
    }
    flat = points(packet)
    assert (61000 - LEAP_DAY - flat["mjd"]).round(6).tolist() == [5, 3, 2, 1, 1, 0]
    assert flat["is_detection"].tolist() == [False, True, False, True, True, True]
    assert flat["is_forced"].tolist() == [False, False, True, False, True, False]
    limit = photometry.limit_from_error(100.0)
    np.testing.assert_allclose(flat["mag"][[0, 2]], limit)
    np.testing.assert_array_equal(flat["flux_njy"], [np.nan, 500, 200, -500, 500, 1000])


def test_the_source_itself_among_its_history_is_one_point():
    now = source(0, 1000.0, band="r")
    assert len(points(lsst_packet() | {"prvDiaSources": [now]})) == 1


def test_shape_from_moments():
    alert = one(lsst_packet(ixx=0.25, iyy=0.25, ixy=0.0))
    assert alert["fwhm_arcsec"] == pytest.approx(0.5 * 2.3548, rel=1e-4) and alert["elongation"] == 1
    assert one(lsst_packet(ixx=1.0, iyy=0.25, ixy=0.0))["elongation"] == pytest.approx(2)
    assert np.isnan(one(lsst_packet(ixx=0.1, iyy=0.1, ixy=0.5))["fwhm_arcsec"])


@pytest.mark.parametrize(
    ("body", "arcsec", "mag"),
    [
        ({"ephOffset": 0.2, "ephVmag": 21.0}, 0.2, 21.0),
        ({"ephOffset": 0.2, "ephVmag": 0.0}, 0.2, np.nan),
        ({"residualRa": 3 / 3600, "residualDec": 4 / 3600, "predictedVMagnitude": 20.0}, 5.0, 20.0),
        (None, np.nan, np.nan),
    ],
)
def test_a_known_solar_system_body(body, arcsec, mag):
    alert = one(lsst_packet() | {"ssSource": body})
    np.testing.assert_allclose([alert["sso_distance_arcsec"], alert["sso_mag"]], [arcsec, mag])


def test_finks_judgements_and_tns_names():
    clf = {"snnSnVsOthers_score": 0.8, "cats_class": 11, "cats_score": 0.9, "earlySNIa_score": -1.0}
    batch = lsst.from_packets([lsst_packet() | {"clf": clf, "xm": {"tns_fullname": "AT 2026abc"}}])
    said = batch.classifications[["source", "classifier", "class_name", "probability"]].values.tolist()
    assert said == [["Fink", "snnSnVsOthers", "SN", 0.8], ["Fink", "cats", "SN-like", 0.9]]
    assert batch.aliases == {str(2**60 + 5): ["AT 2026abc"]}


def test_a_class_that_cats_did_not_give_is_none():
    clf = {"cats_class": -1, "cats_score": 0.0}
    assert lsst.from_packets([lsst_packet() | {"clf": clf}]).classifications.empty


@given(st.lists(st.tuples(st.floats(-1e5, 1e5), st.integers(0, 3), st.sampled_from(["u", "y", "?"])), max_size=5))
@settings(max_examples=30, deadline=None)
def test_a_batch_of_n_equals_n_batches_of_one(rows):
    packets = [
        lsst_packet(psfFlux=flux, band=band) | {"prvDiaSources": [source(day) for day in range(n_previous)] or None}
        for flux, n_previous, band in rows
    ]
    together, alone = lsst.from_packets(packets), [lsst.from_packets([packet]) for packet in packets]
    parts = [batch.alerts for batch in alone]
    expected = pd.concat(parts, ignore_index=True) if parts else together.alerts[:0]
    pd.testing.assert_frame_equal(together.alerts, expected)


def test_real_alerts_agree_with_their_summary(data):
    summary = pd.read_csv(
        data / "lsst_alerts" / "summary.csv", dtype={"diaSourceId": str, "diaObjectId": str, "ssObjectId": str}
    )
    alerts = pd.concat(
        [b.alerts for b in files.read(sorted((data / "lsst_alerts").glob("*.parquet")))], ignore_index=True
    )
    both = summary.merge(alerts, left_on="diaSourceId", right_on="alert_id")
    names = both["diaObjectId"].where(both["diaObjectId"] != "0", both["ssObjectId"])
    assert len(alerts) == 236 and both["object_id"].tolist() == names.tolist()
    np.testing.assert_allclose(both["ra_deg"], both["ra"], atol=1e-9)
    np.testing.assert_allclose(both["flux_njy"], both["psfFlux"], rtol=1e-6)
    np.testing.assert_allclose(both["mjd_y"], both["mjd_x"] - LEAP_DAY, atol=1e-8)
    np.testing.assert_allclose(both["real_bogus"], both["reliability"], rtol=1e-6)
    curves = both["lightcurve"].map(lambda points: [point["is_forced"] for point in points])
    assert (curves.map(lambda forced: len(forced) - sum(forced)) == both["n_prvDiaSources"] + 1).mean() > 0.95
