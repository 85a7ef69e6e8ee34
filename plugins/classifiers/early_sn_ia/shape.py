"""The rise as one parabola of magnitude in time that all bands share: slope, curvature, colours and their change."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.early_sn_ia.nights import READ, Nights

Floats = NDArray[np.float64]
#: Unit of time of the fit.
UNIT_DAYS = 10.0
#: How the bands share in a change of colour: g - r changes by 1.
_COLOUR = np.array([0.5, -0.5, -0.9, -1.2])
#: Width of what is expected before any point is seen: magnitudes, slope, curvature, change of colour.
_PRIOR = np.array([30.0] * len(READ) + [1.5, 0.7, 0.3])
#: Pairs of neighbouring bands whose colours are features.
_PAIRS = ((0, 1), (1, 2), (2, 3))
NAMES = (
    "slope",
    "curvature",
    "colour_slope",
    *(f"{READ[blue]}_{READ[red]}" for blue, red in _PAIRS),
    "scatter",
    "early_slope",
    "risen",
    "faded",
    "fastest_rise",
    "fastest_fall",
)


def features(seen: Nights) -> tuple[Floats, Floats]:
    """Return the features `NAMES` (n, len(NAMES)) and the days since the brightest point (n,); NaN where unknown.

    Magnitudes, and magnitudes per 10 days; the fastest rise and fall per day.
    """
    good = seen.there & (seen.flux > 0)
    flux = np.where(good, seen.flux, 1.0)
    mag, error = -2.5 * np.log10(flux), np.where(good, 1.0857 * seen.error / flux, 1.0)
    time = -seen.age_days / UNIT_DAYS
    of_band = (seen.band[..., None] == np.arange(len(READ))) & good[..., None]
    design = np.concatenate(
        [of_band, np.stack([time, time**2, _COLOUR[seen.band] * time], axis=-1) * good[..., None]], axis=-1
    )
    weighted = design / error[..., None] ** 2
    normal = np.swapaxes(weighted, 1, 2) @ design + np.diag(_PRIOR**-2.0)
    right = np.swapaxes(weighted, 1, 2) @ mag[..., None]
    found = np.linalg.solve(normal, right)[..., 0]
    left = np.where(good, mag - (design @ found[..., None])[..., 0], 0.0) / error
    number = good.sum(axis=1)
    has = of_band.any(axis=1)
    level = np.where(has, found[:, : len(READ)], 0.0)
    slope, curvature, colour_slope = found[:, len(READ) :].T
    # the brightest and the first are sought among magnitudes that lost their colour
    rows, width = np.arange(len(mag)), good.shape[1]
    grey = np.where(good, mag - level[rows[:, None], seen.band], np.inf)
    brightest, first = grey.argmin(axis=1), good.argmax(axis=1)
    last = width - 1 - good[:, ::-1].argmax(axis=1)
    top, age = grey[rows, brightest], seen.age_days
    rise, fall = _fastest(grey, age, seen.band, good)
    table = np.column_stack(
        [
            slope,
            curvature,
            np.where(has.sum(axis=1) > 1, colour_slope, np.nan),
            *(np.where(has[:, b] & has[:, r], level[:, b] - level[:, r], np.nan) for b, r in _PAIRS),
            np.log10(np.maximum((left**2).sum(axis=1) / np.maximum(number, 1), 1e-3)),
            slope + 2 * curvature * time[rows, first],
            grey[rows, first] - top,
            grey[rows, last] - top,
            rise,
            fall,
        ]
    )
    table[number == 0] = np.nan
    return table, np.where(number > 0, age[rows, brightest], np.nan)


def _fastest(grey: Floats, age: Floats, band: NDArray[np.int64], good: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return the fastest rise and fall between one point and the next of its band, magnitudes per day, not below 0."""
    rise, fall = np.zeros((2, len(grey)))
    for apart in (1, 2):  # a point of another band may lie between
        pair = good[:, apart:] & good[:, :-apart] & (band[:, apart:] == band[:, :-apart])
        days = np.maximum(age[:, :-apart] - age[:, apart:], 0.5)
        rate = np.where(pair, (grey[:, :-apart] - grey[:, apart:]) / days, 0.0)
        rise, fall = np.maximum(rise, rate.max(axis=1)), np.maximum(fall, -rate.min(axis=1))
    return rise, fall
