"""The request ledger: written before asked, asked once, and never guessed.

::

    intended -> sending -> accepted -> completed | expired | failed
                  |  |         `-> cancelling -> cancelled
                  |  `-> refused
                  `-> unknown -> accepted | sending again, after a look-up by name

The last states are not the end: an observatory may complete a cancelled request, or reopen a completed one.
`settle` follows them and resolves what is unknown. Each arrow is one conditional update, so two processes cannot take
the same one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db.models import F
from tom_observations.facility import get_service_class

from tom_alerce_like import conf
from tom_alerce_like.exceptions import ConfigurationError, RateLimited, RequestRefused
from tom_alerce_like.facilities import intent, records
from tom_alerce_like.facilities.contract import Booking, Observatory
from tom_alerce_like.facilities.models import DEAD, FollowupRequest, State
from tom_alerce_like.permissions import require_change

logger = logging.getLogger(__name__)
_REQUEST_TIMEOUT = 408


def observatory(name: str | None = None) -> Observatory:
    """Return the facility ``name``, or the one of the setting PLAN_FACILITY; raises `ConfigurationError`."""
    name = name or conf.get("PLAN_FACILITY")
    try:
        facility = get_service_class(name)()
    except ImportError as error:
        raise ConfigurationError(f"there is no facility {name!r} in this TOM") from error
    if not hasattr(facility, "portal"):
        raise ConfigurationError(f"the facility {name!r} does not keep a request ledger")
    return facility


def submit(
    target: Any, params: dict[str, Any], user: Any, why: str = "", facility: str | None = None, record: bool = True
) -> FollowupRequest:
    """Ask an observatory to observe ``target``, once: asked again for the same night, it returns the same request.

    Parameters
    ----------
    params : cleaned data of the facility's short form (see `ocs.payload.request_group`), times in UTC.
    user : who asks, and must have the permission to change the target.
    record : make the toolkit's ObservationRecord too (its own page makes that itself).

    Raises `NotAuthorised`, `InputError` (bad parameters, or the night's cap is reached) and `ConfigurationError`, all
    before anything is written or sent. Whatever the service does is in the state of the request that is returned.
    """
    require_change(user, target)
    place = observatory(facility)
    place.portal.require_credentials()
    request, is_new = intent.write(place, target, place.clean_params(params, target), user, why)
    if is_new:
        send(request, place)
        if record:
            records.attach(request)
    return request


def send(request: FollowupRequest, place: Observatory) -> None:
    """Make one attempt; afterwards ``request`` holds what is known of its outcome."""
    now = datetime.now(UTC)
    if not move(request, (State.INTENDED, State.UNKNOWN), State.SENDING, attempts=F("attempts") + 1, sent=now):
        return
    try:
        accept(request, place.portal.submit(request.payload))
    except RateLimited as error:
        move(request, (State.SENDING,), State.INTENDED, last_error=str(error))
    except RequestRefused as error:
        _refuse(request, error)
    except Exception as error:
        logger.warning("outcome of %s is unknown: %s", request.name, error)
        move(request, (State.SENDING,), State.UNKNOWN, last_error=str(error))
        look_up(request, place)


def look_up(request: FollowupRequest, place: Observatory) -> bool | None:
    """Adopt a booking of this name; returns whether there is one, None when the observatory did not say."""
    try:
        found = place.portal.find(request.name)
    except Exception as error:
        logger.warning("no look-up of %s: %s", request.name, error)
        return None
    for booking in sorted(found, key=lambda booking: booking.state in DEAD)[:1]:
        accept(request, booking)
    return bool(found)


def accept(request: FollowupRequest, booking: Booking) -> None:
    """Note the booking, the first one only: a second of the same name is surplus, which the sweep cancels."""
    FollowupRequest.objects.filter(pk=request.pk, remote_id="").update(
        remote_id=booking.remote_id, observation_id=booking.observation_id
    )
    move(request, (State.SENDING, State.UNKNOWN, State.INTENDED), State.ACCEPTED, last_error="")


def cancel(request: FollowupRequest, user: Any) -> None:
    """Cancel at the observatory; when it gives no answer the request stays ``cancelling`` and `settle` goes on."""
    require_change(user, request.target)
    if not move(request, (State.INTENDED,), State.CANCELLED):
        move(request, (State.SENDING, State.UNKNOWN, State.ACCEPTED), State.CANCELLING)
        finish_cancel(request, observatory(request.facility))


def finish_cancel(request: FollowupRequest, place: Observatory) -> None:
    """Take one step of a cancel that is under way."""
    if request.state != State.CANCELLING or not (request.remote_id or look_up(request, place)):
        return
    try:
        state = place.portal.cancel(request.remote_id).state
    except RequestRefused as error:
        move(request, (State.CANCELLING,), State.ACCEPTED, last_error=f"not cancelled: {error}")
    except Exception as error:
        move(request, (State.CANCELLING,), State.CANCELLING, last_error=str(error))
    else:
        move(request, (State.CANCELLING,), state, last_error="")


def move(request: FollowupRequest, before: Iterable[State], after: State, **fields: Any) -> bool:
    """Take one arrow of the drawing above, if the request still stands where it begins."""
    fields |= {"state": after, "modified": datetime.now(UTC)}
    if after in DEAD:
        fields["fingerprint"] = None
    rows = FollowupRequest.objects.filter(pk=request.pk, state__in=list(before))
    moved = bool(rows.update(**fields))
    request.refresh_from_db()
    return moved


def _refuse(request: FollowupRequest, error: RequestRefused) -> None:
    said = ": ".join(filter(None, (str(error), error.reason)))
    fields = {"last_error": said, "errors": error.reply if isinstance(error.reply, dict) else {}}
    if error.status == _REQUEST_TIMEOUT:
        move(request, (State.SENDING,), State.UNKNOWN, **fields)
    elif not move(request, (State.SENDING,), State.REFUSED, **fields):
        move(request, (State.CANCELLING,), State.CANCELLED, **fields)
