"""The time now as astronomers count it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_MJD_ZERO = datetime(1858, 11, 17, tzinfo=UTC)


def now_mjd() -> float:
    """Return the time now, MJD in UTC."""
    return to_mjd(datetime.now(UTC))


def to_mjd(when: datetime) -> float:
    """Return an aware datetime as MJD in UTC."""
    return (when - _MJD_ZERO) / timedelta(days=1)


def from_mjd(mjd: float) -> datetime:
    """Return MJD in UTC as an aware datetime."""
    return _MJD_ZERO + timedelta(days=float(mjd))
