"""Defects that were measured in the toolkit's observation pages, one test for each: our facility is safe from them."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tom_observations.facility import get_service_class
from tom_observations.models import ObservationGroup, ObservationRecord
from tom_targets.models import Target

from tom_alerce_like.facilities import ledger
from tom_alerce_like.facilities.models import FollowupRequest, State
from tom_alerce_like.facilities.ocs.payload import default_params

pytestmark = pytest.mark.django_db
NAME = "OCS-portal"


def logged_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def stranger(django_user_model: Any) -> Client:
    return logged_in(django_user_model.objects.create_user("stranger"))


@pytest.fixture
def made(portal: Any, target: Target, astronomer: Any) -> FollowupRequest:
    return ledger.submit(target, default_params(), astronomer)


@pytest.fixture
def orphan(target: Target, astronomer: Any) -> FollowupRequest:
    """A request of a facility that this TOM had once."""
    return FollowupRequest.objects.create(
        facility="Gone", target=target, user=astronomer, name="gone", state=State.ACCEPTED, observation_id="7",
        remote_id="7", window_end=timezone.now(),
    )  # fmt: skip


def test_a_request_of_an_uninstalled_facility_breaks_no_page(orphan, astronomer):
    client = logged_in(astronomer)
    pages = [reverse("tom_alerce_like_facilities:list"), f"/alerce/targets/{orphan.target_id}/alerts/"]
    assert [client.get(page).status_code for page in pages] == [200, 200]
    for action in ("refresh", "cancel"):
        page = client.post(reverse(f"tom_alerce_like_facilities:{action}", args=[orphan.pk]), follow=True)
        assert page.status_code == 200 and "there is no facility" in page.text


def test_a_request_of_an_uninstalled_facility_does_not_stop_the_others(orphan, made, portal, capsys):
    portal.set_state(1, "COMPLETED")
    call_command("alerce_followup", "--no-instruments")
    made.refresh_from_db()
    assert made.state == State.COMPLETED and "errors=1" in capsys.readouterr().out


def test_updatestatus_works_with_our_facility(made, portal):
    portal.set_state(1, "COMPLETED")
    assert call_command("updatestatus") == "Update completed successfully"
    assert ObservationRecord.objects.get().status == "COMPLETED"


def test_a_record_is_updated_by_a_facility_without_user(made, portal):
    portal.set_state(1, "COMPLETED")
    record = ObservationRecord.objects.get()
    record.update_status()
    record.refresh_from_db()
    assert record.status == "COMPLETED" and not record.failed and record.terminal


def test_a_record_with_an_id_that_is_none_breaks_nothing(portal, target, astronomer):
    record = ObservationRecord.objects.create(
        target=target, user=astronomer, facility=NAME, parameters={}, observation_id="not a number"
    )
    client = logged_in(astronomer)
    assert "errors" in call_command("updatestatus")
    pages = [f"/observations/{record.pk}/", f"/targets/{target.pk}/", "/observations/list/?update_status=1"]
    assert [client.get(page, follow=True).status_code for page in pages] == [200] * 3


def test_a_long_target_name_fits_the_group_name(portal, astronomer, target):
    Target.objects.filter(pk=target.pk).update(name="x" * 100)
    target.refresh_from_db()
    assert len(ledger.submit(target, default_params(), astronomer).name) <= 50


def test_a_get_to_the_callback_makes_no_record(portal, target, stranger, astronomer):
    """The toolkit's page books a record of any target, private ones too, for whoever follows a link."""
    asked = {"facility": NAME, "target_id": target.pk, "observation_id": "1"}
    for client in (stranger, logged_in(astronomer)):
        client.get(reverse("tom_observations:callback"), asked)
    assert not ObservationRecord.objects.exists() and not ObservationGroup.objects.exists()


def test_the_create_page_shows_no_private_target(portal, target, stranger, astronomer, reader):
    page = reverse("tom_observations:create", kwargs={"facility": NAME})
    refused = stranger.get(page, {"target_id": target.pk})
    assert refused.status_code in (302, 403, 404) and target.name not in refused.text
    for user in (astronomer, reader):
        assert target.name in logged_in(user).get(page, {"target_id": target.pk}).text


@pytest.mark.parametrize("who", ["anonymous", "stranger", "reader", "astronomer"])
def test_the_api_cancels_nothing(made, portal, who, stranger, astronomer, reader):
    client = {"anonymous": Client(), "stranger": stranger}.get(who) or logged_in({**locals()}[who])
    record = ObservationRecord.objects.get()
    reply = client.patch(f"/api/observations/{record.pk}/cancel/")
    assert reply.status_code in (400, 401, 403, 404) and len(portal.live()) == 1


def test_hooks_name_the_facility_without_a_setting(settings):
    assert settings.TOM_FACILITY_CLASSES == [] and get_service_class(NAME).name == NAME
