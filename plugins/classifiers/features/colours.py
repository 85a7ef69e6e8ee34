"""Colours between neighbouring bands, in magnitudes: at the brightest points, on average, and how they change.

At the times of the detections of one band the flux in the other is interpolated linearly between its points, where
these are at most `GAP_DAYS` apart; both ways round. Only positive fluxes have a colour; what is interpolated must be
`SIGNIFICANT` times its error.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.features.points import Places, Points, at

GAP_DAYS = 15.0
SIGNIFICANT = 3.0


def columns(points: Points) -> dict[str, Floats]:
    """Return colours of each pair of neighbouring bands, such as ``gr_colour_max``; blue minus red."""
    bright = ~np.isnan(points.mag)
    max_mag, count = at(points.mag, points.brightest), points.sum(bright)
    mean_mag = 31.4 - 2.5 * np.log10(points.sum(np.where(bright, points.flux, 0)) / count)
    made: dict[str, Floats] = {}
    for blue in range(len(points.bands) - 1):
        red = blue + 1
        name = points.bands[blue : red + 1]
        row, days, colour = _simultaneous(points, blue, red)
        made |= {
            f"{name}_colour_max": max_mag[blue] - max_mag[red],
            f"{name}_colour_mean": mean_mag[blue] - mean_mag[red],
        }
        made |= {f"{name}_colour_{what}": values for what, values in _course(points.n, row, days, colour).items()}
    return made


def _simultaneous(points: Points, blue: int, red: int) -> tuple[Places, Floats, Floats]:
    """Return object, day and colour wherever one band was detected and the other can be interpolated."""
    there, here = _pair(points, blue, red), _pair(points, red, blue)
    row, days, blue_minus_red = (np.concatenate(parts) for parts in zip(there, here, strict=True))
    blue_minus_red[len(there[0]) :] *= -1
    return row, days, blue_minus_red


def _pair(points: Points, band: int, other: int) -> tuple[Places, Floats, Floats]:
    """Return object, day and magnitude difference at the detections of ``band``, where ``other`` is known."""
    own = slice(points.offsets[band * points.n], points.offsets[(band + 1) * points.n])
    places = np.arange(own.start, own.stop)[~np.isnan(points.mag[own])]
    row, days = points.row[places], points.days[places]
    start, stop = points.offsets[other * points.n], points.offsets[(other + 1) * points.n]
    # one number line for all objects: each has its own stretch
    stretch = points.days.max(initial=0) + 1
    line = points.row[start:stop] * stretch + points.days[start:stop]
    right = start + np.searchsorted(line, row * stretch + days)
    left = right - 1
    key = other * points.n + row
    inside = (left >= points.offsets[key]) & (right < points.offsets[key + 1])
    left, right = np.where(inside, left, -1), np.where(inside, right, -1)
    gap = at(points.days, right) - at(points.days, left)
    share = (days - at(points.days, left)) / gap
    flux = at(points.flux, left) * (1 - share) + at(points.flux, right) * share
    error = np.maximum(at(points.error, left), at(points.error, right))
    known = (gap <= GAP_DAYS) & (flux > SIGNIFICANT * error)
    return row[known], days[known], points.mag[places][known] - 31.4 + 2.5 * np.log10(flux[known])


def _course(n: int, row: Places, days: Floats, colour: Floats) -> dict[str, Floats]:
    """Return how the colours of each object run in time, by least squares of a straight line."""

    def mean(values: NDArray[Any]) -> Floats:
        return np.bincount(row, values, n) / count

    count = np.bincount(row, minlength=n).astype(float)
    day, middle = mean(days), mean(colour)
    dx, dy = days - day[row], colour - middle[row]
    spread, slope = mean(dx**2), mean(dx * dy)
    slope = np.where((count > 1) & (spread > 1e-6), slope / spread, np.nan)
    first, last = _line_ends(n, row, days)
    return {
        "epochs": count,
        "middle": middle,
        "std": np.where(count > 1, np.sqrt(mean(dy**2)), np.nan),
        "per_day": slope,
        "first": middle + slope * (first - day),
        "last": middle + slope * (last - day),
    }


def _line_ends(n: int, row: Places, days: Floats) -> tuple[Floats, Floats]:
    first, last = np.full(n, np.inf), np.full(n, -np.inf)
    np.minimum.at(first, row, days)
    np.maximum.at(last, row, days)
    return first, last
