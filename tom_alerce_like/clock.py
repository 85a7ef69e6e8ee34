"""Time as astronomers count it, and as databases keep it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

JD_OF_MJD_0 = 2400000.5
_MJD_ZERO = datetime(1858, 11, 17, tzinfo=UTC)
_US_PER_DAY = 86_400_000_000


def now_mjd() -> float:
    """Return the time now, MJD in UTC."""
    return to_mjd(datetime.now(UTC))


def to_mjd(when: datetime) -> float:
    """Return an aware datetime as MJD in UTC."""
    return (when - _MJD_ZERO) / timedelta(days=1)


def from_mjd(mjd: float) -> datetime:
    """Return MJD in UTC as an aware datetime."""
    return _MJD_ZERO + timedelta(days=float(mjd))


def us_of_mjd(mjd: ArrayLike) -> NDArray[np.int64]:
    """Return MJD as whole microseconds since MJD 0; the values must be finite."""
    return np.rint(np.asarray(mjd, dtype=float) * _US_PER_DAY).astype(np.int64)


def datetimes(mjd: ArrayLike) -> list[datetime]:
    """Return MJD in UTC as aware datetimes, to the microsecond; the values must be finite."""
    since = pd.TimedeltaIndex(us_of_mjd(mjd).astype("timedelta64[us]"))
    return (pd.Timestamp(_MJD_ZERO) + since).to_pydatetime().tolist()


def us_of_datetimes(times: Sequence[datetime]) -> NDArray[np.int64]:
    """Return aware datetimes as whole microseconds since MJD 0."""
    since = pd.DatetimeIndex(pd.to_datetime(list(times), utc=True)) - pd.Timestamp(_MJD_ZERO)
    return since.to_numpy().astype("timedelta64[us]").astype(np.int64)


def mjds(times: Sequence[datetime]) -> NDArray[np.float64]:
    """Return aware datetimes as MJD in UTC."""
    return us_of_datetimes(times) / _US_PER_DAY
