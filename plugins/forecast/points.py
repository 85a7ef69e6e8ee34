"""The detections of many objects as a rectangle."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.alerts.photometry import mag_from_flux
from tom_alerce_like.plugins.classifiers.curves import Curves

Floats = NDArray[np.float64]

#: What photometry calibrated image by image leaves.
FLOOR_MAG = 0.01
#: What the errors that ZTF states in its alerts are to be multiplied with: the scatter of 9,817 points of SNe Ia about
#: straight lines between their neighbours, curvature included, is 0.49 to 0.58 of what they say (17 to 22 mag).
ZTF_ALERT_ERRORS = 0.45


@dataclass(frozen=True)
class Points:
    """Detections of n objects, arrays (n, m): days since the first, band, flux of the difference in nJy, its variance.

    ``weight`` is 1 for a point and 0 where an object has fewer. ``first_mjd`` (n,) is NaN without a detection.
    """

    first_mjd: Floats
    day: Floats
    band: NDArray[np.int64]
    flux: Floats
    variance: Floats
    weight: Floats

    def __len__(self) -> int:
        return len(self.day)

    @property
    def width(self) -> int:
        return self.day.shape[1]

    @property
    def is_positive(self) -> Floats:
        """1 for a point that a magnitude can be given of, else 0."""
        return self.weight * (self.flux > 0)

    @property
    def magnitudes(self) -> tuple[Floats, Floats]:
        """Return AB magnitudes and their variances, 0 and 1 where there is none."""
        mag, error = mag_from_flux(np.where(self.is_positive > 0, self.flux, np.nan), np.sqrt(self.variance))
        return np.nan_to_num(mag), np.nan_to_num(error**2, nan=1.0)

    def of(self, rows: NDArray[np.int64] | slice) -> Points:
        """Return some of the objects."""
        return Points(*(getattr(self, field.name)[rows] for field in fields(self)))

    def spread_out(self, n: int) -> Points:
        """Return ``n`` points of each object, evenly chosen among those that it has, first and last included."""
        count = self.weight.sum(axis=1).astype(int)[:, None]
        place = np.arange(min(n, self.width))
        step = np.maximum(count - 1, 0) / max(n - 1, 1)
        return self._at(np.where(count > n, np.rint(place * step).astype(int), place))

    def last(self, n: int) -> Points:
        """Return the last ``n`` points of each object."""
        count = self.weight.sum(axis=1).astype(int)[:, None]
        return self._at(np.maximum(count - n, 0) + np.arange(min(n, self.width)))

    def _at(self, which: NDArray[np.int64]) -> Points:
        arrays = (getattr(self, field.name) for field in fields(self)[1:])
        return Points(self.first_mjd, *(np.take_along_axis(array, which, axis=1) for array in arrays))


def true_error(mag_err: Floats, is_forced: NDArray[np.bool_], is_ztf: NDArray[np.bool_]) -> Floats:
    """Return the scatter to expect of magnitudes whose stated errors are ``mag_err``."""
    return np.hypot(mag_err * np.where(is_ztf & ~is_forced, ZTF_ALERT_ERRORS, 1.0), FLOOR_MAG)


def newest(curves: Curves, n: int, is_ztf: NDArray[np.bool_]) -> Points:
    """Return the last ``n`` detections of each object; ``is_ztf`` (objects,) tells whose errors are ZTF's."""
    seen = curves.select(curves.is_detection)
    first_mjd = seen.first(seen.is_detection)
    count = np.diff(seen.offsets)
    m = int(min(n, count.max(initial=1)))
    kept = np.minimum(count, m)[:, None]
    if not len(seen.row):
        blank = np.zeros((curves.n, m))
        return Points(first_mjd, blank, blank.astype(np.int64), blank, blank + 1, blank)
    valid = np.arange(m) < kept
    at = np.where(valid, seen.offsets[:-1, None] + (count[:, None] - kept) + np.arange(m), 0)
    relative = seen.flux_err_njy / np.maximum(np.abs(seen.flux_njy), np.finfo(float).tiny ** 0.5)
    scatter = true_error(2.5 / np.log(10) * relative, seen.is_forced, is_ztf[seen.row]) * np.log(10) / 2.5
    return Points(
        first_mjd,
        day=np.where(valid, seen.mjd[at] - first_mjd[:, None], 0.0),
        band=np.where(valid, seen.band[at], 0),
        flux=np.where(valid, seen.flux_njy[at], 0.0),
        variance=np.where(valid, (scatter * seen.flux_njy)[at] ** 2, 1.0),
        weight=valid.astype(float),
    )


def bright(curves: Curves) -> Curves:
    """Return the detections that a magnitude can be given of: those of positive flux."""
    with np.errstate(invalid="ignore"):
        return curves.select(curves.is_detection & (curves.flux_njy > 0))
