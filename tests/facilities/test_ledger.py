"""Written before asked, asked once, never guessed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from tom_observations.facility import get_service_class
from tom_observations.models import ObservationRecord

from tom_alerce_like.exceptions import ConfigurationError, InputError, NotAuthorised
from tom_alerce_like.facilities import ledger, settle
from tom_alerce_like.facilities.models import KEY_LENGTH, NAME_LENGTH, FollowupRequest, State
from tom_alerce_like.facilities.ocs.payload import default_params, iso

pytestmark = pytest.mark.django_db


@pytest.fixture
def submitted_late(portal, target, astronomer, settings):
    """A request whose attempt we gave up on before the portal committed it."""
    portal.faults, portal.late_s = ["late"], 60.0
    settings.TOM_ALERCE_LIKE = {"TIMEOUT_S": 0.1}
    request = ledger.submit(target, default_params(), astronomer)
    settings.TOM_ALERCE_LIKE = {"TIMEOUT_S": 5.0}
    assert request.state == State.UNKNOWN and not portal.groups
    return request


def test_an_accepted_request_has_ids_a_record_and_an_audit(portal, target, astronomer):
    request = ledger.submit(target, default_params(), astronomer, "rising fast")
    assert (request.state, request.user, request.why) == (State.ACCEPTED, astronomer, "rising fast")
    group = portal.groups[int(request.remote_id)]
    assert group["name"] == request.name and group["requests"][0]["id"] == int(request.observation_id)
    record = request.observation_record
    assert (record.target_id, record.user, record.facility) == (target.pk, astronomer, "OCS-portal")
    assert record.observation_id == request.observation_id


def test_the_name_ends_with_a_key_and_fits(portal, target, astronomer):
    target.name = "a long name of a transient that nobody would ever type again " + "x" * 30
    request = ledger.submit(target, default_params(), astronomer)
    assert request.name.endswith(request.key) and len(request.key) == KEY_LENGTH
    assert len(portal.groups[1]["name"]) == NAME_LENGTH


def test_the_same_asked_twice_in_a_night_is_one_request(portal, target, astronomer):
    params = default_params()
    later = {**params, "start": iso(datetime.fromisoformat(params["start"] + "+00:00") + timedelta(seconds=5))}
    first = ledger.submit(target, params, astronomer)
    assert ledger.submit(target, later, astronomer) == first
    assert len(portal.groups) == 1 and ObservationRecord.objects.count() == 1


@pytest.mark.parametrize("change", [{"exposure_s_1": 77.0}, {"ipp_value": 1.5}, {"mode": "TIME_CRITICAL"}])
def test_what_differs_is_another_request(portal, target, astronomer, change):
    ledger.submit(target, default_params(), astronomer)
    ledger.submit(target, {**default_params(), **change}, astronomer)
    assert len(portal.groups) == 2


def test_another_target_or_night_is_another_request(portal, target, other_target, astronomer):
    now = datetime.now(UTC)
    tomorrow = {"start": iso(now + timedelta(days=1)), "end": iso(now + timedelta(days=2))}
    ledger.submit(target, default_params(), astronomer)
    ledger.submit(other_target, default_params(), astronomer)
    ledger.submit(target, {**default_params(), **tomorrow}, astronomer)
    assert len(portal.groups) == 3


def test_a_refused_request_may_be_corrected_and_asked_again(portal, target, astronomer):
    portal.errors = {"proposal": ["Invalid pk"]}
    refused = ledger.submit(target, default_params(), astronomer)
    assert (refused.state, refused.errors) == (State.REFUSED, portal.errors)
    assert refused.last_error.endswith("refused the request (400): Invalid pk")
    portal.errors = {}
    assert ledger.submit(target, default_params(), astronomer).state == State.ACCEPTED


@pytest.mark.parametrize("fault", ["drop_after", "504_after", "truncated"])
def test_a_lost_reply_is_looked_up(portal, target, astronomer, fault):
    portal.faults = [fault]
    request = ledger.submit(target, default_params(), astronomer)
    assert (request.state, request.remote_id, request.attempts) == (State.ACCEPTED, "1", 1)


@pytest.mark.parametrize("fault", ["500", "drop"])
def test_an_attempt_that_booked_nothing_stays_unknown_until_settled(portal, target, astronomer, fault):
    portal.faults = [fault]
    request = ledger.submit(target, default_params(), astronomer)
    assert request.state == State.UNKNOWN and not portal.groups
    settle.reconcile(settle_s=60)
    assert not portal.groups, "a retry before the portal's slowest commit could book twice"
    settle.reconcile(settle_s=0)
    request.refresh_from_db()
    assert (request.state, request.attempts, len(portal.groups)) == (State.ACCEPTED, 2, 1)


def test_a_look_up_compares_names_exactly(portal, target, astronomer):
    portal.faults = ["500"]
    request = ledger.submit(target, default_params(), astronomer)
    portal.commit({"name": request.name.upper() + "2", "requests": [{}]})
    assert ledger.look_up(request, ledger.observatory()) is False


def test_told_to_slow_down_it_is_sent_again_later(portal, target, astronomer):
    portal.faults = ["429"]
    request = ledger.submit(target, default_params(), astronomer)
    assert request.state == State.INTENDED and "slow down" in request.last_error
    settle.reconcile(settle_s=0)
    request.refresh_from_db()
    assert request.state == State.ACCEPTED


def test_a_late_commit_is_surplus_and_is_cancelled(portal, submitted_late):
    settle.reconcile(settle_s=0)
    portal.settle()
    assert len(portal.live()) == 2
    counts = settle.reconcile(settle_s=0)
    submitted_late.refresh_from_db()
    assert counts["surplus"] == 1
    assert [str(group["id"]) for group in portal.live()] == [submitted_late.remote_id]


def test_a_process_that_died_while_sending_is_resolved(portal, target, astronomer):
    request = ledger.submit(target, default_params(), astronomer)
    FollowupRequest.objects.update(state=State.SENDING, remote_id="", observation_id="", observation_record=None)
    settle.reconcile(settle_s=0)
    request.refresh_from_db()
    assert (request.state, request.remote_id, len(portal.groups)) == (State.ACCEPTED, "1", 1)


def test_an_intent_that_was_never_sent_is_sent(portal, target, astronomer, monkeypatch):
    monkeypatch.setattr(ledger, "send", lambda *args: None)
    request = ledger.submit(target, default_params(), astronomer)
    monkeypatch.undo()
    settle.reconcile(settle_s=0)
    request.refresh_from_db()
    assert (request.state, request.attempts) == (State.ACCEPTED, 1)


def test_nothing_is_sent_again_for_a_user_who_may_no_longer(portal, target, astronomer):
    portal.faults = ["500"]
    request = ledger.submit(target, default_params(), astronomer)
    astronomer.is_active = False
    astronomer.save()
    settle.reconcile(settle_s=0)
    request.refresh_from_db()
    assert request.state == State.FAILED and "no longer" in request.last_error and not portal.groups


def test_nothing_is_sent_again_after_the_window_or_too_often(portal, target, astronomer):
    portal.faults = ["500"] * 20
    request = ledger.submit(target, default_params(), astronomer)
    portal.faults = []
    FollowupRequest.objects.update(attempts=settle.MAX_ATTEMPTS)
    settle.reconcile(settle_s=0)
    request.refresh_from_db()
    assert request.state == State.FAILED
    FollowupRequest.objects.update(state=State.UNKNOWN, attempts=1, window_end=datetime.now(UTC))
    settle.reconcile(settle_s=0)
    request.refresh_from_db()
    assert request.state == State.FAILED and "window" in request.last_error


@pytest.mark.parametrize(
    ("word", "state"),
    [("COMPLETED", State.COMPLETED), ("WINDOW_EXPIRED", State.EXPIRED), ("FAILURE_LIMIT_REACHED", State.FAILED)],
)
def test_last_states_are_followed_too(portal, target, astronomer, word, state):
    request = ledger.submit(target, default_params(), astronomer)
    portal.set_state(1, word)
    settle.reconcile()
    request.refresh_from_db()
    record = request.observation_record
    assert (request.state, record.status) == (state, word)
    assert record.scheduled_start == datetime(2026, 11, 20, 5, tzinfo=UTC)
    portal.set_state(1, "PENDING")
    settle.reconcile()
    request.refresh_from_db()
    assert request.state == State.ACCEPTED


def test_the_toolkits_own_update_follows_last_states_of_this_facility_only(portal, target, astronomer):
    request = ledger.submit(target, default_params(), astronomer)
    stranger = ObservationRecord.objects.create(
        target=target, facility="LCO", parameters={}, observation_id=request.observation_id, status="PENDING"
    )
    for word in ("COMPLETED", "PENDING"):
        portal.set_state(1, word)
        assert get_service_class("OCS-portal")().update_all_observation_statuses(target) == []
        request.observation_record.refresh_from_db()
        stranger.refresh_from_db()
        assert (request.observation_record.status, stranger.status) == (word, "PENDING")


def test_cancel(portal, target, astronomer):
    request = ledger.submit(target, default_params(), astronomer)
    ledger.cancel(request, astronomer)
    assert request.state == State.CANCELLED and not portal.live()
    assert ledger.submit(target, default_params(), astronomer) != request


def test_a_cancel_without_an_answer_is_finished_later(portal, target, astronomer):
    request = ledger.submit(target, default_params(), astronomer)
    portal.faults = ["500"]
    ledger.cancel(request, astronomer)
    assert request.state == State.CANCELLING and len(portal.live()) == 1
    settle.reconcile()
    request.refresh_from_db()
    assert request.state == State.CANCELLED and not portal.live()


def test_cancelling_what_is_unknown_leaves_nothing_live(portal, submitted_late, astronomer):
    ledger.cancel(submitted_late, astronomer)
    settle.reconcile(settle_s=0)
    portal.settle()
    settle.reconcile(settle_s=0)
    submitted_late.refresh_from_db()
    assert submitted_late.state == State.CANCELLED and not portal.live()


def test_a_cap_on_a_night(portal, target, other_target, astronomer, settings):
    settings.TOM_ALERCE_LIKE = {"MAX_REQUESTS_PER_NIGHT": 1}
    first = ledger.submit(target, default_params(), astronomer)
    assert ledger.submit(target, default_params(), astronomer) == first
    with pytest.raises(InputError, match="MAX_REQUESTS_PER_NIGHT"):
        ledger.submit(other_target, default_params(), astronomer)
    assert len(portal.groups) == 1


def test_who_may_not(portal, target, astronomer, reader):
    for user in (None, reader):
        with pytest.raises(NotAuthorised):
            ledger.submit(target, default_params(), user)
    request = ledger.submit(target, default_params(), astronomer)
    with pytest.raises(NotAuthorised):
        ledger.cancel(request, reader)
    assert len(portal.live()) == 1


def test_a_public_target_is_no_invitation_to_spend_time(portal, target, reader):
    target.permissions = "PUBLIC"
    target.save()
    with pytest.raises(NotAuthorised):
        ledger.submit(target, default_params(), reader)


def test_bad_params_and_missing_credentials_write_nothing(portal, target, astronomer, settings):
    with pytest.raises(InputError, match="ipp_value"):
        ledger.submit(target, {**default_params(), "ipp_value": 9}, astronomer)
    target.ra = None
    with pytest.raises(InputError, match="sidereal"):
        ledger.submit(target, default_params(), astronomer)
    settings.FACILITIES = {}
    with pytest.raises(ConfigurationError, match="OCS-portal"):
        ledger.submit(target, default_params(), astronomer)
    with pytest.raises(ConfigurationError, match="no facility"):
        ledger.submit(target, default_params(), astronomer, facility="nowhere")
    assert not FollowupRequest.objects.exists()


def test_a_booking_outlives_its_target(portal, target, astronomer):
    request = ledger.submit(target, default_params(), astronomer)
    target.delete()
    portal.set_state(1, "COMPLETED")
    settle.reconcile()
    request.refresh_from_db()
    assert (request.target, request.state) == (None, State.COMPLETED)


@pytest.mark.django_db(transaction=True)
def test_inside_a_transaction_the_intent_would_not_be_committed(portal, target, astronomer):
    with pytest.raises(ConfigurationError, match="ATOMIC_REQUESTS"), transaction.atomic():
        ledger.submit(target, default_params(), astronomer)
    assert not portal.groups
