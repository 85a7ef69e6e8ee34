"""One series per object out of its bands: brightness about each band's median, faint is positive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves import Curves

Floats = NDArray[np.float64]
#: No series has fewer points.
FEWEST = 15


@dataclass(frozen=True)
class Series:
    """Points of one object in the order of time; ``value`` and ``error`` in magnitudes, or of differences in no unit.

    Differences have an unknown constant and an unknown scale: their values are in units of their own spread, and
    nothing that would change with either may be read from them.
    """

    days: Floats
    value: Floats
    error: Floats
    in_magnitudes: bool

    @property
    def span_days(self) -> float:
        """Return the time from the first to the last point."""
        return float(self.days[-1] - self.days[0])

    @property
    def noise(self) -> float:
        """Return the root mean square of the errors."""
        return float(np.sqrt(np.mean(self.error**2)))


def of(curves: Curves, in_magnitudes: NDArray[np.bool_]) -> Iterator[tuple[int, Series]]:
    """Yield row and series of the objects with `FEWEST` points or more, over more than a day, that vary at all."""
    known = curves.select(~np.isnan(curves.flux_njy))
    offsets, mag, mag_err = known.offsets, known.mag, known.mag_err
    for row in np.flatnonzero(np.diff(offsets) >= FEWEST):
        here = slice(offsets[row], offsets[row + 1])
        total = bool(in_magnitudes[row])
        value, error = (mag, mag_err) if total else (-known.flux_njy, known.flux_err_njy)
        value, error = _centred(value[here], error[here], known.band[here], total)
        days = known.mjd[here]
        if days[-1] - days[0] > 1 and np.ptp(value) > 0:
            yield row, Series(days, value, error, total)


def _centred(value: Floats, error: Floats, band: NDArray[np.int64], keep_scale: bool) -> tuple[Floats, Floats]:
    value, error = value.copy(), error.copy()
    for number in np.unique(band):
        inside = band == number
        value[inside] -= np.median(value[inside])
        scale = 1.0 if keep_scale else max(np.std(value[inside]), 1e-30)
        value[inside] /= scale
        error[inside] /= scale
    return value, error


def has_magnitudes(alerts: pd.DataFrame, curves: Curves) -> NDArray[np.bool_]:
    """Tell which light curves are of the star as a whole: every flux positive, and no reference image to subtract."""
    positive = curves.count(~np.isnan(curves.flux_njy) & ~(curves.flux_njy > 0)) == 0
    difference = np.zeros(len(alerts), bool)
    if "reference_source_mag" in alerts:
        difference = np.isfinite(pd.to_numeric(alerts["reference_source_mag"], errors="coerce").to_numpy(float))
    return positive & ~difference & (alerts["survey"] != "LSST").to_numpy()
