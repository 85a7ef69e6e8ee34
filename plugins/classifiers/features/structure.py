"""Structure function: how much of the variance of a band's fluxes is reached after which lag.

Pairs of points that are 1, 2, 3, 5, 8, ... places apart stand for all pairs, so that long light curves stay cheap.
Source: Schmidt et al. 2010, arXiv:1002.2642; Kozlowski 2016, arXiv:1604.05858 (normalisation by the variance).
"""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.features.points import Points

#: Edges of the lags in days; each bin has the name of its middle.
LAGS_DAYS = (0.0, 0.5, 3.0, 15.0, 60.0, 200.0, 1000.0)
NAMES = ("intraday", "1d", "7d", "30d", "100d", "400d")
APART = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610)


def columns(points: Points) -> dict[str, Floats]:
    """Return ``BAND_sf_LAG``: mean of half the squared difference less noise, over the variance less noise."""
    size, n_bins = len(points.offsets) - 1, len(NAMES)
    total, number = np.zeros(size * n_bins), np.zeros(size * n_bins)
    for apart in APART:
        left = np.flatnonzero(points.key[apart:] == points.key[:-apart])
        if not len(left):
            break
        right = left + apart
        lag = np.searchsorted(LAGS_DAYS[1:], points.days[right] - points.days[left], side="right")
        near = lag < n_bins
        left, right, lag = left[near], right[near], lag[near]
        half = (points.flux[right] - points.flux[left]) ** 2 - points.error[right] ** 2 - points.error[left] ** 2
        place = points.key[left] * n_bins + lag
        total += np.bincount(place, half / 2, len(total))
        number += np.bincount(place, minlength=len(total))
    mean = points.sum(points.flux) / points.count
    deviation = (points.flux - mean.ravel()[points.key]) ** 2
    variance = (points.sum(deviation) - points.sum(points.error**2)) / points.count
    relative = (total / number).reshape(*variance.shape, n_bins) / np.where(variance > 0, variance, np.nan)[..., None]
    made = {f"{b}_sf_{name}": relative[i, :, k] for i, b in enumerate(points.bands) for k, name in enumerate(NAMES)}
    return made | {f"{b}_sf_slope": slope for b, slope in zip(points.bands, _slopes(relative), strict=True)}


def _slopes(relative: Floats) -> Floats:
    """Return half the slope of log structure function against log lag over the bins beyond half a day."""
    x = np.log10(np.sqrt(np.array(LAGS_DAYS[1:-1]) * np.array(LAGS_DAYS[2:])))
    there = relative[..., 1:] > 0
    y = np.log10(np.where(there, relative[..., 1:], 1)) / 2
    n, sum_x, sum_y = there.sum(-1), (there * x).sum(-1), (there * y).sum(-1)
    covariance, variance = (there * x * y).sum(-1) - sum_x * sum_y / n, (there * x**2).sum(-1) - sum_x**2 / n
    return np.where(n > 1, covariance / variance, np.nan)
