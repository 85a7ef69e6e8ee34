"""Real light curves cut at every night, and the points that came next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves import BANDS, Curves
from tom_alerce_like.plugins.forecast.points import bright

Floats = NDArray[np.float64]

#: A night of a survey ends less than this after its first point.
_NIGHT_DAYS = 0.5


@dataclass(frozen=True)
class Cuts:
    """What was known at each of n cuts (``known``), of which object (``owner``), and the points that followed.

    Of the points, one row each: ``cut``, ``ahead_days`` since the last known detection, ``band``, ``mag``, ``mag_err``,
    ``mjd``, ``is_forced``; ``is_next`` for the first in its band after the cut; ``last_mag`` is the last magnitude
    known in the same band, NaN without one.
    """

    known: Curves
    owner: NDArray[np.int64]
    cut: NDArray[np.int64]
    ahead_days: Floats
    band: NDArray[np.int64]
    mag: Floats
    mag_err: Floats
    mjd: Floats
    is_forced: NDArray[np.bool_]
    is_next: NDArray[np.bool_]
    last_mag: Floats


def every_night(curves: Curves, nights: float = 10.0, per_object: int | None = None, seed: int = 0) -> Cuts:
    """Cut light curves after each night with detections; cuts that no detection follows in time are left out.

    ``per_object`` chooses so many cuts of each object at random.
    """
    seen = bright(curves)
    same = np.append(np.diff(seen.row) == 0, False)
    gap = np.append(np.diff(seen.mjd), np.inf)
    ends = np.flatnonzero(same & (gap > _NIGHT_DAYS) & (gap <= nights))
    if per_object:
        ends = _some(seen.row[ends], ends, per_object, seed)
    # points after each cut: at most as many as the fullest ten nights hold
    last = np.searchsorted(seen.row, seen.row[ends], side="right")
    until = np.array([], dtype=int) if not len(ends) else np.minimum(last, ends + 1 + _most(seen, nights))
    length = until - ends - 1
    cut = np.repeat(np.arange(len(ends)), length)
    at = np.arange(len(cut)) - np.repeat(np.cumsum(length) - length, length) + np.repeat(ends + 1, length)
    ahead = seen.mjd[at] - seen.mjd[ends][cut]
    cut, at, ahead = (array[ahead <= nights] for array in (cut, at, ahead))
    _, first = np.unique(cut * 8 + seen.band[at], return_index=True)
    is_next = np.zeros(len(cut), bool)
    is_next[first] = True
    known = curves.take(seen.row[ends]).until(seen.mjd[ends])
    return Cuts(
        known=known,
        owner=seen.row[ends],
        cut=cut,
        ahead_days=ahead,
        band=seen.band[at],
        mag=seen.mag[at],
        mag_err=seen.mag_err[at],
        mjd=seen.mjd[at],
        is_forced=seen.is_forced[at],
        is_next=is_next,
        last_mag=last_in_band(known)[cut, seen.band[at]],
    )


def last_in_band(curves: Curves) -> Floats:
    """Return the magnitude of each object's last detection in each band, (n, bands), NaN without one."""
    seen = bright(curves)
    found = np.full((curves.n, len(BANDS)), np.nan)
    # points are in order of time: the last assignment stays
    found[seen.row, seen.band] = seen.mag
    return found


def _some(owner: NDArray[np.int64], ends: NDArray[np.int64], per_object: int, seed: int) -> NDArray[np.int64]:
    order = np.lexsort((np.random.default_rng(seed).random(len(ends)), owner))
    place = np.arange(len(ends)) - np.searchsorted(owner[order], owner[order])
    return np.sort(ends[order[place < per_object]])


def _most(seen: Curves, nights: float) -> int:
    key = seen.mjd + seen.row * 1e6
    return int((np.searchsorted(key, key + nights, side="right") - np.arange(len(key))).max(initial=1))
