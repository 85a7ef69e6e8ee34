"""The stage of the chain that ranks candidates."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from tom_alerce_like.bulk import slices
from tom_alerce_like.clock import to_mjd
from tom_alerce_like.models import Candidate
from tom_alerce_like.pipeline import Night
from tom_alerce_like.plugins.priority import strategies
from tom_alerce_like.plugins.priority.criterion import or_none
from tom_alerce_like.plugins.priority.models import Priority
from tom_alerce_like.plugins.priority.table import candidates
from tom_alerce_like.turns import turn

RECENT_DAYS = 30.0


def rank(night: Night) -> None:
    """Give the night's targets, or those seen in the last 30 days when it has none, priority and reason."""
    strategy = strategies.current()
    ids = sorted(night.targets) or recent_targets(night.now)
    chunks = list(slices(ids))
    for chunk in night.each(chunks, "rank", len(chunks)):
        night.counts["ranked"] += rank_targets(chunk, night.now, strategy)


def recent_targets(now: datetime) -> list[int]:
    """Return targets whose last detection is less than 30 days old."""
    seen = Candidate.objects.filter(last_mjd__gte=to_mjd(now) - RECENT_DAYS)
    return list(seen.order_by("target_id").values_list("target_id", flat=True))


def rank_targets(target_ids: Collection[int], now: datetime, strategy: strategies.Strategy) -> int:
    """Judge targets by a strategy, store what it says, and return how many it could judge."""
    table = candidates(target_ids, now)
    verdict = strategy.criterion.judge(table)
    judged = [
        Priority(
            target_id=target_id,
            strategy=strategy.name,
            version=strategy.version,
            value=or_none(verdict.value[row]),
            reason=verdict.reason(row),
            parts=verdict.parts(row),
        )
        for row, target_id in enumerate(table.index.tolist())
    ]
    _store(judged)
    return sum(priority.value is not None for priority in judged)


@turn()
def _store(judged: list[Priority]) -> None:
    Priority.objects.bulk_create(
        judged,
        update_conflicts=True,
        unique_fields=["target", "strategy"],
        update_fields=["version", "value", "reason", "parts", "modified"],
    )
    summaries = [Candidate(target_id=one.target_id, priority=one.value, priority_reason=one.reason) for one in judged]
    Candidate.objects.bulk_update(summaries, ["priority", "priority_reason"], batch_size=100)
