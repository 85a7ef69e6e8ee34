"""Reports built from targets."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from tests.plugins.tns.conftest import DISCOVERY, observe
from tom_alerce_like.plugins.tns import report as at_report
from tom_alerce_like.plugins.tns import rules
from tom_alerce_like.plugins.tns.account import Account

HERE = Account(group_id="74")


def build(target, account=HERE):
    return at_report.build([target], "V. Rubin", account)[target.pk]


def test_a_report_of_a_ztf_supernova(supernova):
    report = build(supernova())
    assert rules.problems(report) == []
    assert report["ra"] == {"value": "150.0000000", "error": "0.085", "units": "arcsec"}
    assert report["discovery_datetime"] == "2026-11-03 08:18:38.998"
    assert report["internal_name"] == "ZTF26aaaaaaa"
    assert (report["reporting_groupid"], report["data_source_groupid"], report["at_type"]) == ("74", "48", "1")
    assert (report["host_name"], report["host_redshift"]) == ("NGC 1234", "0.03400")
    assert "local transient 1.0 with probability 0.91" in report["remarks"]


def test_photometry_starts_with_the_first_detection_not_the_latest(supernova):
    points = build(supernova())["photometry"]
    assert list(points) == ["0", "1", "2"]
    assert points["0"] == {
        "obsdate": "2026-11-03 08:18:38.998",
        "flux": "19.5000",
        "flux_error": "0.1000",
        "limiting_flux": "",
        "flux_unitid": "1",
        "filterid": "110",
        "instrumentid": "196",
        "exptime": "30",
        "observer": "Robot",
        "comments": "Data provided by ZTF",
    }
    assert points["1"]["filterid"] == "111"


def test_detection_information_of_the_last_non_detection_is_sent(supernova):
    sent = build(supernova())["non_detection"]
    assert sent["obsdate"] == "2026-11-01 08:18:38.998"
    assert (sent["limiting_flux"], sent["filterid"], sent["instrumentid"]) == ("20.5000", "111", "196")


def test_a_limit_after_the_discovery_is_no_last_non_detection(supernova):
    target = supernova()
    observe(target, DISCOVERY + timedelta(hours=1), "r", limit=19.0)
    assert build(target)["non_detection"]["obsdate"] == "2026-11-01 08:18:38.998"


def test_without_a_non_detection_an_archive_is_named(supernova):
    target = supernova()
    target.photometryreduceddatum_set.filter(brightness=None).delete()
    report = build(target)
    assert report["non_detection"] == {
        "archiveid": "0",
        "archival_remarks": "No earlier non-detection in the ZTF alerts",
    }
    assert rules.problems(report) == [] and rules.oddities(report) == ["no dated non-detection, only an archive"]


def test_forced_photometry_is_no_discovery(supernova):
    target = supernova()
    observe(target, DISCOVERY - timedelta(days=1), "g", mag=21.0, reduction_version="forced")
    assert build(target)["discovery_datetime"] == "2026-11-03 08:18:38.998"


def test_a_forced_limit_is_a_non_detection(supernova):
    target = supernova()
    observe(target, DISCOVERY - timedelta(days=1), "g", limit=21.3, reduction_version="forced")
    assert build(target)["non_detection"]["limiting_flux"] == "21.3000"


def test_a_negative_difference_is_no_discovery(supernova):
    target = supernova()
    observe(target, DISCOVERY - timedelta(days=1), "g", mag=19.0, value={"is_positive": False})
    assert build(target)["discovery_datetime"] == "2026-11-03 08:18:38.998"


def test_the_same_point_from_two_brokers_is_sent_once(supernova):
    target = supernova()
    observe(target, DISCOVERY + timedelta(milliseconds=1), "g", mag=19.50001)
    report = build(target)
    assert len(report["photometry"]) == 3 and rules.problems(report) == []


def test_at_most_ten_points_with_the_first_and_the_last(supernova):
    report = build(supernova(n_detections=60))
    dates = [point["obsdate"] for point in report["photometry"].values()]
    assert len(dates) == 10 and dates == sorted(set(dates))
    assert dates[0][:10] == "2026-11-03" and dates[-1][:10] == "2027-01-01"
    assert "a photometry point is earlier than the discovery" not in rules.problems(report)


def test_an_lsst_object_gets_rubin_s_designation_and_ids(supernova):
    target = supernova(survey="LSST", object_id="313637921267122191")
    target.photometryreduceddatum_set.update(telescope="LSST", instrument="LSSTCam")
    report = build(target)
    assert report["internal_name"] == "LSST-P-DO-313637921267122191"
    assert report["data_source_groupid"] == "165"
    assert [p["filterid"] for p in report["photometry"].values()] == ["161", "162", "161"]
    assert {p["instrumentid"] for p in report["photometry"].values()} == {"287"}
    assert rules.problems(report) == []


@pytest.mark.parametrize("given", ["313637", "LSST-P-DO-313637", "LSST-AP-DO-313637"])
def test_all_designations_of_an_lsst_object_are_one(given):
    assert at_report.internal_name(given) == "LSST-P-DO-313637"


def test_an_uncertain_host_is_not_named(supernova):
    report = build(supernova(host_probability=0.4))
    assert "host_name" not in report and "host_redshift" not in report and "Host" not in report["remarks"]


def test_a_photometric_redshift_is_only_a_labelled_remark(supernova):
    report = build(supernova(host_redshift_kind="photo"))
    assert "host_redshift" not in report and "Photometric redshift of the host: 0.03" in report["remarks"]


@pytest.mark.parametrize("redshift", [-0.001, 0.0, 1.4])
def test_an_impossible_redshift_is_left_out(supernova, redshift):
    report = build(supernova(host_redshift=redshift))
    assert report["host_name"] == "NGC 1234" and "host_redshift" not in report


def test_a_target_without_detections_has_problems_not_an_error(supernova):
    target = supernova()
    target.photometryreduceddatum_set.all().delete()
    assert "0 photometry points: 1 to 10 are allowed" in rules.problems(build(target))


def test_a_hundred_reports_cost_as_many_queries_as_one(supernova, django_assert_num_queries):
    targets = [supernova(number) for number in range(30)]
    with django_assert_num_queries(3):
        reports = at_report.build(targets, "V. Rubin", HERE)
    assert len({report["internal_name"] for report in reports.values()}) == 30


def test_reporter_is_not_anonymous_user():
    vera = User(username="vera", first_name="Vera", last_name="Rubin")
    with_authors = Account(authors="A. Author, Vera Rubin on behalf of us")
    assert at_report.reporter(vera, HERE) == "Vera Rubin"
    assert at_report.reporter(vera, Account(authors="A. Author")) == "Vera Rubin, A. Author"
    assert at_report.reporter(vera, with_authors) == "A. Author, Vera Rubin on behalf of us"
    assert at_report.reporter(User(username="vera"), HERE) == "vera"


def test_digest_tells_changed_data_from_edited_text(supernova):
    target = supernova()
    before = build(target)
    assert at_report.digest(before | {"remarks": "mine", "at_type": "0"}) == at_report.digest(before)
    observe(target, DISCOVERY + timedelta(days=9), "g", mag=18.0)
    assert at_report.digest(build(target)) != at_report.digest(before)
