"""Detections as padded arrays of nightly means: what every feature of the rise is computed from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves import BANDS, Curves

Floats = NDArray[np.float64]
#: Bands that are read, by wavelength; u and y show supernovae too rarely to learn from.
READ = "griz"
#: Nightly means that are kept of each object, the newest.
KEPT = 16
#: Systematic error in magnitudes that nothing is more exact than.
FLOOR_MAG = 0.03
#: Points that are older than this before the newest detection are no part of its rise.
LONGEST_DAYS = 100.0
_PLACE = np.array([READ.find(band) for band in BANDS])


@dataclass(frozen=True)
class Nights:
    """Nightly means of ``n`` objects, arrays (n, KEPT), the newest in the last column, ``there`` where filled.

    ``age_days`` counts back from the newest detection, ``band`` is the place in `READ`, ``flux`` and ``error`` are over
    the largest flux. Arrays (n,): ``total`` counts detections, ``negative`` is the part of them below the reference,
    ``silent_days`` passed since the newest detection.
    """

    there: NDArray[np.bool_]
    age_days: Floats
    band: NDArray[np.int64]
    flux: Floats
    error: Floats
    total: NDArray[np.int64]
    negative: Floats
    silent_days: Floats


def nights(curves: Curves) -> Nights:
    """Return the nightly means of the detections in `READ`."""
    n, place = curves.n, _PLACE[curves.band]
    seen = curves.select(curves.is_detection & (place >= 0))
    newest = _newest(seen)
    total = np.bincount(seen.row, minlength=n)
    negative = np.bincount(seen.row, seen.flux_njy <= 0, minlength=n) / np.maximum(total, 1)
    silent = _newest(curves) - newest
    seen = seen.select(newest[seen.row] - seen.mjd <= LONGEST_DAYS)
    age, row, band = newest[seen.row] - seen.mjd, seen.row, _PLACE[seen.band]
    # a night's points of one band lie within half a day of each other
    key = (row * 1024 - np.floor(age + 0.25).astype(np.int64)) * len(READ) + band
    order = np.argsort(key, kind="stable")
    new = np.empty(len(key), bool)
    new[:1], new[1:] = True, np.diff(key[order]) > 0
    group = np.cumsum(new) - 1
    weight = seen.flux_err_njy[order] ** -2.0
    sums = np.bincount(group, weight)
    flux = np.bincount(group, weight * seen.flux_njy[order]) / sums
    ages = np.bincount(group, weight * age[order]) / sums
    owner, band = row[order][new], band[order][new]
    column = np.arange(len(owner)) - np.searchsorted(owner, np.arange(n), side="right")[owner] + KEPT
    kept = column >= 0
    at = owner[kept], column[kept]
    largest = np.full(n, -np.inf)
    np.maximum.at(largest, at[0], flux[kept])
    scale = np.where(largest > 0, largest, np.inf)[owner]

    def padded(values: NDArray[Any], kind: type = float) -> NDArray[Any]:
        made: NDArray[Any] = np.zeros((n, KEPT), kind)
        made[at] = values[kept]
        return made

    return Nights(
        padded(np.isfinite(scale), bool),
        padded(ages),
        padded(band, np.int64),
        padded(flux / scale),
        padded(np.hypot(sums**-0.5, FLOOR_MAG * np.abs(flux)) / scale),
        total,
        negative,
        silent,
    )


def _newest(curves: Curves) -> Floats:
    """Return the time of the newest point of each object, NaN without one; points are in order of time."""
    newest = np.full(curves.n, np.nan)
    newest[curves.row] = curves.mjd
    return newest
