"""Each fault does what it says, to the request that it is meant for, as often as it was asked to."""

from __future__ import annotations

import time

import pytest
import requests

from tom_alerce_like.sandbox.faults import Faults

LIST = "/alerce/ztf/v1/objects/"


def test_only_the_fitting_request_fails_and_only_so_often(sandbox, get):
    sandbox.faults.add("alerce", "500", times=2, path="objects")
    assert get("/alerce/ztf/v1/classifiers/").status_code == 200
    assert get("/alerce-lsst/classifier_api/classifiers").status_code == 200
    assert [get(LIST).status_code for _ in range(3)] == [500, 500, 200]


def test_429_says_when_to_come_back(sandbox, get):
    sandbox.faults.add("alerce", "429", seconds=7)
    answer = get(LIST)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")


def test_timeout_and_slow(sandbox, http):
    sandbox.faults.add("alerce", "timeout", seconds=0.4)
    with pytest.raises(requests.Timeout):
        http.get(sandbox.url + LIST, timeout=0.1)
    sandbox.faults.add("alerce", "slow", seconds=0.2)
    started = time.monotonic()
    assert http.get(sandbox.url + LIST, timeout=5).status_code == 200
    assert time.monotonic() - started > 0.2


def test_504_after_commit_has_booked(sandbox, portal, group):
    sandbox.faults.add("portal", "504_after_commit", path="requestgroups")
    wanted = group()
    assert portal("POST", "requestgroups/", wanted).status_code == 504
    assert portal("GET", "requestgroups/", params={"name": wanted["name"]}).json()["count"] == 1


def test_drop_after_commit_has_booked(sandbox, portal, group):
    sandbox.faults.add("portal", "drop_after_commit")
    wanted = group()
    with pytest.raises(requests.ConnectionError):
        portal("POST", "requestgroups/", wanted)
    assert portal("GET", "requestgroups/", params={"name": wanted["name"]}).json()["count"] == 1


def test_late_commit_books_after_the_client_has_given_up(sandbox, group):
    sandbox.faults.add("portal", "late_commit", seconds=0.5)
    wanted, headers = group(), {"Authorization": f"Token {sandbox.portal.token}"}
    with pytest.raises(requests.Timeout):
        requests.post(f"{sandbox.url}/portal/api/requestgroups/", json=wanted, headers=headers, timeout=0.2)

    def booked():
        return [row for row in sandbox.portal.bookings.groups.values() if row["name"] == wanted["name"]]

    assert booked() == []
    deadline = time.monotonic() + 10
    while not booked() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(booked()) == 1


def test_replies_that_are_not_what_they_should_be(sandbox, get):
    sandbox.faults.add("alerce", "truncated_json")
    with pytest.raises(ValueError):
        get(LIST).json()
    sandbox.faults.add("alerce", "html")
    answer = get(LIST)
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(("kind", "factor"), [("empty", 0), ("duplicates", 2)])
def test_empty_and_duplicates(kind, factor, sandbox, get, post):
    assert len(get(LIST).json()["items"]) == 10
    sandbox.faults.add("alerce", kind)
    assert len(get(LIST).json()["items"]) == 10 * factor
    sandbox.faults.add("fink-ztf", kind)
    assert len(post("/fink-ztf/api/v1/latests", {"class": "SN candidate", "n": 3}).json()) == 3 * factor


def test_oversized_replies_are_streamed(sandbox, get, http):
    sandbox.faults.add("alerce", "oversized", megabytes=3)
    answer = get(LIST)
    assert len(answer.content) > 3_000_000 and len(answer.json()["items"]) == 10
    sandbox.faults.add("alerce", "oversized", megabytes=100_000)
    with http.get(sandbox.url + LIST, stream=True, timeout=5) as answer:
        assert int(answer.headers["Content-Length"]) > 10**11
        assert len(next(answer.iter_content(1000))) == 1000
    assert get(LIST).status_code == 200


def test_hostile_html(sandbox, get):
    sandbox.faults.add("alerce", "hostile_html")
    rows = get(LIST, ranking=1).json()["items"]
    assert all("<script>" in row["class"] and "<" not in row["oid"] for row in rows)


def test_black_hole_takes_the_report_and_never_answers(sandbox, ask, send, reply, report):
    sandbox.faults.add("tns", "black_hole", path="set/bulk-report")
    one = report()
    number = send(one).json()["data"]["report_id"]
    assert reply(number).status_code == 404
    assert len(ask("get/search", {"internal_name": one["internal_name"]}).json()["data"]) == 1


def test_faults_over_http(sandbox, get, post, http):
    answer = post("/control/faults", {"service": "alerce", "kind": "500", "times": 3})
    assert answer.status_code == 201 and answer.json()[0]["times"] == 3
    assert get(LIST).status_code == 500
    assert get("/control/faults").json()[0]["times"] == 2
    http.delete(f"{sandbox.url}/control/faults", timeout=5)
    assert get("/control/faults").json() == [] and get(LIST).status_code == 200
    assert post("/control/faults", {"service": "alerce", "kind": "earthquake"}).status_code == 400
    assert post("/control/faults", {"kind": "500", "sevrice": "x"}).status_code == 400


def test_any_service_and_order_of_faults():
    faults = Faults()
    faults.add("", "500")
    faults.add("tns", "429")
    assert [fault and fault.kind for fault in (faults.take("tns", "/x") for _ in range(3))] == ["500", "429", None]
