"""All bands of each object as one series, so that one periodogram serves them all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.features.points import Places, Points

#: What lies further from the median than so many robust standard deviations is moved there.
_OUTLYING = 6.0
#: Share of a band's own variance that is taken as unknown noise, so that bright points do not rule alone.
_FLOOR = 0.02


@dataclass(frozen=True)
class Series:
    """Values with weighted mean 0 in each band, over the intrinsic standard deviation of the band; up is brighter.

    A band whose points are all positive is described by magnitudes, another by fluxes. ``weight`` is the inverse
    variance of ``value``.
    """

    value: Floats
    weight: Floats

    @classmethod
    def of(cls, points: Points) -> Series:
        """Return the series of all points; a band without variance has weight 0."""
        key = points.key
        positive = (points.extreme(np.minimum, points.flux) > 0).ravel()[key]
        value = np.where(positive, 2.5 * np.log10(np.where(positive, points.flux, 1)), points.flux)
        error = np.where(positive, 2.5 / np.log(10) * points.error / points.flux, points.error)
        noise = error**2 + median(error, key, points.offsets)[key] ** 2
        value = value - median(value, key, points.offsets)[key]
        reach = _OUTLYING * 1.4826 * median(np.abs(value), key, points.offsets)[key]
        value = np.where(reach > 0, np.clip(value, -reach, reach), value)
        weight = 1 / noise
        total = points.sum(weight)
        value = value - (points.sum(weight * value) / total).ravel()[key]
        variance = points.sum(weight * value**2) / total
        intrinsic = np.maximum(variance - points.sum(weight * noise / 2) / total, _FLOOR * variance).ravel()[key]
        good = intrinsic > 0
        weight = np.where(good, intrinsic / (noise + _FLOOR * intrinsic), 0)
        return cls(np.where(good, value / np.sqrt(np.where(good, intrinsic, 1)), 0), weight)


def median(values: Floats, key: Places, offsets: Places) -> Floats:
    """Return the median of each key, shape (keys,), NaN without points; ``key`` is in rising order."""
    ordered = np.append(values[np.lexsort((values, key))], np.nan)
    count = np.diff(offsets)
    low, high = offsets[:-1] + (count - 1) // 2, offsets[:-1] + count // 2
    there = count > 0
    return (ordered[np.where(there, low, -1)] + ordered[np.where(there, high, -1)]) / 2
