"""Sends reports once, and finds out what became of them.

::

    queued --> sending --> sent --> accepted | refused
      |           |          +----> unknown     no answer for long, or one that says nothing of this report
      |           +---> queued                  TNS did not take it: credentials, rate limit
      |           +---> unknown                 time-out, 5xx, or the process died: TNS may have it
      +--> known                                a search found it at TNS
    unknown --> accepted | refused              by TNS's reply or by a search; never sent again on its own

``sending`` is committed before the call, and only one process gets a report there. A service that fails never raises
here: the rows say in ``why`` what happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from tom_targets.models import Target

from tom_alerce_like.exceptions import InputError, RateLimited, RequestRefused, ServiceError, ServiceUnavailable
from tom_alerce_like.plugins.tns import rules
from tom_alerce_like.plugins.tns.account import Account
from tom_alerce_like.plugins.tns.client import MAX_REPORTS, SEARCH_RADIUS_ARCSEC, Client
from tom_alerce_like.plugins.tns.models import LIVE, Report, State
from tom_alerce_like.plugins.tns.outcomes import match, move, move_all, note, take
from tom_alerce_like.plugins.tns.report import AtReport
from tom_alerce_like.sky import separation_arcsec
from tom_alerce_like.turns import turn

#: Longer than any call takes: the process that sent the report is dead.
SENDING_WAIT = timedelta(minutes=5)
#: A submission that TNS has not processed by then is looked for by name and place.
REPLY_WAIT = timedelta(hours=1)
#: TNS will not process a submission that it has not processed by then.
SETTLE = timedelta(hours=6)
_DOWN = (ServiceUnavailable, RateLimited)


def conflict(target_id: int, report: AtReport, account: Account) -> str:
    """Return why our own history forbids a report of this object to this TNS, or an empty text."""
    ra, dec = float(report["ra"]["value"]), float(report["dec"]["value"])
    radius_deg = SEARCH_RADIUS_ARCSEC / 3600
    live = Report.objects.filter(environment=account.environment, state__in=LIVE)
    same = live.filter(target_id=target_id) | live.filter(internal_name=report["internal_name"])
    for row in same | live.filter(dec_deg__range=(dec - radius_deg, dec + radius_deg)):
        is_near = separation_arcsec(ra, dec, row.ra_deg, row.dec_deg) < SEARCH_RADIUS_ARCSEC
        if row.target_id == target_id or row.internal_name == report["internal_name"] or is_near:
            return f"{row.internal_name} was reported to {row.environment} before ({row.get_state_display()})"
    return ""


def queue(target: Target, report: AtReport, user: Any, account: Account) -> Report:
    """Put a report into the ledger, to be sent. Raises `InputError` for a faulty report or a second one."""
    wrong = rules.problems(report)
    if wrong:
        raise InputError("; ".join(wrong))
    row = Report(
        target_id=target.pk,
        internal_name=report["internal_name"],
        environment=account.environment,
        ra_deg=float(report["ra"]["value"]),
        dec_deg=float(report["dec"]["value"]),
        payload=report,
        user=user,
    )
    with turn():
        before = conflict(target.pk, report, account)
        if before:
            raise InputError(before)
        row.save()
    return row


def settle(client: Client, now: datetime | None = None) -> None:
    """Ask for what TNS owes us, resolve what is unknown, then send what is queued."""
    poll(client, now)
    resolve(client, now)
    send(client, _rows(client, State.QUEUED), now)


def send(client: Client, rows: Iterable[Report], now: datetime | None = None) -> None:
    """Send queued reports that TNS has not yet, at most `MAX_REPORTS` in a submission."""
    ready = _new_to_tns(client, [row for row in rows if row.state == State.QUEUED])
    for start in range(0, len(ready), MAX_REPORTS):
        _submit(client, _claim(ready[start : start + MAX_REPORTS], now or timezone.now()))


def poll(client: Client, now: datetime | None = None) -> None:
    """Ask for the replies to what was sent."""
    batches: dict[str, list[Report]] = {}
    for row in _rows(client, State.SENT, State.UNKNOWN).exclude(report_id=None):
        batches.setdefault(row.batch, []).append(row)
    for batch, rows in batches.items():
        try:
            answers = client.feedback(rows[0].report_id or 0)
        except ServiceError as error:
            note(rows, f"asked for the reply: {error}")
            if isinstance(error, _DOWN):
                return
            continue
        if answers is None:
            _overdue(rows, now or timezone.now())
        else:
            match(rows, answers, list(Report.objects.filter(batch=batch).order_by("pk").values_list("pk", flat=True)))


def resolve(client: Client, now: datetime | None = None) -> None:
    """Look for reports whose outcome is unknown; those without trace after `SETTLE` count as refused."""
    now = now or timezone.now()
    for row in _rows(client, State.SENDING).filter(sent__lt=now - SENDING_WAIT):
        move(row, State.UNKNOWN, why="the process that sent it died")
    for row in _rows(client, State.UNKNOWN):
        try:
            name = client.find(row.internal_name, row.ra_deg, row.dec_deg)
        except ServiceError as error:
            note([row], f"looked for it: {error}")
            if isinstance(error, _DOWN):
                return
            continue
        if name:
            take(row, State.ACCEPTED, name, why="found at TNS by a search")
        elif row.sent and now - row.sent > SETTLE:
            move(row, State.REFUSED, why="TNS has no trace of it; report it again if it is still new")


def _rows(client: Client, *states: State) -> QuerySet[Report]:
    # the one that failed last comes last: a report that TNS chokes on does not hold up the others
    return Report.objects.filter(environment=client.account.environment, state__in=states).order_by("modified", "pk")


def _new_to_tns(client: Client, rows: Sequence[Report]) -> list[Report]:
    ready = []
    for index, row in enumerate(rows):
        try:
            name = client.find(row.internal_name, row.ra_deg, row.dec_deg)
        except ServiceError as error:
            note([*rows[index + 1 :], row], f"not sent yet: {error}")
            break
        if name:
            take(row, State.KNOWN, name, why=f"TNS had it as {name} before")
        else:
            ready.append(row)
    return ready


def _claim(rows: Sequence[Report], now: datetime) -> list[Report]:
    batch = uuid4().hex
    with transaction.atomic(durable=True):
        queued = Report.objects.filter(pk__in=[row.pk for row in rows], state=State.QUEUED)
        queued.update(state=State.SENDING, batch=batch, sent=now, attempts=F("attempts") + 1, why="", modified=now)
    return list(Report.objects.filter(batch=batch).order_by("pk"))


def _submit(client: Client, rows: Sequence[Report]) -> None:
    if not rows:
        return
    try:
        report_id = client.submit([row.payload for row in rows])
    except (RateLimited, RequestRefused) as error:
        faulty = isinstance(error, RequestRefused) and error.status in (400, 413, 422)
        move_all(rows, State.REFUSED if faulty else State.QUEUED, why=str(error))
    except ServiceError as error:
        move_all(rows, State.UNKNOWN, why=str(error))
    else:
        move_all(rows, State.SENT, report_id=report_id)


def _overdue(rows: Iterable[Report], now: datetime) -> None:
    for row in rows:
        if row.state == State.SENT and row.sent and now - row.sent > REPLY_WAIT:
            move(row, State.UNKNOWN, why="TNS took it and says nothing of it")
