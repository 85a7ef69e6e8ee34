"""The alert table comes back from the database as it went in."""

import numpy as np
import pandas as pd
import pytest
from tom_dataproducts.models import PhotometryReducedDatum
from tom_targets.models import Target

from tests.core.skies import BROKER, alert, batch, judgement, limit, point
from tom_alerce_like.alerts import files, lightcurve
from tom_alerce_like.alerts.schema import ALERT_SCHEMA, OPTIONAL
from tom_alerce_like.ingest import ingest
from tom_alerce_like.models import Candidate, Classification
from tom_alerce_like.store import latest
from tom_alerce_like.summary import refresh

pytestmark = pytest.mark.django_db


def bring(*rows, **other):
    return ingest(batch(*rows, **other), source=BROKER).target_ids


def test_the_newest_alert_of_each_target():
    ids = bring(alert("ZTF26a", 61001.0), alert("ZTF26a", 61000.0), alert("ZTF26b", dec_deg=-5.0, chi=1.5))
    table = latest(ids.values())
    assert list(table.columns) == ALERT_SCHEMA.names
    assert table.index.name == "target_id"
    assert table["mjd"].to_dict() == {ids["ZTF26a"]: 61001.0, ids["ZTF26b"]: 61000.0}
    assert table.loc[ids["ZTF26b"], "chi"] == 1.5
    assert np.isnan(table.loc[ids["ZTF26a"], "chi"])


def test_no_targets_no_rows():
    table = latest([])
    assert len(table) == 0 and list(table.columns) == ALERT_SCHEMA.names and table.index.name == "target_id"


def test_a_target_without_alerts_has_no_row():
    assert len(latest([Target.objects.create(name="by hand", type="SIDEREAL", ra=1, dec=2).pk])) == 0


def test_the_light_curve_is_the_survey_photometry_in_order():
    dark = point(60995.0, None, mag_err=None, flux_njy=100.0, flux_err_njy=100.0, is_forced=True)
    (owner,) = bring(alert(lightcurve=[point(60990.0, 19.5), limit(60980.0), dark])).values()
    PhotometryReducedDatum.objects.create(target_id=owner, timestamp="2026-01-01T00:00Z", brightness=1, bandpass="r")
    points = lightcurve.points(latest([owner]))
    assert points["mjd"].tolist() == [60980.0, 60990.0, 60995.0, 61000.0]
    assert points["is_detection"].tolist() == [False, True, False, True]
    assert points["is_forced"].tolist() == [False, False, True, False]
    assert points["mag"].tolist() == pytest.approx([20.5, 19.5, 24.6526, 19.0], abs=1e-4)
    assert points["flux_njy"].tolist() == pytest.approx([np.nan, 57543.99, 100.0, 91201.0], nan_ok=True, rel=1e-5)


@pytest.mark.parametrize(
    ("kind", "error", "expected"), [("spec", None, 0.00105), ("", None, 0.0315), ("photo", 0.02, 0.02)]
)
def test_the_host_comes_with_an_error_of_its_redshift(kind, error, expected):
    owners = list(bring(alert(), alert("ZTF26bbbbbbb", ra_deg=50.0)).values())
    known = {"host_redshift": 0.05, "host_redshift_err": error, "host_redshift_kind": kind, "host_offset_arcsec": 2.0}
    Candidate.objects.filter(pk=owners[0]).update(**known)
    columns = latest(owners)[["host_redshift", "host_redshift_err", "host_offset_arcsec"]]
    assert columns.loc[owners[0]].tolist() == pytest.approx([0.05, expected, 2.0])
    assert columns.loc[owners[1]].isna().all()


def test_real_alerts_come_back_as_they_were(data):
    (packets,) = files.read([data / "ztf_alerts" / "packets"])
    ids = ingest(packets, source=BROKER).target_ids
    back = latest(ids.values())
    sent = packets.alerts.set_index(pd.Index([ids[name] for name in packets.alerts["object_id"]])).loc[back.index]
    for name in ("survey", "object_id", "alert_id", "band"):
        assert back[name].tolist() == sent[name].tolist()
    for name in ("mjd", "ra_deg", "dec_deg", "mag", "flux_njy", "real_bogus", *OPTIONAL):
        np.testing.assert_array_equal(back[name], sent[name], err_msg=name)
    assert back["cutouts"].tolist() == sent["cutouts"].tolist()
    for ours, theirs in zip(back["lightcurve"].tolist(), sent["lightcurve"].tolist(), strict=True):
        measured = sorted({round(one["mjd"], 5) for one in theirs if one["mag"] is not None})
        assert sorted({round(one["mjd"], 5) for one in ours}) == pytest.approx(measured, abs=2e-5)


class TestCandidate:
    def test_the_surveys_own_history_counts(self):
        bring(alert(n_detections=40.0, first_mjd=60000.0, lightcurve=[point(60999.0)]))
        candidate = Candidate.objects.get()
        assert (candidate.n_detections, candidate.first_mjd, candidate.last_mjd) == (40, 60000.0, 61000.0)

    def test_forced_points_and_limits_are_no_detections(self):
        later = [limit(61001.0), point(61002.0, flux_njy=900.0, flux_err_njy=1.0, is_forced=True)]
        bring(alert(lightcurve=later))
        candidate = Candidate.objects.get()
        assert (candidate.n_detections, candidate.last_mjd, candidate.last_mag) == (1, 61000.0, 19.0)

    def test_what_other_rooms_wrote_stays(self):
        bring(alert())
        Candidate.objects.update(priority=0.7, host_name="NGC 1")
        bring(alert(mjd=61001.0, mag=18.0))
        candidate = Candidate.objects.get()
        assert (candidate.priority, candidate.host_name, candidate.last_mag) == (0.7, "NGC 1", 18.0)

    @pytest.mark.parametrize(
        ("said", "best"),
        [
            ([], ("", None, "")),
            ([judgement(probability=0.6), judgement(class_name="AGN", probability=0.4)], ("SN", 0.6, "stamp")),
            (
                [
                    judgement(probability=0.9),
                    judgement(class_name="AGN", probability=0.9, source="local", classifier="x"),
                    judgement(class_name="Transient", probability=0.99, classifier="lc_classifier_top"),
                ],
                ("AGN", 0.9, "x"),
            ),
            (
                [judgement(probability=0.9, version="1.9"), judgement(probability=0.5, version="1.10")],
                ("SN", 0.5, "stamp"),
            ),
            (
                [
                    judgement(probability=0.9, mjd=61000.0, version="2"),
                    judgement(probability=0.5, mjd=61009.0, version="1"),
                ],
                ("SN", 0.5, "stamp"),
            ),
            (
                [judgement(probability=0.9, mjd=61000.0), judgement(class_name="AGN", probability=0.5, mjd=61009.0)],
                ("AGN", 0.5, "stamp"),
            ),
            (
                [
                    judgement(class_name="SNIa", probability=0.9, classifier="lc_classifier_transient"),
                    judgement(class_name="RRL", probability=0.6, classifier="lc_classifier"),
                ],
                ("RRL", 0.6, "lc_classifier"),
            ),
        ],
    )
    def test_the_class_to_show(self, said, best):
        bring(alert(), judgements=said)
        candidate = Candidate.objects.get()
        assert (candidate.class_name, candidate.class_probability, candidate.classifier) == best

    def test_refresh_writes_only_what_changes(self):
        ids = bring(alert(), judgements=[judgement()]).values()
        before = Candidate.objects.get().modified
        refresh(ids)
        assert Candidate.objects.get().modified == before
        Classification.objects.update(probability=0.1)
        refresh(ids)
        assert Candidate.objects.get().modified > before
