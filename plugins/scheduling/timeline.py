"""A plan as rows of bars, one row a site; places along the axis are percentages, written out for CSS."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tom_alerce_like.clock import from_mjd, to_mjd
from tom_alerce_like.plugins.scheduling.models import Block
from tom_alerce_like.plugins.scheduling.sites import Site
from tom_alerce_like.plugins.scheduling.visibility import dark_time

_LABEL_HOURS = 3


@dataclass(frozen=True)
class Axis:
    """Time from left to right: from ``start``, a full hour, for ``hours``."""

    start: datetime
    hours: int

    def percent(self, time: datetime) -> float:
        """Return where ``time`` lies, in percent of the axis."""
        return 100 * (time - self.start) / timedelta(hours=self.hours)

    def bar(self, start: datetime, end: datetime, block: Block | None = None) -> Bar:
        """Return the bar from ``start`` to ``end``, cut at the axis' ends."""
        left, right = (min(100.0, max(0.0, self.percent(time))) for time in (start, end))
        return Bar(f"{left:.2f}", f"{right - left:.2f}", block)

    def labels(self) -> list[Label]:
        """Return every third hour, UTC, but for one that would be cut off at the end."""
        times = [self.start + timedelta(hours=hour) for hour in range(0, self.hours - 1, _LABEL_HOURS)]
        return [Label(f"{self.percent(time):.2f}", f"{time:%H:%M}") for time in times]


@dataclass(frozen=True)
class Bar:
    """A stretch of time, in percent of the axis; ``block`` is None for darkness, and where it may not be shown."""

    left: str
    width: str
    block: Block | None = None


@dataclass(frozen=True)
class Label:
    """A time written below the axis."""

    left: str
    text: str


@dataclass
class Row:
    """One site: when it is dark, and its blocks."""

    site: str
    dark: Bar | None = None
    bars: list[Bar] = field(default_factory=list)


def axis(start: datetime, hours: int = 25) -> Axis:
    """Return an axis from the full hour at or before ``start``."""
    return Axis(start.replace(minute=0, second=0, microsecond=0), hours)


def rows(blocks: Iterable[Block], shown: set[int], start: datetime, sites: Iterable[Site]) -> list[Row]:
    """Return one row a site. Blocks whose ids are not ``shown`` become bars without a block."""
    scale = axis(start)
    found = {site.name: Row(site.name, _dark(site, start, scale)) for site in sites}
    for block in blocks:
        row = found.setdefault(block.site, Row(block.site))
        row.bars.append(scale.bar(block.start, block.end, block if block.pk in shown else None))
    return list(found.values())


def _dark(site: Site, start: datetime, scale: Axis) -> Bar | None:
    night = dark_time(site, to_mjd(start))
    return scale.bar(from_mjd(night[0]), from_mjd(night[1])) if night else None
