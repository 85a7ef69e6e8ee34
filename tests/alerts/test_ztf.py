"""ZTF packets and rows, of every schema version and as Fink sends them."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tom_alerce_like.alerts import files, lightcurve, photometry, ztf
from tom_alerce_like.alerts.schema import CLASSIFICATION_SCHEMA, frame
from tom_alerce_like.exceptions import AlertFormatError

from .synthetic import JD, ztf_packet

MJD = JD - 2400000.5


def one(packet):
    batch = ztf.from_packets([packet])
    assert batch.problems == ()
    return batch.alerts.iloc[0]


def points(packet):
    return lightcurve.points(ztf.from_packets([packet]).alerts)


def previous(**fields):
    return {"jd": JD - 1, "fid": 1, "magpsf": None, "sigmapsf": None, "diffmaglim": 20.5, "isdiffpos": None, **fields}


def forced(**fields):
    flux = {"forcediffimflux": 1000.0, "forcediffimfluxunc": 10.0, "magzpsci": 26.4}
    return {"jd": JD - 2, "fid": 3, **flux, **fields}


def test_identifiers_are_exact_strings():
    alert = one(ztf_packet())
    assert (alert["object_id"], alert["alert_id"]) == ("ZTF99aaaaaaa", str(2**60 + 1))


@pytest.mark.parametrize(
    ("said", "is_positive"),
    [("t", True), ("1", True), ("true", True), ("f", False), ("0", False), ("-1", False), ("False", False)],
)
def test_the_sign_in_every_spelling(said, is_positive):
    alert = one(ztf_packet(isdiffpos=said))
    assert alert["is_positive"] == is_positive and (alert["flux_njy"] > 0) == is_positive


def test_a_value_that_was_not_measured_is_nan():
    alert = one(ztf_packet(ssdistnr=-999.0, ssmagnr=-999.0, sgscore1=-999.0, distnr=None))
    assert alert[["sso_distance_arcsec", "sso_mag", "star_galaxy_score", "reference_source_arcsec"]].isna().all()


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ({"drb": 0.9, "drbversion": "d6_m7"}, 0.9),
        ({"drb": 0.9}, 0.9),
        ({"drb": None}, 0.5),
        ({}, 0.5),
        ({"drb": 0.0, "drbversion": ""}, 0.5),
        ({"drb": 0.0, "drbversion": "d6_m7"}, 0.0),
    ],
)
def test_the_real_bogus_score_is_drb_or_else_rb(scores, expected):
    assert one(ztf_packet(**scores))["real_bogus"] == expected


def test_history_is_merged_in_order_with_its_limits():
    before = [previous(jd=JD - 1), previous(jd=JD - 3, magpsf=17.0, sigmapsf=0.2, isdiffpos="f")]
    flat = points({**ztf_packet(), "prv_candidates": before})
    assert flat["mjd"].tolist() == [MJD - 3, MJD - 1, MJD]
    assert flat["band"].tolist() == ["g", "g", "r"]
    assert flat["is_detection"].tolist() == [True, False, True]
    assert flat["mag"].tolist() == [17.0, 20.5, 18.0]
    np.testing.assert_array_equal(np.sign(flat["flux_njy"]), [-1, np.nan, 1])
    np.testing.assert_array_equal(flat["mag_err"], [0.2, np.nan, 0.1])


def test_an_epoch_that_comes_twice_is_one_point_and_a_detection_wins():
    limit, found = previous(), previous(magpsf=17.0, sigmapsf=0.2, isdiffpos="t")
    now = previous(jd=JD, fid=2, magpsf=18.0, sigmapsf=0.1, isdiffpos="t")
    flat = points({**ztf_packet(), "prv_candidates": [limit, found, limit, now]})
    assert flat["is_detection"].tolist() == [True, True] and flat["mag"].tolist() == [17.0, 18.0]


def test_forced_photometry_gets_its_zero_point():
    flat = points({**ztf_packet(), "fp_hists": [forced()]})
    point = flat[flat["is_forced"]].iloc[0]
    # 1000 DN are 7.5 mag above the zero point, an error of 1 % is 0.0109 mag
    assert point["mag"] == pytest.approx(26.4 - 7.5) and point["mag_err"] == pytest.approx(0.010857, rel=1e-4)
    assert point["flux_njy"] == pytest.approx(1000 * 100) and point["flux_err_njy"] == pytest.approx(10 * 100)
    assert point["is_detection"] and point["band"] == "i"


def test_a_weak_forced_point_keeps_its_flux_and_shows_its_limit():
    flat = points({**ztf_packet(), "fp_hists": [forced(forcediffimflux=-29.0)]})
    point = flat[flat["is_forced"]].iloc[0]
    assert not point["is_detection"] and point["flux_njy"] == pytest.approx(-2900)
    assert point["mag"] == pytest.approx(photometry.limit_from_error(1000.0)) and np.isnan(point["mag_err"])


def test_forced_photometry_that_failed_is_no_point():
    failed = forced(forcediffimflux=-99999.0, forcediffimfluxunc=-99999.0)
    assert len(points({**ztf_packet(), "fp_hists": [failed]})) == 1


def test_forced_and_alert_photometry_of_an_epoch_are_two_points():
    assert len(points({**ztf_packet(), "fp_hists": [forced(jd=JD, fid=2)]})) == 2


def test_finks_scores_become_classifications():
    scores = {
        "rf_snia_vs_nonia": 0.7,
        "snn_sn_vs_all": 0.0,
        "mulens": -1.0,
        "cdsxmatch": "RRLyr",
        "rf_kn_vs_nonkn": None,
    }
    table = ztf.from_packets([{**ztf_packet(), **scores, "fink_science_version": "5.1"}]).classifications
    assert table.columns.tolist() == CLASSIFICATION_SCHEMA.names
    said = table[["source", "classifier", "class_name", "version", "probability", "object_id", "mjd"]]
    assert said.values.tolist() == [
        ["Fink", "rf_snia_vs_nonia", "SN Ia", "5.1", 0.7, "ZTF99aaaaaaa", MJD],
        ["Fink", "snn_sn_vs_all", "SN", "5.1", 0.0, "ZTF99aaaaaaa", MJD],
    ]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"objectId": None}, "no object_id"),
        ({"objectId": 7}, "not an alert"),
        ({"candidate": None}, "no "),
        ({"candidate": {**ztf_packet()["candidate"], "jd": None}}, "no time of observation"),
        ({"candidate": {**ztf_packet()["candidate"], "jd": "yesterday"}}, "not an alert"),
        ({"candidate": {**ztf_packet()["candidate"], "dec": 91.0}}, "no place in the sky"),
        ({"candidate": {**ztf_packet()["candidate"], "ra": float("nan")}}, "no place in the sky"),
        ({"candidate": {**ztf_packet()["candidate"], "candid": 2**70}}, "not an alert"),
        ({"prv_candidates": 3}, "not an alert"),
    ],
)
def test_one_bad_alert_is_told_and_the_others_are_read(bad, reason):
    good = ztf_packet()
    batch = ztf.from_packets([good, {**good, **bad}, {**good, "objectId": "last"}], ["a.avro", "b.avro", "c.avro"])
    assert batch.alerts["object_id"].tolist() == [good["objectId"], "last"]
    assert len(batch.problems) == 1 and batch.problems[0].startswith("b.avro: ") and reason in batch.problems[0]


def test_no_packets_give_an_empty_table_with_every_column():
    batch = ztf.from_packets([])
    pd.testing.assert_frame_equal(batch.alerts, frame({}))
    assert batch.problems == ()


def test_parquet_rows_with_candidate_fields_as_columns():
    table = pa.Table.from_pylist([{"objectId": "ZTF1", **ztf_packet()["candidate"]}])
    alerts = ztf.from_table(table).alerts
    assert alerts[["object_id", "mjd", "mag", "band"]].values.tolist() == [["ZTF1", MJD, 18.0, "r"]]
    assert alerts["cutouts"][0] == {"science": None, "template": None, "difference": None}


def test_identifiers_that_a_float_rounded_are_refused():
    table = pa.Table.from_pylist([{"objectId": "ZTF1", **ztf_packet()["candidate"], "candid": 1.5e17}])
    with pytest.raises(AlertFormatError, match="rounded"):
        ztf.from_table(table)


@given(
    st.lists(st.tuples(st.floats(10, 25), st.sampled_from("tf01"), st.integers(0, 4), st.integers(0, 3)), max_size=6)
)
@settings(max_examples=30, deadline=None)
def test_a_batch_of_n_equals_n_batches_of_one(rows):
    packets = [
        {
            **ztf_packet(magpsf=mag, isdiffpos=sign, fid=fid),
            "prv_candidates": [previous(jd=JD - day) for day in range(n_previous)],
            "mulens": 0.1 * n_previous,
        }
        for mag, sign, fid, n_previous in rows
    ]
    together, alone = ztf.from_packets(packets), [ztf.from_packets([packet]) for packet in packets]
    for name in ("alerts", "classifications"):
        parts = [getattr(batch, name) for batch in alone]
        expected = pd.concat(parts, ignore_index=True) if parts else getattr(together, name)[:0]
        pd.testing.assert_frame_equal(getattr(together, name), expected)


def test_forced_photometry_agrees_with_the_alerts_own_at_the_same_epochs(data):
    """Two ways to measure the same light, at 39 epochs of real packets."""
    ratios = []
    for batch in files.read(data / "ztf_alerts"):
        flat = lightcurve.points(batch.alerts)
        keys = ["row", "mjd", "band"]
        both = flat[flat["is_forced"] & flat["is_detection"]].merge(
            flat[~flat["is_forced"] & flat["is_detection"]], on=keys
        )
        ratios.append(both["flux_njy_x"] / both["flux_njy_y"])
    ratio = pd.concat(ratios)
    assert len(ratio) == 39 and 0.95 < ratio.median() < 1.05 and ratio.between(0.7, 1.3).mean() > 0.9


@pytest.mark.parametrize("name", ["alerts_labelled", "alerts_unlabelled", "stream_nocutouts"])
def test_rows_agree_with_the_columns_beside_them(data, name):
    stored = pq.read_table(data / "ztf_alerts" / f"{name}.parquet").to_pandas()
    alerts = ztf.from_table(pq.read_table(data / "ztf_alerts" / f"{name}.parquet")).alerts
    assert alerts["object_id"].tolist() == stored["objectId"].tolist()
    assert alerts["alert_id"].tolist() == [str(candid) for candid in stored["candid"]]
    for ours, theirs in {"ra_deg": "ra", "dec_deg": "dec", "mag": "magpsf", "mag_err": "sigmapsf"}.items():
        np.testing.assert_array_equal(alerts[ours], stored[theirs])
    assert alerts["band"].tolist() == ["?gri"[fid] for fid in stored["fid"]]
    assert alerts["is_positive"].tolist() == stored["isdiffpos"].isin(["t", "1"]).tolist()
