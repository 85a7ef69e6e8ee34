"""TNS: who may report, what is refused, and what becomes of a report."""

from __future__ import annotations

import gzip
import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_alerce_like.sandbox import tns_rules
from tom_alerce_like.sandbox.tns_objects import _letters


@pytest.fixture
def judged(send, reply):
    """Send one report and return (status of the reply, feedback)."""

    def call(one):
        answer = reply(send(one).json()["data"]["report_id"])
        return answer.status_code, answer.json()["data"]["feedback"]["at_report"][0]

    return call


def test_a_marker_and_a_key_are_demanded(send, report):
    assert send(report(), marker="Mozilla/5.0").status_code == 403
    assert send(report(), marker='tns_marker{"tns_id":1}').status_code == 403
    assert send(report(), key="stolen").status_code == 401


def test_a_reply_is_404_until_processed(ask, send, report):
    number = str(send(report()).json()["data"]["report_id"])
    assert [ask("get/bulk-report-reply", report_id=number).status_code for _ in range(3)] == [404, 200, 200]
    assert ask("get/bulk-report-reply", report_id="1").status_code == 404


def test_new_objects_are_named_in_turn(judged, report, sandbox):
    names = [judged(report())[1]["100"]["objname"] for _ in range(3)]
    assert all(name.startswith(str(sandbox.night.day.year)) for name in names)
    assert names == sorted(names) and len(set(names)) == 3


def test_the_same_report_twice_is_refused(judged, report):
    one = report()
    assert "100" in judged(one)[1]
    status, feedback = judged(one)
    assert status == 400 and feedback["5"]["message"].startswith("An identical AT report")


def test_a_report_near_an_object_joins_it(judged, report):
    one = report()
    name = judged(one)[1]["100"]["objname"]
    ra = {"value": str(10.5 + 1.0 / 3600)}
    status, feedback = judged({**one, "ra": ra, "internal_name": "ANOTHER1"})
    assert status == 200 and feedback["101"]["objname"] == name and feedback["101"]["prefix"] == "AT"


def test_another_type_of_event_changes_the_prefix(judged, report):
    one = report(at_type="5")
    name = judged(one)[1]["100"]["objname"]
    feedback = judged({**one, "at_type": "1", "internal_name": "ANOTHER2"})[1]
    assert feedback["121"]["new_object_name"] == f"AT{name}"


LATER = {"obsdate": "2026-01-11 00:00:00", "limiting_flux": "20", "flux_unitid": "1", "filterid": "110"}


@pytest.mark.parametrize(
    ("changes", "where", "code"),
    [
        ({"non_detection": {**LATER, "instrumentid": "196"}}, "1", 1),
        ({"photometry": {}}, "2", 2),
        ({"photometry": {"0": {"flux": ""}}}, "2", 2),
        ({"reporter": ""}, "reporter", 3),
        ({"ra": {"value": ""}}, "ra", 3),
        ({"non_detection": {}}, "6", 6),
        ({"non_detection": "NULL"}, "6", 6),
        ({"non_detection": {"archiveid": "0"}}, "6", 6),
        ({"reporting_groupid": "9999"}, "reporting_groupid", 0),
        ({"dec": {"value": "91"}}, "dec", 0),
        ({"discovery_datetime": "yesterday"}, "discovery_datetime", 0),
    ],
)
def test_what_is_wrong_is_said(changes, where, code, judged, report):
    status, feedback = judged(report(**changes))
    said = feedback[where]
    assert status == 400
    assert (said[0] if isinstance(said, list) else said)["message_id"] == code


@pytest.mark.parametrize("archive", [{"archiveid": "1"}, {"archiveid": "0", "archival_remarks": "plates"}])
def test_an_archive_stands_for_a_non_detection(archive, judged, report):
    assert "100" in judged(report(non_detection=archive))[1]


