"""The intent: what will be asked, committed before it is asked, once a night."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tom_alerce_like import conf
from tom_alerce_like.exceptions import ConfigurationError, InputError
from tom_alerce_like.facilities.contract import Observatory
from tom_alerce_like.facilities.models import NAME_LENGTH, FollowupRequest, State, new_key
from tom_alerce_like.turns import turn

#: Two requests that differ only in these are the same request.
_NOT_COMPARED = ("start", "end", "name", "why")


def write(place: Observatory, target: Any, params: dict[str, Any], user: Any, why: str) -> tuple[FollowupRequest, bool]:
    """Commit the intent to ask for ``params``; returns it and True, or the same request of this night and False."""
    same = _fingerprint(place.name, target.pk, params)
    key = new_key()
    name = f"{(params.get('name') or target.name)[: NAME_LENGTH - len(key) - 1]} {key}"
    row = FollowupRequest(
        key=key,
        fingerprint=same,
        facility=place.name,
        target_id=target.pk,
        user=user,
        why=why or params.get("why", ""),
        name=name,
        params=params,
        payload=place.request_group(params, target, name),
        window_end=_utc(params["end"]),
    )
    return _commit(row)


def _commit(row: FollowupRequest) -> tuple[FollowupRequest, bool]:
    known = FollowupRequest.objects.filter(fingerprint=row.fingerprint)
    try:
        with turn(durable=True):
            if found := known.first():
                return found, False
            _check_cap()
            row.save()
            return row, True
    except RuntimeError as error:
        raise ConfigurationError(
            "the intent cannot be written before the call inside a transaction: switch ATOMIC_REQUESTS off"
        ) from error


def left_tonight() -> int:
    """Return how many more requests the setting MAX_REQUESTS_PER_NIGHT allows until the next noon UTC."""
    noon = datetime.combine(_night(datetime.now(UTC)), datetime.min.time(), UTC) + timedelta(hours=12)
    made = FollowupRequest.objects.filter(created__gte=noon).exclude(state=State.REFUSED).count()
    return max(0, conf.get("MAX_REQUESTS_PER_NIGHT") - made)


def _check_cap() -> None:
    if not left_tonight():
        cap = conf.get("MAX_REQUESTS_PER_NIGHT")
        raise InputError(f"{cap} requests were made since noon UTC: the setting MAX_REQUESTS_PER_NIGHT allows no more")


def _fingerprint(facility: str, target_id: int, params: dict[str, Any]) -> str:
    compared = {name: value for name, value in params.items() if name not in _NOT_COMPARED}
    text = json.dumps([facility, target_id, str(_night(_utc(params["start"]))), compared], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _night(time: datetime) -> date:
    return (time - timedelta(hours=12)).date()


def _utc(time: str) -> datetime:
    moment = datetime.fromisoformat(time)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
