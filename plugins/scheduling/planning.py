"""From candidates and their priorities to a stored plan."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import pandas as pd
from django.db.models import QuerySet

from tom_alerce_like.clock import from_mjd, to_mjd
from tom_alerce_like.facilities.ocs.payload import default_params, exposures, telescope_class
from tom_alerce_like.models import Candidate
from tom_alerce_like.plugins.scheduling.models import Block, Plan
from tom_alerce_like.plugins.scheduling.plan import REQUEST_COLUMNS, plan
from tom_alerce_like.plugins.scheduling.sites import with_telescope
from tom_alerce_like.plugins.scheduling.visibility import Limits
from tom_alerce_like.turns import turn

MAX_TARGETS = 500
RECENT_DAYS = 30.0
# Slewing, acquisition and guiding, and reading out, as LCO's portal counts them for its 1 m telescopes.
_REQUEST_OVERHEAD_S = 110.0
_READOUT_S = 30.0
# How far from the meridian LCO's telescopes follow a target.
_MAX_HOUR_ANGLE_DEG = 4.6 * 15
# The Moon's parallax: a portal may count from the centre of the Earth.
_MOON_MARGIN_DEG = 1.0


def recent(now: datetime) -> QuerySet:
    """Return candidates of the last 30 days."""
    return Candidate.objects.filter(last_mjd__gte=to_mjd(now) - RECENT_DAYS)


def make(candidates: QuerySet, now: datetime, user: Any = None, among: Collection[int] | None = None) -> Plan:
    """Plan the most urgent of ``candidates`` (of those ``among`` them, if given) from ``now`` on, and store the plan.

    What an observatory has accepted of earlier plans keeps its time.
    """
    params = default_params(now)
    chosen = _most_urgent(candidates, among)
    requests = pd.DataFrame(
        [(one.target_id, one.ra_deg, one.dec_deg, one.priority, duration_s(params)) for one in chosen],
        columns=list(REQUEST_COLUMNS),
    )
    places = with_telescope(telescope_class(params))
    blocks = plan(requests, places, to_mjd(now), taken=_taken(now), limits=_limits(params))
    return _store(blocks, {one.target_id: one.priority_reason for one in chosen}, now, user)


def duration_s(params: dict[str, Any]) -> float:
    """Return how long a request of the short form takes, overheads included."""
    rows = list(exposures(params))
    exposed_s = sum((float(row.exposure_s) + _READOUT_S) * int(row.number) for row in rows)
    return _REQUEST_OVERHEAD_S + exposed_s


def _limits(params: dict[str, Any]) -> Limits:
    return Limits(
        max_airmass=float(params["max_airmass"]),
        min_moon_deg=float(params["min_moon_deg"]) + _MOON_MARGIN_DEG,
        max_hour_angle_deg=_MAX_HOUR_ANGLE_DEG,
    )


def _most_urgent(candidates: QuerySet, among: Collection[int] | None) -> list[Candidate]:
    ranked = candidates.filter(priority__gt=0).order_by("-priority").iterator()
    return list(islice((one for one in ranked if among is None or one.target_id in among), MAX_TARGETS))


def _taken(now: datetime) -> pd.DataFrame:
    rows = [(block.site, to_mjd(block.start), to_mjd(block.end)) for block in Block.objects.accepted(now)]
    return pd.DataFrame(rows, columns=["site", "start_mjd", "end_mjd"])


@turn()
def _store(blocks: pd.DataFrame, reasons: dict[int, str], now: datetime, user: Any) -> Plan:
    stored = Plan.objects.create(start=now, user=user)
    Block.objects.bulk_create(
        Block(
            plan=stored,
            target_id=int(block.target_id),
            site=block.site,
            start=_whole_second(block.start_mjd),
            end=_whole_second(block.end_mjd),
            value=block.value,
            reason=reasons[int(block.target_id)],
        )
        for block in blocks.itertuples()
    )
    return stored


def _whole_second(mjd: float) -> datetime:
    return (from_mjd(mjd) + timedelta(seconds=0.5)).replace(microsecond=0)
