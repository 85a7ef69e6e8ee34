"""The observation portal: what it books, what it refuses, and the states of a request."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tom_alerce_like.sandbox import sky
from tom_alerce_like.sandbox.bookings import STATES
from tom_alerce_like.sandbox.instruments import INSTRUMENTS

CONF = "requests.0.configurations.0"


def test_a_token_is_demanded(http, sandbox):
    root = f"{sandbox.url}/portal/api/profile/"
    assert http.get(root, timeout=5).json()["detail"] == "Authentication credentials were not provided."
    answer = http.get(root, headers={"Authorization": "Token wrong"}, timeout=5)
    assert (answer.status_code, answer.json()["detail"]) == (403, "Invalid token.")


def test_profile_names_the_proposal(portal, sandbox):
    assert [row["id"] for row in portal("GET", "profile/").json()["proposals"]] == [sandbox.portal.proposal]


def test_instruments(portal):
    shown = portal("GET", "instruments/").json()
    assert set(shown) == set(INSTRUMENTS)
    sinistro = shown["1M0-SCICAM-SINISTRO"]
    assert (sinistro["type"], sinistro["class"]) == ("IMAGE", "1m0")
    assert "rp" in [row["code"] for row in sinistro["optical_elements"]["filters"]]
    assert sinistro["modes"]["readout"]["default"] == "full_frame"


def test_the_network(http, sandbox):
    sites = http.get(f"{sandbox.url}/portal/configdb/sites/", timeout=5).json()["results"]
    assert {"ogg", "lsc", "sor"} <= {site["code"] for site in sites}


def test_validate_answers_200_whatever_it_is(portal, group):
    good, bad = (portal("POST", "requestgroups/validate/", group(name=name)) for name in ("fine", "x" * 51))
    assert (good.status_code, bad.status_code) == (200, 200)
    assert good.json()["errors"] == {} and good.json()["request_durations"]["duration"] == 286
    assert "50 characters" in bad.json()["errors"]["name"][0]


def test_durations_are_exposures_and_overheads(portal, group):
    parts = portal("POST", "requestgroups/validate/", group()).json()["request_durations"]["requests"][0]
    inner = parts["configurations"][0]
    assert inner["instrument_configs"][0]["duration"] == 2 * (60 + 27 + 1)
    assert inner["duration"] == 176 + 16 and parts["duration"] == 176 + 16 + 90 + 2 + 2


@pytest.mark.parametrize(
    ("changes", "path", "text"),
    [
        ({"name": "x" * 51}, ["name"], "no more than 50"),
        ({"proposal": "NOBODY"}, ["proposal"], "does not exist"),
        ({"ipp_value": 3}, ["non_field_errors"], "ipp_value must be >= 0.5, <= 2.0"),
        ({"operator": "SOME"}, ["operator"], "not a valid choice"),
        ({"operator": "MANY"}, ["non_field_errors"], "more than one child request"),
        ({"requests": []}, ["requests", "non_field_errors"], "may not be empty"),
        ({"requests": "none"}, ["requests", "non_field_errors"], "Expected a list"),
        ({f"{CONF}.constraints.max_airmass": 0.5}, [*CONF.split("."), "constraints", "max_airmass"], "1.0"),
        ({f"{CONF}.constraints.max_airmass": "low"}, [*CONF.split("."), "constraints", "max_airmass"], "valid number"),
        ({f"{CONF}.instrument_type": "EYE"}, [*CONF.split("."), "instrument_type"], "not a valid choice"),
        ({f"{CONF}.target.dec": -100}, [*CONF.split("."), "target", "dec"], "-90.0"),
        ({f"{CONF}.target": {"type": "ICRS"}}, [*CONF.split("."), "target", "ra"], "required"),
        (
            {f"{CONF}.instrument_configs.0.optical_elements": {"filter": "nope"}},
            [*CONF.split("."), "non_field_errors"],
            "optical element nope of type filter is not available",
        ),
        ({f"{CONF}.type": "SPECTRUM"}, [*CONF.split("."), "non_field_errors"], "SPECTRUM"),
        ({"requests.0.windows.0.start": "soon"}, ["requests", 0, "windows", 0, "start"], "wrong format"),
        ({f"{CONF}.target.dec": 89.0}, ["requests", 0, "non_field_errors"], "not be visible within"),
        (
            {f"{CONF}.instrument_configs.0.exposure_count": 5000},
            ["requests", 0, "non_field_errors"],
            "less than the duration of your request 122.25 hours",
        ),
    ],
)
def test_errors_mirror_the_payload(changes, path, text, portal, group):
    answer = portal("POST", "requestgroups/", group(**changes))
    assert answer.status_code == 400
    said = answer.json()
    for name in path:
        said = said[int(name) if isinstance(said, list) else name]
    assert text in said[0]
    assert portal("POST", "requestgroups/validate/", group(**changes)).json()["errors"] == answer.json()


def test_windows_must_be_ahead(portal, group):
    now = datetime.now(UTC)
    past = {"start": (now - timedelta(days=3)).isoformat(), "end": (now - timedelta(days=2)).isoformat()}
    turned = {"start": (now + timedelta(days=2)).isoformat(), "end": (now + timedelta(days=1)).isoformat()}
    for window, text in ((past, "future"), (turned, "earlier")):
        errors = portal("POST", "requestgroups/", group(**{"requests.0.windows.0": window})).json()
        assert text in errors["requests"][0]["windows"][0]["non_field_errors"][0]


def test_rapid_response_starts_now(portal, group):
    later = (datetime.now(UTC) + timedelta(hours=3)).isoformat()
    changes = {"observation_type": "RAPID_RESPONSE", "requests.0.windows.0.start": later}
    errors = portal("POST", "requestgroups/", group(**changes)).json()
    assert errors["non_field_errors"] == ["The Rapid Response observation window start time cannot be in the future."]


def test_json_that_is_none(http, sandbox):
    headers = {"Authorization": f"Token {sandbox.portal.token}"}
    answer = http.post(f"{sandbox.url}/portal/api/requestgroups/", "{", headers=headers, timeout=5)
    assert answer.status_code == 400 and answer.json()["detail"].startswith("JSON parse error")


def test_a_submission_is_not_idempotent(portal, group):
    same = group()
    one, two = (portal("POST", "requestgroups/", same).json()["id"] for _ in range(2))
    assert one != two
    found = portal("GET", "requestgroups/", params={"name": same["name"].upper()}).json()
    assert found["count"] == 2 and {row["id"] for row in found["results"]} == {one, two}


def test_look_up_by_request_and_redirection_without_slash(portal, booked):
    number = booked["requests"][0]["id"]
    found = portal("GET", "requestgroups", params={"request_id": number})
    assert [answer.status_code for answer in found.history] == [301]
    assert [row["id"] for row in found.json()["results"]] == [booked["id"]]
    assert portal("GET", f"requests/{number}/").json() == booked["requests"][0]
    assert portal("GET", f"requestgroups/{booked['id']}/").json() == booked
    answer = portal("GET", "requestgroups/1/")
    assert (answer.status_code, answer.json()["detail"]) == (404, "No RequestGroup matches the given query.")


def test_paths_at_the_root_reach_the_portal_too(http, sandbox):
    headers = {"Authorization": f"Token {sandbox.portal.token}"}
    assert http.get(f"{sandbox.url}/api/instruments/", headers=headers, timeout=5).status_code == 200


def test_an_observation_is_scheduled_where_and_when_the_target_is_up(portal, booked):
    request = booked["requests"][0]
    block = portal("GET", f"requests/{request['id']}/observations/").json()[0]
    assert block["state"] == "PENDING" and request["windows"][0]["start"] <= block["start"] <= block["end"]
    length = datetime.fromisoformat(block["end"]) - datetime.fromisoformat(block["start"])
    assert length.total_seconds() == request["duration"]


def test_cancelling_twice_is_fine(portal, booked):
    path = f"requestgroups/{booked['id']}/cancel/"
    answers = [portal("POST", path) for _ in range(2)]
    assert [(answer.status_code, answer.json()["state"]) for answer in answers] == [(200, "CANCELED")] * 2
    assert portal("GET", path).status_code == 405
    number = booked["requests"][0]["id"]
    assert portal("GET", f"requests/{number}/observations/", params={"exclude_canceled": "true"}).json() == []


@given(states=st.lists(st.sampled_from(STATES), min_size=1, max_size=6))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_state_is_final(states, portal, booked, post):
    number = booked["requests"][0]["id"]
    for state in states:
        assert post(f"/control/requests/{number}/state", {"state": state}).json()["state"] == state
        assert portal("GET", f"requests/{number}/").json()["state"] == state
    after = portal("POST", f"requestgroups/{booked['id']}/cancel/").json()["state"]
    assert after == ("CANCELED" if states[-1] == "PENDING" else states[-1])


def test_unknown_states_and_requests_are_refused(post, booked):
    assert post(f"/control/requests/{booked['requests'][0]['id']}/state", {"state": "LOST"}).status_code == 400
    assert post("/control/requests/1/state", {"state": "PENDING"}).status_code == 400


def test_a_group_of_many_is_pending_while_one_is(portal, group, sandbox):
    two = group(operator="MANY")
    two["requests"] *= 2
    made = portal("POST", "requestgroups/", two).json()
    first, second = (request["id"] for request in made["requests"])
    assert sandbox.portal.bookings.set_state(first, "COMPLETED")["state"] == "PENDING"
    assert sandbox.portal.bookings.set_state(second, "WINDOW_EXPIRED")["state"] == "COMPLETED"


def test_windows_expire(portal, booked, sandbox):
    kept = sandbox.portal.bookings.groups[booked["id"]]
    kept["requests"][0]["windows"] = [{"start": "2020-01-01T00:00:00Z", "end": "2020-01-02T00:00:00Z"}]
    assert portal("GET", f"requestgroups/{booked['id']}/").json()["state"] == "WINDOW_EXPIRED"


@given(mjd=st.floats(58000, 64000), ra=st.floats(0, 360), dec=st.floats(-89, 89), latitude=st.floats(-80, 80))
def test_altitude_is_highest_on_the_meridian(mjd, ra, dec, latitude):
    highest = 90 - abs(latitude - dec)
    assert sky.altitude_deg(mjd, ra, dec, 0.0, latitude) <= highest + 1e-6
    moved = mjd - float(sky.hour_angle_deg(mjd, ra, 0.0)) / 360.98564736629
    assert float(sky.altitude_deg(moved, ra, dec, 0.0, latitude)) == pytest.approx(highest, abs=1e-4)


def test_sun_moon_and_altitudes_agree_with_astropy():
    import numpy as np
    from astropy.coordinates import AltAz, EarthLocation, SkyCoord, get_body
    from astropy.time import Time
    from astropy.utils import iers

    with iers.conf.set_temp("auto_download", False), iers.conf.set_temp("iers_degraded_accuracy", "ignore"):
        time = Time(60676 + np.arange(0, 60, 2.3), format="mjd")
        for name, ours in (("sun", sky.sun), ("moon", sky.moon)):
            body = get_body(name, time)
            assert sky.separation_deg(body.ra.deg, body.dec.deg, *ours(time.mjd)).max() < 0.7
        site = EarthLocation(lon=-70.8, lat=-30.17, height=2000)
        real = SkyCoord(30, -20, unit="deg").transform_to(AltAz(obstime=time, location=site)).alt.deg
        assert np.abs(real - sky.altitude_deg(time.mjd, 30, -20, -70.8, -30.17)).max() < 0.5
