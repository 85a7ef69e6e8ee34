"""The points with flux, band by band: what every group of features reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves.curves import BANDS, Curves, Floats


@dataclass(frozen=True)
class Points:
    """Points with flux in the chosen bands, ordered by band, object and time; one value per point.

    ``key`` is band number x n + object, ``offsets`` says where each key begins and ends, shape (bands x n + 1,).
    Of points of one object in one band at the same time the first is kept. ``days`` counts from the object's first
    point of any kind. ``curves`` are all points, limits too.
    """

    curves: Curves
    bands: str
    key: NDArray[np.int64]
    offsets: NDArray[np.int64]
    days: Floats
    flux: Floats
    error: Floats
    is_detection: NDArray[np.bool_]

    @classmethod
    def of(cls, curves: Curves, bands: str) -> Points:
        """Return the points of light curves in the bands named by letters."""
        n = len(curves)
        has_flux = ~np.isnan(curves.flux_njy)
        chosen = [np.flatnonzero((curves.band == BANDS.index(band)) & has_flux) for band in bands]
        order = np.concatenate([np.empty(0, np.int64), *chosen])
        key = curves.row[order] + np.repeat(np.arange(len(bands)) * n, [len(places) for places in chosen])
        mjd = curves.mjd[order]
        if len(order):
            new = np.append(True, (np.diff(mjd) != 0) | (np.diff(key) != 0))
            order, key, mjd = order[new], key[new], mjd[new]
        starts = curves.offsets[:-1]
        first_mjd = curves.mjd[np.minimum(starts, max(len(curves.mjd) - 1, 0))] if len(curves.mjd) else np.zeros(n)
        offsets = np.concatenate([[0], np.cumsum(np.bincount(key, minlength=len(bands) * n))])
        days = mjd - first_mjd[curves.row[order]]
        flux, error = curves.flux_njy[order], curves.flux_err_njy[order]
        return cls(curves, bands, key, offsets, days, flux, error, curves.is_detection[order])

    @property
    def n(self) -> int:
        """Return how many objects there are."""
        return len(self.curves)

    @property
    def row(self) -> NDArray[np.int64]:
        """Return the object of each point."""
        return self.key % max(self.n, 1)

    def by_band(self, values: Floats) -> Floats:
        """Return one value per key as shape (bands, n)."""
        return values.reshape(len(self.bands), self.n)

    def sum(self, values: Floats) -> Floats:
        """Return sums of the points' values, shape (bands, n)."""
        return self.by_band(np.bincount(self.key, values, len(self.bands) * self.n))

    def first(self, which: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return the place of the first of the chosen points of each key, -1 without one, shape (bands, n)."""
        found = np.full(len(self.bands) * self.n, -1)
        places = np.flatnonzero(which)[::-1]
        found[self.key[places]] = places
        return found.reshape(len(self.bands), self.n)

    def last(self, which: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return the place of the last of the chosen points of each key, -1 without one, shape (bands, n)."""
        found = np.full(len(self.bands) * self.n, -1)
        places = np.flatnonzero(which)
        found[self.key[places]] = places
        return found.reshape(len(self.bands), self.n)

    def brightest(self) -> NDArray[np.int64]:
        """Return the place of the point of largest flux of each key, -1 without points, shape (bands, n)."""
        filled = np.flatnonzero(np.diff(self.offsets))
        largest = np.full(len(self.bands) * self.n, np.nan)
        if len(filled):
            largest[filled] = np.maximum.reduceat(self.flux, self.offsets[filled])
        return self.first(self.flux == largest[self.key])


def at(values: Floats, places: NDArray[np.int64]) -> Floats:
    """Return values at places, NaN where a place is -1."""
    return np.append(values, np.nan)[places]
