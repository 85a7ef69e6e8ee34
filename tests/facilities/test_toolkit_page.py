"""The toolkit's own observation pages, with our form on them."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from tom_observations.facility import get_service_class
from tom_observations.models import DynamicCadence, ObservationRecord, ObservationTemplate

from tom_alerce_like.facilities.models import FollowupRequest, State
from tom_alerce_like.facilities.ocs.payload import default_params

pytestmark = pytest.mark.django_db
PAGE = reverse("tom_observations:create", kwargs={"facility": "OCS-portal"})


@pytest.fixture
def client(astronomer):
    made = Client()
    made.force_login(astronomer)
    return made


def form_data(target: Any, **changes: Any) -> dict[str, Any]:
    page = {"facility": "OCS-portal", "target_id": target.pk, "observation_type": "FOLLOW_UP"}
    return {**page, **default_params(), **changes}


def record_page(record: ObservationRecord) -> str:
    return reverse("tom_observations:detail", kwargs={"pk": record.pk})


def texts(reply: Any) -> str:
    return " ".join(str(message) for message in get_messages(reply.wsgi_request))


def test_our_form_is_a_tab_of_the_create_page_and_makes_no_call(portal, client, target):
    reply = client.get(PAGE, {"target_id": target.pk})
    assert reply.status_code == 200
    assert 'name="exposure_s_1"' in reply.text and 'id="FOLLOW_UP"' in reply.text
    assert not portal.calls


def test_validate_books_nothing(portal, client, target):
    reply = client.post(PAGE, form_data(target, validate="Validate"))
    assert "The portal accepts this observation (261 s)" in texts(reply)
    assert not portal.groups and not FollowupRequest.objects.exists()


@pytest.mark.parametrize("durations", [None, [], "x", {}, {"duration": "<b>"}])
def test_validate_stands_any_duration(client, target, portal, monkeypatch, durations):
    reply = {"errors": {}, "request_durations": durations}
    monkeypatch.setattr("tom_alerce_like.facilities.ocs.portal.Portal.validate", lambda self, payload: reply)
    page = client.post(PAGE, form_data(target, validate="Validate"))
    assert page.status_code == 200 and "The portal accepts" in texts(page) and "<b>" not in page.text


def test_the_portals_errors_are_shown_with_their_fields(portal, client, target):
    portal.errors = {
        "proposal": ["no such <b>proposal</b>"],
        "requests": [
            {"configurations": [{"constraints": {"max_airmass": ["too low"]}}], "non_field_errors": ["not up"]}
        ],
    }
    reply = client.post(PAGE, form_data(target, submit="Submit"))
    assert reply.context["form"].errors["max_airmass"] == ["too low"]
    for text in ("Maximum airmass: too low", "Proposal: no such &lt;b&gt;proposal", "requests: not up"):
        assert text in reply.text
    assert not portal.groups


def test_submit_books_once_and_makes_one_record(portal, client, target):
    data = form_data(target, submit="Submit")
    assert client.post(PAGE, data).status_code == 302
    assert client.post(PAGE, data).status_code == 302
    request = FollowupRequest.objects.get()
    record = ObservationRecord.objects.get()
    assert (request.state, record.observation_id, len(portal.groups)) == (State.ACCEPTED, request.observation_id, 1)
    assert record.parameters["exposure_s_1"] == 120.0


def test_exception_in_submit_is_no_500_and_loses_no_booking(portal, client, target, monkeypatch):
    """The toolkit answers 500 when a facility raises there, with the booking made and no trace of it."""
    find = type(get_service_class("OCS-portal")().portal).find
    monkeypatch.setattr(f"{find.__module__}.Portal.find", lambda *args: 1 / 0)
    portal.faults = ["drop_after"]
    reply = client.post(PAGE, form_data(target, submit="Submit"))
    assert reply.status_code == 302 and "unknown" in texts(reply)
    assert FollowupRequest.objects.get().state == State.UNKNOWN and len(portal.groups) == 1


def test_refused_at_the_last_moment_is_told(portal, client, target, settings):
    settings.TOM_ALERCE_LIKE = {"MAX_REQUESTS_PER_NIGHT": 0}
    reply = client.post(PAGE, form_data(target, submit="Submit"))
    assert reply.status_code == 302 and "MAX_REQUESTS_PER_NIGHT" in texts(reply)
    assert not portal.groups


def test_an_unreachable_portal_is_an_error_on_the_form(no_portal, client, target):
    reply = client.post(PAGE, form_data(target, submit="Submit"))
    assert reply.status_code == 200 and "no answer" in reply.text


def test_a_reader_books_nothing(portal, target, reader):
    client = Client()
    client.force_login(reader)
    reply = client.post(PAGE, form_data(target, submit="Submit"))
    assert reply.status_code == 200 and not portal.calls and not FollowupRequest.objects.exists()


def test_the_api_books_nothing_even_for_a_user_who_may(portal, client, target):
    """The API gives a facility no user, so nobody could be held to the permission."""
    page = {"facility": "OCS-portal", "observation_type": "FOLLOW_UP", "target_id": target.pk}
    data = {**page, "observing_parameters": default_params()}
    assert client.post("/api/observations/", data, content_type="application/json").status_code == 400
    assert not portal.calls


def test_a_cadence_is_not_offered(portal, client, target):
    data = form_data(target, submit="Submit", cadence_strategy="RetryFailedObservationsStrategy", cadence_frequency=1)
    reply = client.post(f"{PAGE}?cadence_strategy=RetryFailedObservationsStrategy", data)
    assert "Cadences are not offered" in reply.text
    assert not portal.groups and not DynamicCadence.objects.exists()


def test_cancel_by_a_get_is_refused(portal, client, target):
    client.post(PAGE, form_data(target, submit="Submit"))
    reply = client.get(reverse("tom_observations:cancel", kwargs={"pk": ObservationRecord.objects.get().pk}))
    assert "Follow-up requests" in texts(reply) and len(portal.live()) == 1


def test_a_template_keeps_the_form_half_filled(portal, client):
    page = reverse("tom_observations:template-create", kwargs={"facility": "OCS-portal"})
    data = {"facility": "OCS-portal", "template_name": "quick", "exposure_s_1": 30}
    assert client.post(page, data).status_code == 302
    assert ObservationTemplate.objects.get().parameters["exposure_s_1"] == 30


def test_anonymous_pages_ask_the_portal_nothing(portal, client, target):
    client.post(PAGE, form_data(target, submit="Submit"))
    target.permissions = "OPEN"
    target.save()
    portal.calls.clear()
    anonymous = Client()
    record = ObservationRecord.objects.get()
    pages = ["tom_observations:render-facility-status-list", "tom_observations:list"]
    for page in [*map(reverse, pages), record_page(record)]:
        assert anonymous.get(page).status_code == 200
    assert not portal.calls
    assert "lsc.doma.1m0a" in client.get(reverse(pages[0])).text


def test_status_and_data_products_as_the_toolkit_reads_them(portal, client, target, settings):
    settings.FACILITIES["OCS-portal"]["archive_url"] = portal.url
    client.post(PAGE, form_data(target, submit="Submit"))
    facility = get_service_class("OCS-portal")()
    status = facility.get_observation_status("1001")
    assert status["state"] == "PENDING" and status["scheduled_start"] < status["scheduled_end"]
    for products in (facility.data_products("1001"), facility.data_products("1001", "9")):
        assert [(one["id"], one["filename"], one["created"].year) for one in products] == [(9, "a.fits.fz", 2026)]
    assert "a.fits.fz" in client.get(record_page(ObservationRecord.objects.get())).text
