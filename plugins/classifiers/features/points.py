"""The points with flux, band by band: what every group of features reads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves.curves import BANDS, Curves, Floats

Places = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Points:
    """Points with flux in the chosen bands, ordered by band, object and time; one value per point.

    ``key`` is band number x n + object, ``offsets`` says where each key begins and ends, shape (bands x n + 1,).
    Of points of one object in one band at the same time the first is kept. ``days`` counts from the object's first
    point of any kind. ``curves`` are all points, limits too. What is found per key has the shape (bands, n); a place
    is the index of a point, -1 for none.
    """

    curves: Curves
    bands: str
    key: Places
    offsets: Places
    days: Floats
    flux: Floats
    error: Floats
    is_detection: Mask

    @classmethod
    def of(cls, curves: Curves, bands: str) -> Points:
        """Return the points of light curves in the bands named by letters."""
        n = len(curves)
        has_flux = ~np.isnan(curves.flux_njy)
        chosen = [np.flatnonzero((curves.band == BANDS.index(band)) & has_flux) for band in bands]
        order = np.concatenate([np.empty(0, np.int64), *chosen])
        key = curves.row[order] + np.repeat(np.arange(len(bands)) * n, [len(places) for places in chosen])
        mjd = curves.mjd[order]
        again = np.flatnonzero((mjd[1:] == mjd[:-1]) & (key[1:] == key[:-1])) + 1
        if len(again):
            order, key, mjd = (np.delete(values, again) for values in (order, key, mjd))
        # objects without any point are never asked for
        first_mjd = np.append(curves.mjd, np.nan)[curves.offsets[:-1]]
        count = np.bincount(key, minlength=len(bands) * n)
        flux, error = curves.flux_njy[order], curves.flux_err_njy[order]
        return cls(
            curves=curves,
            bands=bands,
            key=key,
            offsets=np.concatenate([[0], np.cumsum(count)]),
            days=mjd - first_mjd[curves.row[order]],
            flux=flux,
            error=error,
            is_detection=curves.is_detection[order],
        )

    @property
    def n(self) -> int:
        """Return how many objects there are."""
        return len(self.curves)

    @cached_property
    def row(self) -> Places:
        """Return the object of each point."""
        return self.key % max(self.n, 1)

    def by_band(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return one value per key as shape (bands, n)."""
        return values.reshape(len(self.bands), self.n)

    def sum(self, values: NDArray[Any]) -> Floats:
        """Return sums of the points' values."""
        return self.by_band(np.bincount(self.key, values, len(self.offsets) - 1))

    @cached_property
    def count(self) -> Floats:
        """Return numbers of points."""
        return self.by_band(np.diff(self.offsets).astype(float))

    def extreme(self, choose: np.ufunc, values: Floats) -> Floats:
        """Return the smallest (``np.minimum``) or largest value of each key, NaN without points."""
        filled = np.flatnonzero(np.diff(self.offsets))
        found = np.full(len(self.offsets) - 1, np.nan)
        if len(filled):
            found[filled] = choose.reduceat(values, self.offsets[filled])
        return self.by_band(found)

    def first(self, which: Mask) -> Places:
        """Return the place of the first of the chosen points."""
        return self._assigned(np.flatnonzero(which)[::-1])

    def last(self, which: Mask) -> Places:
        """Return the place of the last of the chosen points."""
        return self._assigned(np.flatnonzero(which))

    def _assigned(self, places: Places) -> Places:
        found = np.full(len(self.offsets) - 1, -1)
        found[self.key[places]] = places
        return self.by_band(found)

    @cached_property
    def ends(self) -> tuple[Places, Places]:
        """Return the places of the first and the last point."""
        there = np.diff(self.offsets) > 0
        first, last = (np.where(there, places, -1) for places in (self.offsets[:-1], self.offsets[1:] - 1))
        return self.by_band(first), self.by_band(last)

    @cached_property
    def brightest(self) -> Places:
        """Return the place of the (first) point of largest flux."""
        return self.first(self.flux == self.extreme(np.maximum, self.flux).ravel()[self.key])

    @cached_property
    def detected_mjd(self) -> tuple[Floats, Floats]:
        """Return the times of the first and the last detection of each object in any band, each of shape (n,)."""
        return self.curves.first(self.curves.is_detection), self.curves.last(self.curves.is_detection)

    @cached_property
    def mag(self) -> Floats:
        """Return AB magnitudes of detections with positive flux, NaN of other points."""
        return 31.4 - 2.5 * np.log10(np.where(self.is_detection & (self.flux > 0), self.flux, np.nan))


def at(values: Floats, places: Places) -> Floats:
    """Return values at places, NaN where there is none."""
    return np.where(places >= 0, values[places], np.nan) if len(values) else np.full(np.shape(places), np.nan)
