"""Rise and fall around the brightest point of each band: times, rates and what is left at the end.

Rates in magnitudes are of detections with positive flux. Times at half of the largest flux are interpolated linearly
between points, as far as it is seen to rise from, and to fall to, less than half.
"""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.features.points import Places, Points, at


def columns(points: Points) -> dict[str, Floats]:
    """Return features of rise and fall per band, and how far the brightest points of bands are apart in time."""
    bright = ~np.isnan(points.mag)
    first, last, peak = points.first(bright), points.last(bright), points.brightest
    largest = at(np.where(points.flux > 0, points.flux, np.nan), peak)
    peak_day, peak_mag = at(points.days, peak), at(points.mag, peak)
    rise_days, fall_days = peak_day - at(points.days, first), at(points.days, last) - peak_day
    half_rise, half_fall = _half_days(points, peak, largest)
    start, end = points.ends
    found = {
        "rise_days": rise_days,
        "fall_days": fall_days,
        "rise_mag_per_day": (at(points.mag, first) - peak_mag) / rise_days,
        "fall_mag_per_day": (at(points.mag, last) - peak_mag) / fall_days,
        "half_rise_days": half_rise,
        "half_fall_days": half_fall,
        "first_to_max": at(points.flux, start) / largest,
        "last_to_max": at(points.flux, end) / largest,
        "min_to_max": points.extreme(np.minimum, points.flux) / largest,
        "peak_mag": peak_mag,
    }
    return {f"{band}_{name}": values[b] for b, band in enumerate(points.bands) for name, values in found.items()}


def _half_days(points: Points, peak: Places, largest: Floats) -> tuple[Floats, Floats]:
    """Return days from half of the largest flux to the peak, and from the peak to half; NaN where not seen."""
    half = largest / 2
    place = np.arange(len(points.key))
    low, of_key = points.flux < half.ravel()[points.key], peak.ravel()[points.key]
    before, after = points.last(low & (place < of_key)), points.first(low & (place > of_key))
    peak_day = at(points.days, peak)
    return peak_day - _crossing(points, before, 1, half), _crossing(points, after, -1, half) - peak_day


def _crossing(points: Points, low: Places, step: int, level: Floats) -> Floats:
    """Return when a straight line from the point ``low`` to its neighbour towards the peak crosses a level, in days."""
    high = np.where(low >= 0, low + step, -1)
    day, flux = at(points.days, low), at(points.flux, low)
    return day + (level - flux) / (at(points.flux, high) - flux) * (at(points.days, high) - day)
