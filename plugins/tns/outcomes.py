"""What becomes of a row of the ledger: from what TNS says to the row's next state, and to the target's alias."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone
from tom_targets.models import Target, TargetName

from tom_alerce_like.plugins.tns import replies
from tom_alerce_like.plugins.tns.account import PRODUCTION_HOSTS
from tom_alerce_like.plugins.tns.models import Report, State


def match(rows: Iterable[Report], answers: Sequence[replies.Entry], batch: Sequence[int]) -> None:
    """Give each row its answer; ``batch`` holds the ids of the whole submission in its order.

    TNS echoes our name; where it does not, the order of a complete reply is the order of the submission.
    """
    named = {entry.internal_name: entry for entry in answers if entry.internal_name}
    placed = dict(zip(batch, answers, strict=True)) if len(batch) == len(answers) and not named else {}
    for row in rows:
        _answer(row, named.get(row.internal_name) or placed.get(row.pk))


def _answer(row: Report, entry: replies.Entry | None) -> None:
    if entry is None or not entry.codes:
        move(row, State.UNKNOWN, why="TNS processed the submission and says nothing of this report")
    elif entry.iau_name:
        take(row, State.ACCEPTED, entry.iau_name, reply=entry.raw, why="; ".join(entry.messages))
    elif replies.IDENTICAL in entry.codes:
        move(row, State.UNKNOWN, reply=entry.raw, why="; ".join(entry.messages))
    else:
        move(row, State.REFUSED, reply=entry.raw, why="; ".join(entry.messages))


def take(row: Report, state: State, name: str, **changes: Any) -> None:
    """Note that TNS has the object under ``name``, which becomes an alias of the target."""
    if move(row, state, iau_name=name, **changes) and row.target_id:
        _alias(row, name)


def _alias(row: Report, name: str) -> None:
    # a sandbox's names are not the sky's: unmarked they would match a real object of that name
    alias = name if row.environment in PRODUCTION_HOSTS else f"{name} (sandbox)"
    owner = Target.objects.filter(name=alias).values_list("pk", flat=True).first()
    if owner is None:
        owner = TargetName.objects.get_or_create(name=alias, defaults={"target_id": row.target_id})[0].target_id
    if owner != row.target_id:
        note([row], f"{row.why}; {alias} is already a name of target {owner}")


def note(rows: Iterable[Report], why: str) -> None:
    """Write down what went wrong; the rows stay where they are."""
    move_all(rows, None, why=why)


def move_all(rows: Iterable[Report], state: State | None, **changes: Any) -> None:
    """Change rows as `move` does."""
    for row in rows:
        move(row, state, **changes)


def move(row: Report, state: State | None, **changes: Any) -> bool:
    """Change a row, and its state unless None, if nobody else has moved it since it was read."""
    changes |= {"state": state or row.state, "modified": timezone.now()}
    moved = Report.objects.filter(pk=row.pk, state=row.state).update(**changes)
    for name, value in changes.items() if moved else ():
        setattr(row, name, value)
    return bool(moved)
