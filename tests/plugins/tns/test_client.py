"""What TNS says, and what fails on the way."""

from __future__ import annotations

import json
import socket

import pytest

from tests.plugins.tns.server import BOT_ID, BOT_NAME, KEY
from tom_alerce_like.exceptions import BadReply, RateLimited, RequestRefused, ServiceUnavailable
from tom_alerce_like.plugins.tns import replies
from tom_alerce_like.plugins.tns.account import Account, account
from tom_alerce_like.plugins.tns.client import Client

ENTRY = {"internal_name": "ZTF26a", "ra": {"value": "10"}, "dec": {"value": "-5"}}


@pytest.fixture
def free_url():
    """An address where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


@pytest.fixture
def client(tns):
    return Client(Account(tns.url, KEY, BOT_ID, BOT_NAME), timeout_s=5)


def test_a_submission_and_its_reply(client, tns):
    tns.delay_polls = 1
    number = client.submit([ENTRY])
    assert client.feedback(number) is None
    (entry,) = client.feedback(number)
    assert (entry.iau_name, entry.codes) == ("AT 2026xaa", {100})
    assert tns.calls[0] == ("set/bulk-report", {"at_report": {"0": ENTRY}})


def test_an_object_is_found_by_name_then_by_place(client, tns):
    tns.add("2026abc", 10.0, -5.0, "ZTF26a", prefix="SN")
    assert client.find("ZTF26a", 200.0, 20.0) == "SN 2026abc"
    assert client.find("ZTF26b", 10.0004, -5.0) == "SN 2026abc"
    assert client.find("ZTF26b", 10.0007, -5.0) == ""


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("504 after commit", ServiceUnavailable),
        ("drop after commit", ServiceUnavailable),
        ("truncated", BadReply),
        ("html", BadReply),
        ("429", RateLimited),
        ("401", RequestRefused),
    ],
)
def test_a_submission_is_never_repeated(client, tns, fault, error):
    tns.faults = [fault]
    with pytest.raises(error):
        client.submit([ENTRY])
    assert tns.n_calls("set/bulk-report") == 1


def test_a_search_is_repeated(client, tns):
    tns.add("2026abc", 10.0, -5.0)
    tns.read_faults = ["502"]
    assert client.find("ZTF26a", 10.0, -5.0) == "AT 2026abc"


def test_a_wrong_bot_is_refused(tns):
    with pytest.raises(RequestRefused) as caught:
        Client(Account(tns.url, "wrong", BOT_ID, BOT_NAME)).find("ZTF26a", 10.0, -5.0)
    assert caught.value.status == 401 and KEY not in str(caught.value)


def test_a_service_that_is_not_there(free_url):
    with pytest.raises(ServiceUnavailable):
        Client(Account(free_url, KEY, BOT_ID, BOT_NAME)).find("ZTF26a", 10.0, -5.0)


def test_the_rate_limit_of_the_headers_is_honoured(client, tns):
    tns.add("2026abc", 10.0, -5.0, "ZTF26a")
    tns.headers = {"x-cone-rate-limit-remaining": "0", "x-cone-rate-limit-reset": "42"}
    assert client.find("ZTF26a", 10.0, -5.0) == "AT 2026abc"
    with pytest.raises(RateLimited) as caught:
        client.find("ZTF26b", 10.0, -5.0)
    assert 41 < caught.value.retry_after_s <= 42
    assert tns.n_calls("get/search") == 1
    assert client.feedback(1) is None  # replies have a limit of their own


def test_a_patient_client_waits(tns):
    tns.headers = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": "0"}
    tns.read_faults = ["429", "429"]
    with pytest.raises(RateLimited):
        Client(Account(tns.url, KEY, BOT_ID, BOT_NAME)).find("ZTF26a", 10.0, -5.0)
    tns.read_faults = ["429", "429"]
    assert Client(Account(tns.url, KEY, BOT_ID, BOT_NAME), patience_s=3).find("ZTF26a", 10.0, -5.0) == ""


def test_a_redirect_is_not_followed(client, tns, free_url):
    # it would carry the key to another host
    tns.headers, tns.read_faults = {"Location": f"{free_url}/api/get/search"}, ["302"]
    with pytest.raises(BadReply):
        client.find("ZTF26a", 10.0, -5.0)
    assert tns.n_calls("get/search") == 1


@pytest.mark.parametrize("data", [None, 5, "text", {}, {"reply": 3}])
def test_a_search_that_makes_no_sense(client, tns, monkeypatch, data):
    monkeypatch.setattr(tns, "_search", lambda query: (200, {"id_code": 200, "data": data}))
    with pytest.raises(BadReply):
        client.find("ZTF26a", 10.0, -5.0)


@pytest.mark.parametrize("number", [None, "x", 0, -7, 10**30, 2**63, []])
def test_a_submission_without_a_usable_number_is_not_known_to_be_refused(client, tns, monkeypatch, number):
    monkeypatch.setattr(tns, "_submit", lambda entries: (200, {"id_code": 200, "data": {"report_id": number}}))
    with pytest.raises(BadReply, match="no number"):
        client.submit([ENTRY])


def test_the_recorded_reply(data):
    recorded = json.loads((data / "api_responses/tns/bulk_report_atlas26afg_request_and_reply.json").read_text())
    (entry,) = replies.entries(recorded["response"]["data"]["feedback"])
    assert (entry.internal_name, entry.iau_name, entry.codes) == ("ATLAS26afg", "AT 2026ob", {100})
    assert entry.messages == ("100: Transient object was inserted.",)


@pytest.mark.parametrize(
    ("row", "name", "codes"),
    [
        ({"100": {"message": "inserted", "objname": "2026ob"}}, "AT 2026ob", {100}),
        ({"101": {"message": "exists", "objname": "2026ob", "prefix": "SN"}}, "SN 2026ob", {101}),
        (
            {"101": {"objname": "2026ob", "prefix": "AT"}, "121": {"message": "", "new_object_name": "SN2026ob"}},
            "SN 2026ob",
            {101, 121},
        ),
        ({"non_detection": {"obsdate": [{"1": {"message": "must precede"}}]}}, "", {1}),
        ({"photometry": {"2": {"message": "discovery photometry required", "message_id": 2}}}, "", {2}),
        ({"reporter": [{"3": {"message": "required"}}], "x": {"6": {"message": "archival"}}}, "", {3, 6}),
        ([{"5": {"message": "identical"}}], "", {5}),
        ("nonsense", "", set()),
        (None, "", set()),
    ],
)
def test_each_code_is_understood(row, name, codes):
    (entry,) = replies.entries({"at_report": [row]})
    assert (entry.iau_name, entry.codes) == (name, codes)


@pytest.mark.parametrize("feedback", [None, [], "x", {}, {"at_report": None}, {"at_report": "x"}])
def test_no_feedback_gives_no_entries(feedback):
    assert replies.entries(feedback) == []


def test_the_sandbox_is_the_default(settings):
    settings.DATA_SERVICES = {}
    here = account()
    assert here.base_url == "https://sandbox.wis-tns.org" and not here.is_production and not here.configured
    settings.DATA_SERVICES = {"TNS": {"base_url": "https://www.wis-tns.org/"}}
    assert account().is_production and account().label == "TNS PRODUCTION (www.wis-tns.org)"


def test_the_marker():
    assert Account("", KEY, BOT_ID, BOT_NAME).user_agent == 'tns_marker{"tns_id":1234,"type":"bot","name":"our_bot"}'
