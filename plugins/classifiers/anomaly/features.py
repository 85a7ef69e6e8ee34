"""What may be strange about a light curve, in few numbers with names that people understand.

None of them knows how bright the object is: what is merely bright or faint is not strange. All are of the points in g
and r, which ZTF and LSST share; times are observed days. Of forced photometry of a transient only detections count.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves import BANDS, Curves

Floats = NDArray[np.float64]
BLUE, RED = BANDS.index("g"), BANDS.index("r")
#: Names of the features -> what they are, for pages.
FEATURES = {
    "days_rising": "days from the first detection to the brightest",
    "days_fading": "days from the brightest detection to the last",
    "g_days": "days detected in g",
    "r_days": "days detected in r",
    "g_amplitude_mag": "g magnitudes between its brightest and faintest detection",
    "r_amplitude_mag": "r magnitudes between its brightest and faintest detection",
    "rise_mag_per_day": "brightening before the peak, mag per day",
    "g_fade_mag_per_day": "fading after the peak in g, mag per day",
    "r_fade_mag_per_day": "fading after the peak in r, mag per day",
    "colour_mag": "g − r in the middle of what is seen, mag",
    "reddening_mag_per_day": "change of g − r, mag per day",
    "early_colour_mag": "g − r up to the brightest detection, mag",
    "late_colour_mag": "g − r after the brightest detection, mag",
    "curvature_mag": "bend of the light curve within 20 days, mag",
    "asymmetry_mag": "how lopsided the light curve is within 20 days, mag",
    "roughness": "scatter about a smooth curve, in units of its errors",
    "negative_share": "share of the detections that are fainter than the reference image",
}
NAMES = tuple(FEATURES)
#: Objects with fewer detections in g and r are not judged.
FEWEST = 4
#: Prior widths of the smooth curve's terms: level, slope, bend, third order over SCALE_DAYS; colour and its change.
_PRIOR = np.array([10.0, 2.0, 2.0, 1.0, 0.5, 0.5])
SCALE_DAYS = 20.0
_SLOPE_PRIOR = 0.2
_SOFTEST_MAG = 0.02


def matrix(alerts: pd.DataFrame) -> NDArray[np.float32]:
    """Return the features of an alert table, see `of`."""
    return of(Curves.of(alerts))


def of(curves: Curves) -> NDArray[np.float32]:
    """Return the features of n light curves, shape (n, features); NaN where unknown, whole rows of it below FEWEST."""
    seen = curves.select(curves.is_detection & ((curves.band == BLUE) | (curves.band == RED)))
    up = seen.select(seen.flux_njy > 0)
    made = np.full((len(NAMES), len(curves)), np.nan)
    with np.errstate(all="ignore"):
        for name, values in _measured(seen, up).items():
            made[NAMES.index(name)] = values
    made[:, up.count(up.band >= 0) < FEWEST] = np.nan
    return np.where(np.isfinite(made), made, np.nan).T.astype(np.float32)


def _measured(seen: Curves, up: Curves) -> dict[str, Floats]:
    n, row, mag = len(up), up.row, up.mag
    error = np.maximum(up.mag_err, _SOFTEST_MAG)
    blue, red, every = up.band == BLUE, up.band == RED, np.ones(len(row), bool)
    brightest = _brightest_mjd(up, mag)
    days = up.mjd - brightest[row]
    before, after = days <= 0, days >= 0
    first, last = up.first(every), up.last(every)
    made = {
        "days_rising": brightest - first,
        "days_fading": last - brightest,
        "negative_share": seen.count(seen.flux_njy < 0) / seen.count(np.ones(len(seen.row), bool)),
        "rise_mag_per_day": -_slope(row, days, mag - _mean(row, mag, up.band, n), error, before, n),
        "early_colour_mag": _average(row, mag, error, blue & before, n) - _average(row, mag, error, red & before, n),
        "late_colour_mag": _average(row, mag, error, blue & after, n) - _average(row, mag, error, red & after, n),
    }
    for letter, band in (("g", blue), ("r", red)):
        made[f"{letter}_days"] = up.last(band) - up.first(band)
        made[f"{letter}_amplitude_mag"] = _range(row, mag, band, n)
        made[f"{letter}_fade_mag_per_day"] = _slope(row, days, mag, error, band & after, n)
    return made | _smooth(row, (up.mjd - ((first + last) / 2)[row]) / SCALE_DAYS, blue, mag, error, n)


def _brightest_mjd(curves: Curves, mag: Floats) -> Floats:
    """Return the time of each object's brightest detection, NaN without one."""
    order = np.lexsort((mag, curves.row))
    rows, places = np.unique(curves.row[order], return_index=True)
    found = np.full(len(curves), np.nan)
    found[rows] = curves.mjd[order][places]
    return found


