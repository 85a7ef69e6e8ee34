"""The rules, against a good report, its faulty copies, and 16,905 reports that ALeRCE sent."""

from __future__ import annotations

import copy
import gzip
import json
import re
from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plugins.tns.dialect import modern
from tom_alerce_like.plugins.tns import rules
from tom_alerce_like.plugins.tns.formats import degrees, moment, number, tns_time

POINT = {"flux_unitid": "1", "filterid": "110", "instrumentid": "196", "exptime": "30", "observer": "Robot"}
GOOD = {
    "ra": {"value": "126.2131656", "error": "0.13", "units": "arcsec"},
    "dec": {"value": "59.320575", "error": "0.13", "units": "arcsec"},
    "reporting_groupid": "74",
    "data_source_groupid": "48",
    "reporter": "V. Rubin",
    "discovery_datetime": "2025-12-22 08:18:38.998",
    "at_type": "1",
    "host_name": "NGC 1234",
    "host_redshift": "0.05",
    "internal_name": "ZTF25acinhln",
    "remarks": "",
    "non_detection": {"obsdate": "2025-12-20 09:53:57.002", "limiting_flux": "20.5166", **POINT},
    "photometry": {
        "0": {"obsdate": "2025-12-22 08:18:38.998", "flux": "20.48", "flux_error": "0.18", **POINT},
        "1": {"obsdate": "2025-12-23 08:18:38.998", "flux": "20.10", "flux_error": "0.18", **POINT},
    },
}


def changed(*path, to):
    report = copy.deepcopy(GOOD)
    node = report
    for key in path[:-1]:
        node = node[key]
    if to is None:
        del node[path[-1]]
    else:
        node[path[-1]] = to
    return report


def test_a_good_report_has_no_problem():
    assert rules.problems(GOOD) == [] and rules.oddities(GOOD) == []


@pytest.mark.parametrize(
    ("path", "to", "problem"),
    [
        (("reporter",), " ", "reporter is missing"),
        (("reporting_groupid",), None, "reporting_groupid is missing"),
        (("internal_name",), "", "internal_name is missing"),
        (("groupid",), "74", "groupid is not a field"),
        (("at_type",), "PSN", "at_type 'PSN' is none of"),
        (("ra", "value"), "360.1", "ra '360.1' is not between"),
        (("ra", "value"), "24:00:01", "ra '24:00:01' is not between"),
        (("ra", "value"), "10:20:30.0412", "ra '10:20:30.0412' is not between"),
        (("dec", "value"), "-90.5", "dec '-90.5' is not between"),
        (("dec",), None, "dec None is not between"),
        (("dec", "value"), "nan", "dec 'nan' is not between"),
        (("ra", "error"), "-1", "ra error '-1' is not a positive number"),
        (("discovery_datetime",), "2025-12-22 08:18:38.9981", "discovery_datetime is not a date"),
        (("discovery_datetime",), "2025-13-22", "discovery_datetime is not a date"),
        (("discovery_datetime",), "2525-12-22 08:18:38", "lies in the future"),
        (("host_redshift",), "NULL", "host_redshift 'NULL' is not a number"),
        (("host_redshift",), "", "host_redshift '' is not a number"),
        (("host_redshift",), "2.83", "host_redshift 2.83 is not between 0 and 1"),
        (("host_redshift",), "-0.01", "host_redshift -0.01 is not between 0 and 1"),
        (("host_name",), "NULL", "host_name 'NULL' is no name"),
        (("non_detection",), "NULL", "a last non-detection or an archive is needed"),
        (("non_detection",), None, "a last non-detection or an archive is needed"),
        (("non_detection",), {"archiveid": "0"}, "needs archival_remarks"),
        (("non_detection",), {"archiveid": "7"}, "archiveid '7' is none of"),
        (("non_detection", "obsdate"), "2025-12-22 08:18:38.998", "must precede the discovery"),
        (("non_detection", "limiting_flux"), "", "'' is no sensible brightness"),
        (("photometry",), {}, "0 photometry points"),
        (("photometry",), {str(n): GOOD["photometry"]["0"] for n in range(11)}, "11 photometry points"),
        (("photometry", "1"), GOOD["photometry"]["0"], "a photometry point is there twice"),
        (("photometry", "1", "obsdate"), "2025-12-21 00:00:00", "earlier than the discovery"),
        (("photometry", "0"), GOOD["photometry"]["1"], "no photometry point is the discovery"),
        (("photometry", "1", "flux"), "99", "'99' is no sensible brightness"),
        (("photometry", "1", "flux"), "inf", "'inf' is no sensible brightness"),
        (("photometry", "1", "flux_error"), "0", "flux error '0' is not a positive number"),
        (("photometry", "1", "flux_unitid"), "ABMag", "flux_unitid 'ABMag' is none of"),
        (("photometry", "1", "filterid"), "", "filterid is missing"),
    ],
)
def test_each_fault_is_named(path, to, problem):
    assert any(problem in message for message in rules.problems(changed(*path, to=to)))