def test_one_bad_entry_does_not_sink_the_others(send, reply, report):
    answer = reply(send(report(), report(reporter="")).json()["data"]["report_id"])
    assert answer.status_code == 200
    assert [sorted(entry) for entry in answer.json()["data"]["feedback"]["at_report"]] == [["100"], ["reporter"]]


def test_more_than_a_hundred_entries_are_refused(send, report):
    assert send(*[report() for _ in range(101)]).status_code == 400
    assert send().status_code == 400


def test_malformed_data(ask):
    assert ask("set/bulk-report", [1]).status_code == 400
    assert ask("set/bulk-report", {"at_report": {"0": "text"}}).status_code == 400


def test_too_many_decimals_of_a_second_break_it_as_they_break_the_real_one(send, report):
    assert send(report(ra={"value": "10:20:30.123"})).status_code == 200
    assert send(report(ra={"value": "10:20:30.1234"})).status_code == 500


OLD = {
    "reporting_groupid": "reporting_group_id",
    "data_source_groupid": "discovery_data_source_id",
    "flux_unitid": "flux_units",
    "filterid": "filter_value",
    "instrumentid": "instrument_value",
}


def in_old_words(value):
    if isinstance(value, dict):
        return {OLD.get(name, name): in_old_words(item) for name, item in value.items()}
    return value


def test_both_dialects(judged, report, sandbox):
    old = in_old_words(report())
    old["photometry"] = {"photometry_group": old["photometry"]}
    assert "100" in judged(old)[1]
    sandbox.tns.accept_old_keys = False
    try:
        feedback = judged(in_old_words(report()))[1]
    finally:
        sandbox.tns.accept_old_keys = True
    assert feedback["reporting_groupid"][0]["message_id"] == 3


def test_search_finds_by_cone_and_by_names(ask, judged, report):
    one = report()
    name = judged(one)[1]["100"]["objname"]
    at = {"ra": "10.5", "dec": one["dec"]["value"], "radius": "5", "units": "arcsec"}
    answer = ask("get/search", at)
    assert [row["objname"] for row in answer.json()["data"]] == [name]
    assert int(answer.headers["x-rate-limit-remaining"]) < int(answer.headers["x-rate-limit-limit"])
    exact = {"internal_name": one["internal_name"], "internal_name_exact_match": "1"}
    assert [row["objname"] for row in ask("get/search", exact).json()["data"]] == [name]
    assert ask("get/search", {"internal_name": "nothing"}).json()["data"] == []
    found = ask("get/object", {"objname": name}).json()["data"]
    assert found["internal_names"] == one["internal_name"] and found["photometry"] == []
    assert ask("get/object", {"objname": "1900zzz"}).status_code == 404


def test_search_is_limited(ask, sandbox):
    sandbox.tns.requests_per_minute = 0
    try:
        answer = ask("get/search", {"objname": "2026aaa"})
    finally:
        sandbox.tns.requests_per_minute = 1000
    assert answer.status_code == 429 and answer.headers["Retry-After"] == "60"


def test_values(ask):
    assert ask("get/values").json()["data"]["filters"]["110"] == "g-ZTF"


@given(st.integers(0, 500_000))
def test_names_follow_each_other(number):
    one, two = _letters(number), _letters(number + 1)
    assert (len(one), one) < (len(two), two) and len(one) >= 3


def test_reports_that_alerce_really_sent_are_accepted(data):
    """Those in today's or yesterday's dialect are, but for slips: text for ids, "NULL", more than ten points."""
    found: Counter = Counter()
    with gzip.open(data / "tns" / "alerce_at_reports.jsonl.gz") as lines:
        for line in lines:
            report = json.loads(line)["report"]
            wrong = tns_rules.problems(tns_rules.modern(report, accept_old=True))
            found["2019" if "groupid" in report else "fine" if not wrong else "slip"] += 1
    assert found["slip"] < 0.01 * found["fine"]
    assert found["fine"] > 15_000