def _mean(row: NDArray[np.int64], values: Floats, band: NDArray[np.int64], n: int) -> Floats:
    """Return for each point the mean of its object's points in its band."""
    key = band * n + row
    total = np.bincount(key, values, len(BANDS) * n) / np.bincount(key, minlength=len(BANDS) * n)
    return total[key]


def _average(row: NDArray[np.int64], mag: Floats, error: Floats, which: NDArray[np.bool_], n: int) -> Floats:
    weight = which / error**2
    return np.bincount(row, weight * np.where(which, mag, 0), n) / np.bincount(row, weight, n)


def _range(row: NDArray[np.int64], mag: Floats, which: NDArray[np.bool_], n: int) -> Floats:
    low, high = np.full(n, np.inf), np.full(n, -np.inf)
    np.minimum.at(low, row[which], mag[which])
    np.maximum.at(high, row[which], mag[which])
    return np.where(np.isfinite(low), high - low, np.nan)


def _slope(
    row: NDArray[np.int64], days: Floats, mag: Floats, error: Floats, which: NDArray[np.bool_], n: int
) -> Floats:
    """Return slopes of straight lines, drawn towards 0 where few points say little; NaN with fewer than 2."""
    weight = which / error**2
    total = np.bincount(row, weight, n)
    x = days - (np.bincount(row, weight * days, n) / total)[row]
    y = mag - (np.bincount(row, weight * mag, n) / total)[row]
    slope = np.bincount(row, weight * x * y, n) / (np.bincount(row, weight * x * x, n) + _SLOPE_PRIOR**-2)
    return np.where(np.bincount(row[which], minlength=n) > 1, slope, np.nan)


def _smooth(
    row: NDArray[np.int64], time: Floats, blue: NDArray[np.bool_], mag: Floats, error: Floats, n: int
) -> dict[str, Floats]:
    """Fit a cubic in time with a colour that changes linearly, the terms drawn towards 0 by `_PRIOR`."""
    half = np.where(blue, 0.5, -0.5)
    terms = np.stack([np.ones(len(row)), time, time**2, time**3, half, half * time])
    level = np.bincount(row, mag, n) / np.bincount(row, minlength=n)
    y, weight = mag - level[row], error**-2
    size = len(terms)
    normal = np.empty((n, size, size))
    right = np.empty((n, size))
    for i in range(size):
        right[:, i] = np.bincount(row, weight * terms[i] * y, n)
        for j in range(i + 1):
            normal[:, i, j] = normal[:, j, i] = np.bincount(row, weight * terms[i] * terms[j], n)
    normal += np.diag(_PRIOR**-2.0)
    found = np.linalg.solve(normal, right[..., None])[..., 0].T
    left = (y - (found[:, row] * terms).sum(0)) / error
    free = np.maximum(np.bincount(row, minlength=n) - 2, 1)
    both = (np.bincount(row[blue], minlength=n) > 0) & (np.bincount(row[~blue], minlength=n) > 0)
    return {
        "colour_mag": np.where(both, found[4], np.nan),
        "reddening_mag_per_day": np.where(both, found[5] / SCALE_DAYS, np.nan),
        "curvature_mag": found[2],
        "asymmetry_mag": found[3],
        "roughness": np.sqrt(np.bincount(row, left**2, n) / free),
    }