def test_other_forms_that_tns_takes_are_no_problem():
    report = changed("ra", "value", to="10:20:30.041") | {"discovery_datetime": "2025-12-22.25"}
    report["photometry"] = {"0": {**POINT, "obsdate": "2025-12-22.25", "flux": "20000", "flux_unitid": "34"}}
    report["non_detection"] = {"archiveid": "2"}
    assert rules.problems(report) == []


def test_a_point_below_its_limit_is_worth_a_look_only():
    odd = changed("photometry", "0", "limiting_flux", to="20.2")
    assert rules.problems(odd) == []
    assert rules.oddities(odd) == ["photometry point 0 is fainter than its image's limit"]


def test_an_earlier_detection_that_this_tom_lacks_is_noticed():
    first_mjd = 61031.346  # 2025-12-22
    assert rules.missed_discovery(GOOD, first_mjd) == ""
    assert rules.missed_discovery(GOOD, None) == ""
    assert "first on 2025-09-13" in rules.missed_discovery(GOOD, first_mjd - 100)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)))
def test_a_time_comes_back_to_half_a_millisecond(when):
    again = moment(tns_time(when))
    assert again is not None and abs((again - when).total_seconds()) <= 0.0005


@given(st.text() | st.none() | st.integers() | st.dictionaries(st.text(), st.text()))
def test_no_value_breaks_the_readers(value):
    assert moment(value) is None or isinstance(moment(value), datetime)
    assert number(value) is None or isinstance(number(value), float)
    assert degrees(value, 15.0) is None or isinstance(degrees(value, 15.0), float)


def test_sexagesimal_is_read_to_the_milliarcsecond():
    assert degrees("10:20:30.04", 15.0) == pytest.approx(155.1251667, abs=1e-7)
    assert degrees("-00:30:00", 1.0) == -0.5


@pytest.fixture(scope="module")
def sent(data):
    with gzip.open(data / "tns" / "alerce_at_reports.jsonl.gz", "rt") as lines:
        return [modern(json.loads(line)["report"]) for line in lines]


def kinds(messages):
    """The messages of one report without their values, each kind once."""
    return {re.sub(r"'[^']*'|-?\d+(\.\d+)?(e-?\d+)?", "#", message).replace("point #: ", "") for message in messages}


@pytest.mark.data
def test_defects_of_the_reports_that_alerce_sent(sent):
    problems = [rules.problems(report) for report in sent]
    found = Counter(kind for messages in problems for kind in kinds(messages))
    assert (len(sent), sum(not messages for messages in problems)) == (16905, 15524)
    assert found == {
        "reporting_groupid is missing": 1008,  # the key of 2019 ...
        "data_source_groupid is missing": 1008,
        "groupid is not a field that we send": 958,  # ... had this name
        "host_redshift # is not a number": 359,
        "host_redshift # is not between # and #": 10,
        "host_name # is no name": 308,
        "at_type # is none of #, #, #, #, #, #": 55,
        "photometry flux_unitid # is none of #, #": 55,
        "the non-detection: flux_unitid # is none of #, #": 51,
        "photometry obsdate is not a date with at most # decimals of seconds": 55,
        "discovery_datetime is not a date with at most # decimals of seconds": 55,
        "the non-detection's date is not a date with at most # decimals of seconds": 51,
        "# photometry points: # to # are allowed": 66,
        "a photometry point is there twice": 12,
        "a photometry point is earlier than the discovery": 9,
        "a last non-detection or an archive is needed": 4,
        "the last non-detection must precede the discovery": 2,
    }


@pytest.mark.data
def test_most_reports_since_2020_are_flawless(sent):
    recent = [report for report in sent if report["internal_name"] >= "ZTF20"]
    flawless = sum(not rules.problems(report) for report in recent)
    assert flawless / len(recent) > 0.97


@pytest.mark.data
def test_unusual_but_allowed_in_the_reports_that_alerce_sent(sent):
    odd = [rules.oddities(report) for report in sent]
    assert sum("no dated non-detection, only an archive" in messages for messages in odd) == 1138
    points = [message for messages in odd for message in messages if "fainter" in message]
    assert len(points) / sum(len(report["photometry"]) for report in sent) == pytest.approx(0.267, abs=0.001)


@pytest.mark.data
def test_repeated_names_are_what_the_ledger_must_refuse(sent):
    names = Counter(report["internal_name"] for report in sent)
    assert sum(n - 1 for n in names.values()) == 122


@pytest.mark.parametrize(
    ("at_type", "class_name", "doubted"),
    [("1", "asteroid", True), ("1", "SNIa", False), ("1", "SLSN", False), ("1", "", False), ("3", "AGN", False)],
)
def test_a_possible_supernova_that_this_tom_takes_for_something_else_is_worth_a_look(at_type, class_name, doubted):
    assert bool(rules.doubtful_class({**GOOD, "at_type": at_type}, class_name)) == doubted
