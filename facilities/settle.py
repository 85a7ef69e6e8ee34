"""What a page must not wait for: resolve unknown outcomes, follow the states, cancel surplus bookings."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import UTC, datetime, timedelta

from django.db.models import Q

from tom_alerce_like.exceptions import AlerceLikeError
from tom_alerce_like.facilities import ledger, records
from tom_alerce_like.facilities.contract import Observatory
from tom_alerce_like.facilities.models import FINAL, FollowupRequest, State
from tom_alerce_like.permissions import may_change

logger = logging.getLogger(__name__)
#: Longer than an observatory takes to commit a request whose reply we gave up on.
SETTLE_S = 120.0
MAX_ATTEMPTS = 5
#: States are followed this long after the window, since the last ones are not the end.
FOLLOW_DAYS = 7
_SWEEP_DAYS = 2


def reconcile(settle_s: float = SETTLE_S) -> Counter[str]:
    """Bring every open and recent request up to date; returns how many now stand in each state, and ``errors``."""
    counts: Counter[str] = Counter()
    recent = datetime.now(UTC) - timedelta(days=FOLLOW_DAYS)
    for request in FollowupRequest.objects.filter(~Q(state__in=FINAL) | Q(window_end__gt=recent)):
        try:
            place = ledger.observatory(request.facility)
            resolve(request, place, settle_s)
            counts["surplus"] += sweep(request, place)
        except AlerceLikeError as error:
            logger.warning("%s: %s", request, error)
            counts["errors"] += 1
        request.refresh_from_db()
        counts[request.state] += 1
    return +counts


def resolve(request: FollowupRequest, place: Observatory, settle_s: float = SETTLE_S) -> None:
    """Take one request one step further: look up, send again, go on cancelling, or ask for its status."""
    settled = _age_s(request) >= settle_s
    if request.state == State.SENDING and settled:
        ledger.move(request, (State.SENDING,), State.UNKNOWN, last_error="the process that sent it ended")
    if request.state in (State.INTENDED, State.UNKNOWN):
        _find_or_send(request, place, settled)
    elif request.state == State.CANCELLING:
        _go_on_cancelling(request, place, settled)
    if request.observation_id:
        if settled:
            records.attach(request)
        records.note(request.facility, request.observation_id, place.portal.status(request.observation_id))
    request.refresh_from_db()


def sweep(request: FollowupRequest, place: Observatory) -> int:
    """Cancel bookings of this request's name beyond the one that counts; returns how many.

    An attempt whose reply was lost may be committed late, even after a look-up found nothing.
    """
    doubtful = request.attempts > 1 or (request.attempts == 1 and not request.remote_id)
    if not doubtful or _age_s(request) > _SWEEP_DAYS * 86400 or request.state in (State.SENDING, State.UNKNOWN):
        return 0
    kept = "" if request.state in (State.REFUSED, State.CANCELLED, State.FAILED) else request.remote_id
    surplus = [b for b in place.portal.find(request.name) if b.state == State.ACCEPTED and b.remote_id != kept]
    for booking in surplus:
        place.portal.cancel(booking.remote_id)
    return len(surplus)


def _find_or_send(request: FollowupRequest, place: Observatory, settled: bool) -> None:
    found = ledger.look_up(request, place) if request.attempts else False
    if found is not False or not settled:
        return
    if reason := _reason_to_stop(request):
        ledger.move(request, (State.INTENDED, State.UNKNOWN), State.FAILED, last_error=reason)
    else:
        ledger.send(request, place)


def _reason_to_stop(request: FollowupRequest) -> str:
    if request.attempts >= MAX_ATTEMPTS:
        return f"no answer after {request.attempts} attempts: {request.last_error}"
    if request.window_end < datetime.now(UTC):
        return "its window passed before the observatory answered"
    if not may_change(request.user, request.target_id):
        return "its user may no longer request observations of this target"
    return ""


def _go_on_cancelling(request: FollowupRequest, place: Observatory, settled: bool) -> None:
    if not request.remote_id and settled and ledger.look_up(request, place) is False:
        ledger.move(request, (State.CANCELLING,), State.CANCELLED)
    ledger.finish_cancel(request, place)


def _age_s(request: FollowupRequest) -> float:
    return (datetime.now(UTC) - (request.sent or request.created)).total_seconds()
