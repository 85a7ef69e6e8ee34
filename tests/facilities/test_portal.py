"""The portal's client, payload, errors and settings."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.checks import run_checks
from django.core.management import call_command

from tests.facilities.portal import TOKEN
from tom_alerce_like.exceptions import BadReply, InputError, RequestRefused, ServiceUnavailable
from tom_alerce_like.facilities import ledger
from tom_alerce_like.facilities.contract import Booking
from tom_alerce_like.facilities.models import Instrument, State
from tom_alerce_like.facilities.ocs import instruments
from tom_alerce_like.facilities.ocs.errors import placed
from tom_alerce_like.facilities.ocs.facility import PortalFacility
from tom_alerce_like.facilities.ocs.fields import RequestFields, clean_params
from tom_alerce_like.facilities.ocs.payload import default_params, iso, request_group
from tom_alerce_like.facilities.ocs.portal import Portal, _booking
from tom_alerce_like.facilities.ocs.settings import LCO_PORTAL, PortalSettings

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


def recorded(data, name):
    return json.loads((data / "api_responses" / name).read_text())


def test_recorded_replies_of_lco_are_understood(data):
    made = recorded(data, "facilities/observe_lco_global_api_requestgroups_0.json")["response"]
    cancelled = recorded(data, "facilities/observe_lco_global_api_requestgroups_1191249_cancel_2.json")["response"]
    assert _booking(made) == Booking("1191249", "2452623", State.ACCEPTED)
    assert _booking(cancelled).state == State.CANCELLED
    listed = recorded(data, "lco/requestgroups_list_mop.json")["response"]["results"]
    assert [_booking(group).observation_id for group in listed] == ["3369323"]


def test_our_request_group_has_the_shape_that_lco_accepted(data, target):
    body = recorded(data, "facilities/observe_lco_global_api_requestgroups_0.json")["request_body"]
    ours = request_group(default_params(), target)
    assert set(ours) == set(body)
    assert set(ours["requests"][0]) == set(body["requests"][0])
    ours, theirs = (group["requests"][0]["configurations"][0] for group in (ours, body))
    assert set(ours) == set(theirs)
    assert set(ours["target"]) - set(theirs["target"]) == {"proper_motion_ra", "proper_motion_dec"}
    assert set(ours["instrument_configs"][0]) == set(theirs["instrument_configs"][0])
    assert set(ours["constraints"]) == set(theirs["constraints"])


def test_the_group_is_what_the_form_says(target):
    asked = {"proposal": "P", "site": "lsc", "exposure_s_2": None, "mode": "TIME_CRITICAL"}
    params = clean_params({**default_params(), **asked})
    group = request_group(params, target, "n" * 70)
    request = group["requests"][0]
    configuration = request["configurations"][0]
    assert (len(group["name"]), group["observation_type"]) == (50, "TIME_CRITICAL")
    assert request["location"] == {"telescope_class": "1m0", "site": "lsc"}
    assert (configuration["target"]["ra"], configuration["target"]["dec"]) == (60.0, -30.0)
    assert [one["optical_elements"] for one in configuration["instrument_configs"]] == [
        {"filter": "gp"},
        {"filter": "ip"},
    ]


def test_a_spectrum_by_the_same_form(target, settings):
    settings.TOM_ALERCE_LIKE = {"PLAN_REQUEST": {"instrument_type": "2M0-FLOYDS-SCICAM"}}
    settings.FACILITIES = {"OCS-portal": {"proposal": "P"}}
    configuration = request_group(clean_params(default_params()), target)["requests"][0]["configurations"][0]
    assert configuration["type"] == "SPECTRUM"
    assert configuration["instrument_configs"][0]["optical_elements"] == {"slit": "slit_1.6as"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ipp_value": 0.4}, "ipp_value"),
        ({"ipp_value": 2.1}, "ipp_value"),
        ({"max_airmass": 0.9}, "max_airmass"),
        ({"max_airmass": 26}, "max_airmass"),
        ({"min_moon_deg": -1}, "min_moon_deg"),
        ({"name": "x" * 34}, "name"),
        ({"end": iso(NOW - timedelta(days=9))}, "end"),
        ({"start": "soon"}, "start"),
        ({"start": iso(NOW - timedelta(days=9)), "end": iso(NOW - timedelta(days=8))}, "end"),
        ({"mode": "RAPID_RESPONSE", "start": iso(NOW + timedelta(hours=1))}, "start"),
        ({"mode": "RAPID_RESPONSE", "end": iso(NOW + timedelta(hours=25))}, "end"),
        ({"mode": "DIRECT"}, "mode"),
        ({"element_1": "slit_1.6as"}, "element_1"),
        ({"element_1": ""}, "element_1"),
        ({"exposure_s_1": None, "exposure_s_2": None, "exposure_s_3": None}, "exposure_s_1"),
        ({"exposure_s_1": "nan"}, "exposure_s_1"),
        ({"count_1": 0}, "count_1"),
        ({"instrument_type": "KECK"}, "instrument_type"),
        ({"site": "../"}, "site"),
    ],
)
def test_the_portals_rules_are_checked_here_first(change, field):
    form = RequestFields({**default_params(), "proposal": "P", **change})
    assert not form.is_valid() and field in form.errors
    with pytest.raises(InputError, match=field):
        clean_params({**default_params(), "proposal": "P", **change})


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2126-11-20T05:30", "2126-11-20T05:30:00"),
        ("2126-11-20 05:30:10Z", "2126-11-20T05:30:10"),
        ("2126-11-20T02:30:00-03:00", "2126-11-20T05:30:00"),
    ],
)
def test_times_are_utc_whatever_the_toms_own_zone(settings, text, utc):
    settings.TIME_ZONE = "America/Santiago"
    form = RequestFields({**default_params(), "proposal": "P", "end": text})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["end"] == utc


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ({}, []),
        ({"ipp_value": ["no"]}, [("ipp_value", "no")]),
        ({"requests": [{"windows": [{"end": ["late"]}]}]}, [("end", "late")]),
        ({"requests": [{"windows": ["none"]}]}, [("start", "none")]),
        (
            {"requests": [{"configurations": [{"instrument_configs": [{}, {"exposure_count": ["x"]}]}]}]},
            [("count_3", "x")],
        ),
        (
            {"requests": [{"configurations": [{"instrument_configs": [{"optical_elements": {"filter": ["x"]}}]}]}]},
            [("element_1", "x")],
        ),
        (
            {"requests": [{"configurations": [{"non_field_errors": ["optical element nope"]}]}]},
            [(None, "requests configurations: optical element nope")],
        ),
        (
            {"requests": [{"configurations": [{"target": {"ra": ["bad"]}}]}]},
            [(None, "target ra: bad")],
        ),
        ({"non_field_errors": ["whole"], "detail": "JSON parse error"}, [(None, "whole"), (None, "JSON parse error")]),
        ("<html>", [(None, "<html>")]),
        ([[["deep"]]], [(None, "deep")]),
    ],
)
def test_errors_are_placed(errors, expected):
    assert placed(errors, [1, 3]) == expected


def test_a_row_that_is_not_there_is_no_field():
    errors = {"requests": [{"configurations": [{"instrument_configs": [{}, {"exposure_time": ["x"]}]}]}]}
    assert placed(errors, [1]) == [(None, "instrument_configs exposure_time: x")]


@pytest.mark.parametrize(
    ("facilities", "url", "key"),
    [
        ({}, LCO_PORTAL, ""),
        ({"LCO": {"portal_url": LCO_PORTAL, "api_key": "lco"}}, LCO_PORTAL, "lco"),
        ({"LCO": {"api_key": "lco"}, "OCS-portal": {"api_key": "mine"}}, LCO_PORTAL, "mine"),
        ({"LCO": {"api_key": "lco"}, "OCS-portal": {"proposal": "P"}}, LCO_PORTAL, "lco"),
        ({"LCO": {"api_key": "lco"}, "OCS-portal": {"portal_url": "https://else.org/"}}, "https://else.org", ""),
    ],
)
def test_a_key_of_lco_goes_to_lco_only(settings, facilities, url, key):
    settings.FACILITIES = facilities
    found = PortalSettings.read()
    assert (found.portal_url, found.api_key) == (url, key)


def test_an_archive_is_known_for_lco_only(settings):
    settings.FACILITIES = {}
    assert PortalSettings.read().archive_url
    settings.FACILITIES = {"OCS-portal": {"portal_url": "https://else.org"}}
    assert not PortalSettings.read().archive_url
    assert PortalFacility().data_products("1") == []


@pytest.mark.parametrize(
    ("code", "changes"),
    [("x" * 61, {}), ("other", {"class": "x" * 21}), ("other", {"default_configuration_type": "x" * 31})],
)
def test_an_instrument_with_words_that_cannot_be_kept_is_left_out(portal, code, changes):
    known = {"type": "IMAGE", "class": "1m0", "name": "A camera", "optical_elements": {}}
    portal.instruments = {"camera": known, code: {**known, **changes}}
    assert instruments.refresh(Portal()) == 1 and set(instruments.known()) == {"camera"}


def test_replies_of_another_shape_are_bad_replies(portal, target):
    client = Portal()
    portal.instruments = ["<b>"]
    with pytest.raises(BadReply):
        instruments.refresh(client)
    portal.commit({"name": "x", "requests": []} | {"requests": [{"state": "NEW"}]})
    with pytest.raises(BadReply):
        client.status("1001")
    portal.faults = ["truncated"]
    with pytest.raises(BadReply):
        client.find("x")
    with pytest.raises(RequestRefused):
        client.status("77")
    portal.faults = ["drop"]
    with pytest.raises(ServiceUnavailable):
        client.find("x")


def test_a_wrong_token_is_told(portal, target, astronomer, settings):
    settings.FACILITIES["OCS-portal"]["api_key"] = "wrong"
    request = ledger.submit(target, default_params(), astronomer)
    assert (request.state, request.errors) == (State.REFUSED, {"detail": "Invalid token."})


def test_instruments_are_read_by_the_command_and_offered_by_the_form(portal, capsys):
    filters = [{"code": code, "schedulable": code != "dark", "default": code == "r"} for code in ("g", "r", "dark")]
    readout = {"readout": {"modes": [{"code": "slow"}, {"code": "fast"}], "default": None}}
    portal.instruments = {
        "CAM": {
            **{"type": "IMAGE", "class": "4m0", "name": "Camera", "default_configuration_type": "EXPOSE"},
            **{"optical_elements": {"filters": filters}, "modes": readout},
        },
        "TWIN": {"type": "IMAGE", "class": "2m0", "name": "Twin", "optical_elements": {"as": filters, "bs": filters}},
        "ODD": {"type": "IMAGE"},
    }
    call_command("alerce_followup")
    assert "instruments: 1\nfollowup: nothing to do" in capsys.readouterr().out
    camera = Instrument.objects.get()
    assert (camera.elements, camera.defaults, camera.readout_mode) == (
        {"g": "filter", "r": "filter"},
        {"filter": "r"},
        "slow",
    )
    assert RequestFields().fields["instrument_type"].choices == [("CAM", "Camera")]
    assert default_params()["element_1"] == "r"


def test_the_command_goes_on_when_the_portal_gives_no_instruments(portal, target, astronomer, capsys):
    ledger.submit(target, default_params(), astronomer)
    call_command("alerce_followup", settle=0)
    out, err = capsys.readouterr()
    assert "accepted=1" in out and "kept as they were" in err


def test_checks_tell_what_is_off(settings):
    def ids():
        return {message.id for message in run_checks() if "facilities" in str(message.id)}

    settings.FACILITIES = {}
    assert ids() == {"tom_alerce_like_facilities.I001"}
    settings.FACILITIES = {"OCS-portal": {"api_key": TOKEN}}
    assert ids() == {"tom_alerce_like_facilities.W001"}
    settings.FACILITIES = {"OCS-portal": {"api_key": TOKEN, "proposal": "P"}}
    assert not ids()
    settings.TOM_ALERCE_LIKE = {"PLAN_FACILITY": "Nowhere"}
    assert ids() == {"tom_alerce_like_facilities.E001"}
