"""The toolkit's ObservationRecords of our requests, so that the TOM's own pages show them."""

from __future__ import annotations

from django.conf import settings
from guardian.shortcuts import assign_perm
from tom_observations.models import ObservationRecord

from tom_alerce_like.facilities.contract import Status
from tom_alerce_like.facilities.models import DEAD, FollowupRequest, State

_ACTIONS = ("view", "change", "delete")


def known(facility: str, observation_id: str) -> bool:
    """Whether this TOM has a record of the observation."""
    return ObservationRecord.objects.filter(facility=facility, observation_id=observation_id).exists()


def attach(request: FollowupRequest) -> None:
    """Give an accepted request its record: the one that is there, or a new one."""
    if request.observation_record_id or not request.observation_id or request.target_id is None:
        return
    rows = ObservationRecord.objects.filter(facility=request.facility, observation_id=request.observation_id)
    request.observation_record = rows.first() or _new(request)
    FollowupRequest.objects.filter(pk=request.pk).update(observation_record=request.observation_record)


def note(facility: str, observation_id: str, status: Status) -> None:
    """Write a status where it differs: on the records of this facility, and on the requests."""
    for record in ObservationRecord.objects.filter(facility=facility, observation_id=observation_id):
        _note_record(record, status)
    dead = {"fingerprint": None} if status.state in DEAD else {}
    rows = FollowupRequest.objects.filter(facility=facility, observation_id=observation_id)
    if status.state == State.ACCEPTED:
        rows = rows.exclude(state=State.CANCELLING)
    rows.exclude(state=status.state).update(state=status.state, **dead)


def _note_record(record: ObservationRecord, status: Status) -> None:
    new = (status.remote_state, status.start, status.end)
    if (record.status, record.scheduled_start, record.scheduled_end) != new:
        record.status, record.scheduled_start, record.scheduled_end = new
        record.save()


def _new(request: FollowupRequest) -> ObservationRecord:
    record = ObservationRecord.objects.create(
        target=request.target,
        user=request.user,
        facility=request.facility,
        parameters=request.params,
        observation_id=request.observation_id,
        # until the observatory is asked: without any, the toolkit warns of an unknown status
        status=request.state,
    )
    if not settings.TARGET_PERMISSIONS_ONLY and request.user:
        for action in _ACTIONS:
            assign_perm(f"tom_observations.{action}_observationrecord", request.user, record)
    return record
