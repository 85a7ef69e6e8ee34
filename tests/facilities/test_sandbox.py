"""The same way through the simulated observatory, which knows nothing of our client."""

from __future__ import annotations

import time

import pytest

from tom_alerce_like.facilities import ledger, settle
from tom_alerce_like.facilities.models import FollowupRequest, Instrument, State
from tom_alerce_like.facilities.ocs import instruments
from tom_alerce_like.facilities.ocs.errors import placed
from tom_alerce_like.facilities.ocs.payload import default_params, request_group
from tom_alerce_like.facilities.ocs.portal import Portal
from tom_alerce_like.sandbox.server import Sandbox

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def night():
    with Sandbox(seed=1, n_objects=4) as running:
        yield running


@pytest.fixture
def sandbox(night, settings, target):
    night.faults.clear()
    night.portal.bookings.groups.clear()
    settings.FACILITIES = night.settings()["FACILITIES"]
    settings.TOM_ALERCE_LIKE = {"TIMEOUT_S": 0.5}
    return night


def live(sandbox):
    return [group for group in sandbox.portal.bookings.groups.values() if group["state"] == "PENDING"]


def test_every_instrument_of_its_list_takes_our_request(sandbox, settings, target):
    portal = Portal()
    assert instruments.refresh(portal) == 5
    for code in Instrument.objects.values_list("code", flat=True):
        settings.TOM_ALERCE_LIKE = {"PLAN_REQUEST": {"instrument_type": code, "exposure_s_1": 60, "max_airmass": 3.0}}
        one = Instrument.objects.get(code=code)
        params = {**default_params(), "element_1": next(iter(one.defaults.values()))}
        assert portal.validate(request_group(params, target))["errors"] == {}, code


def test_from_request_to_data_taken(sandbox, target, astronomer):
    request = ledger.submit(target, default_params(), astronomer)
    assert request.state == State.ACCEPTED, request.last_error
    settle.resolve(request, ledger.observatory())
    request.observation_record.refresh_from_db()
    assert request.observation_record.status == "PENDING" and request.observation_record.scheduled_start
    sandbox.portal.bookings.set_state(int(request.observation_id), "COMPLETED")
    settle.resolve(request, ledger.observatory())
    assert request.state == State.COMPLETED


def test_cancel(sandbox, target, astronomer):
    request = ledger.submit(target, default_params(), astronomer)
    ledger.cancel(request, astronomer)
    assert request.state == State.CANCELLED and not live(sandbox)


def test_its_errors_are_placed(sandbox, target, astronomer):
    request = ledger.submit(target, {**default_params(), "proposal": "NONE"}, astronomer)
    assert request.state == State.REFUSED
    assert placed(request.errors) == [("proposal", 'Invalid pk "NONE" - object does not exist.')]


@pytest.mark.parametrize(
    "kind", ["500", "timeout", "504_after_commit", "drop_after_commit", "late_commit", "truncated_json", "html"]
)
def test_no_fault_of_its_books_twice(sandbox, target, astronomer, settings, kind):
    sandbox.faults.add("portal", kind, path="/api/requestgroups/", seconds=0.7)
    ledger.submit(target, default_params(), astronomer)
    settings.TOM_ALERCE_LIKE = {"TIMEOUT_S": 5.0}
    for _ in range(10):
        settle.reconcile(settle_s=0.8)
        if len(live(sandbox)) and FollowupRequest.objects.get().state == State.ACCEPTED:
            break
        time.sleep(0.5)
    request = FollowupRequest.objects.get()
    assert request.state == State.ACCEPTED
    assert [str(group["id"]) for group in live(sandbox)] == [request.remote_id]
