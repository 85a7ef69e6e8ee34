"""Dates, numbers and coordinates as TNS writes them."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Any

_CLOCK = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d{1,3})?")
_FRACTION = re.compile(r"(\d{4}-\d\d-\d\d)(\.\d+)")
_SEXAGESIMAL = re.compile(r"([+-]?)(\d{1,3}):([0-5]\d):([0-5]\d(?:\.\d{1,3})?)")


def tns_time(when: datetime) -> str:
    """Return a time as TNS reads it: UTC to the millisecond, since more decimals have made it answer 500."""
    rounded = when.astimezone(UTC) + timedelta(microseconds=500)
    return rounded.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def moment(text: Any) -> datetime | None:
    """Return a date of TNS ("2026-01-11 05:16:55.123" or "2026-01-11.22008"), or None where it is none."""
    clock, fraction = _CLOCK.fullmatch(str(text)), _FRACTION.fullmatch(str(text))
    try:
        if clock:
            return datetime.fromisoformat(f"{clock[1]}T{clock[2]}{(clock[3] or '.0').ljust(4, '0')}+00:00")
        if fraction:
            day = datetime.fromisoformat(f"{fraction[1]}T00:00:00+00:00")
            return datetime.fromtimestamp(day.timestamp() + 86400 * float(fraction[2]), UTC)
    except ValueError:
        return None
    return None


def number(value: Any) -> float | None:
    """Return a finite number, or None."""
    try:
        return float(value) if math.isfinite(float(value)) else None
    except (TypeError, ValueError):
        return None


def degrees(value: Any, unit_deg: float) -> float | None:
    """Return a coordinate in degrees, given as degrees or as sexagesimal of ``unit_deg`` (15 for hours), or None."""
    parts = _SEXAGESIMAL.fullmatch(str(value))
    if not parts:
        return number(value)
    size = int(parts[2]) + int(parts[3]) / 60 + float(parts[4]) / 3600
    return unit_deg * (-size if parts[1] == "-" else size)
