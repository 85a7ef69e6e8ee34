"""The light curves of an alert table as flat arrays: one pass over all points, never a loop over objects."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tom_alerce_like.alerts import lightcurve

#: Number of a band is its place here; points in other bands are left out.
BANDS = "ugrizy"
_BANDS = pa.array(list(BANDS))
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Curves:
    """Points of ``n`` light curves, ordered by ``row`` and then by time; every array has one value per point.

    ``row`` is the position of the object in its table; an object may have no point. ``flux_njy`` is of the difference
    image, with sign; NaN with its error where only a limit is known. ``limit_mag`` is the limiting magnitude of a
    non-detection, NaN elsewhere. All numbers are finite or NaN, errors positive or NaN.
    """

    n: int
    row: NDArray[np.int64]
    mjd: Floats
    band: NDArray[np.int64]
    flux_njy: Floats
    flux_err_njy: Floats
    limit_mag: Floats
    is_detection: NDArray[np.bool_]
    is_forced: NDArray[np.bool_]

    @classmethod
    def of(cls, alerts: pd.DataFrame) -> Curves:
        """Return the light curves of an alert table; points without time, of other bands or said twice are left out."""
        # straight from Arrow to NumPy: a table of pandas would cost a single alert 3 ms
        row, fields = lightcurve.flattened(alerts["lightcurve"])
        mjd, flux, error, mag = (_floats(fields[name]) for name in ("mjd", "flux_njy", "flux_err_njy", "mag"))
        detected, forced = (_flags(fields[name]) for name in ("is_detection", "is_forced"))
        band = pc.fill_null(pc.index_in(fields["band"], _BANDS), -1).to_numpy(zero_copy_only=False).astype(np.int64)
        unknown = ~(np.isfinite(flux) & np.isfinite(error) & (error > 0) & (np.abs(flux) < 1e30) & (error < 1e30))
        flux[unknown] = error[unknown] = np.nan
        detected &= ~unknown
        limit = np.where(~detected & np.isfinite(mag), mag, np.nan)
        order = np.lexsort((band, mjd, row))
        good = (band >= 0) & np.isfinite(mjd) & (np.abs(mjd) < 1e6) & ~(unknown & np.isnan(limit))
        order = order[good[order]]
        arrays = (row, mjd, band, flux, error, limit, detected, forced)
        return cls(len(alerts), *(array[order] for array in arrays))

    def __len__(self) -> int:
        return self.n

    @property
    def offsets(self) -> NDArray[np.int64]:
        """Return where each object's points begin and end, shape (n + 1,)."""
        return np.searchsorted(self.row, np.arange(self.n + 1))

    @property
    def mag(self) -> Floats:
        """Return AB magnitudes of the points, NaN where the flux is not positive."""
        return 31.4 - 2.5 * np.log10(np.where(self.flux_njy > 0, self.flux_njy, np.nan))

    @property
    def mag_err(self) -> Floats:
        """Return errors of `mag`."""
        return 2.5 / np.log(10) * self.flux_err_njy / np.where(self.flux_njy > 0, self.flux_njy, np.nan)

    def count(self, which: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return how many of the chosen points each object has."""
        return np.bincount(self.row[which], minlength=self.n)

    def first(self, which: NDArray[np.bool_]) -> Floats:
        """Return the time of the first of the chosen points of each object, NaN without one."""
        return self._extreme(which, np.minimum, np.inf)

    def last(self, which: NDArray[np.bool_]) -> Floats:
        """Return the time of the last of the chosen points of each object, NaN without one."""
        return self._extreme(which, np.maximum, -np.inf)

    def _extreme(self, which: NDArray[np.bool_], choose: np.ufunc, start: float) -> Floats:
        found = np.full(self.n, start)
        choose.at(found, self.row[which], self.mjd[which])
        return np.where(np.isfinite(found), found, np.nan)

    def select(self, which: NDArray[np.bool_]) -> Curves:
        """Return the chosen points; the objects stay."""
        arrays = (getattr(self, field.name)[which] for field in fields(self)[1:])
        return Curves(self.n, *arrays)

    def take(self, rows: NDArray[np.int64]) -> Curves:
        """Return the objects at the positions ``rows``, in that order; an object may be taken more than once."""
        starts, lengths = self.offsets[:-1][rows], np.diff(self.offsets)[rows]
        owner = np.repeat(np.arange(len(rows)), lengths)
        within = np.arange(len(owner)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        points = np.repeat(starts, lengths) + within
        arrays = (getattr(self, field.name)[points] for field in fields(self)[2:])
        return Curves(len(rows), owner, *arrays)

    def until(self, mjd: Floats | float) -> Curves:
        """Return the points that were known at a time: one for all objects, or one each, shape (n,)."""
        return self.select(self.mjd <= np.broadcast_to(mjd, self.n)[self.row])

    def after(self, n_detections: int) -> Curves:
        """Return what was known at the n-th detection; objects with fewer detections keep what they have."""
        return self.until(self.detection_mjd(n_detections, np.inf))

    def detection_mjd(self, n: int, otherwise: float = np.nan) -> Floats:
        """Return the time of the n-th detection (the first is 1) of each object."""
        row, mjd = self.row[self.is_detection], self.mjd[self.is_detection]
        starts = np.searchsorted(row, np.arange(self.n + 1))
        has = np.diff(starts) >= n
        times = np.full(self.n, otherwise)
        times[has] = mjd[starts[:-1][has] + n - 1]
        return times


def _floats(values: pa.Array) -> Floats:
    return values.to_numpy(zero_copy_only=False).astype(float)


def _flags(values: pa.Array) -> NDArray[np.bool_]:
    return pc.fill_null(values, False).to_numpy(zero_copy_only=False).astype(bool)
