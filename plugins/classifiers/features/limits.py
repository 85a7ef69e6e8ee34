"""What was seen where the object was not detected: before its first and after its last detection.

A non-detection is a limit, or a forced flux that is no detection; the limit of the latter is five times its error, so
that surveys with limits (ZTF) and with forced photometry (LSST) have the same features. First and last detection are
of the object in any band.
Source: the non-detection features of Sanchez-Saez et al. 2021, arXiv:2008.03311, table 2.
"""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.classifiers.curves.curves import BANDS, Floats
from tom_alerce_like.plugins.classifiers.features.points import Places, Points, at

_SIGMAS = 5.0


def columns(points: Points) -> dict[str, Floats]:
    """Return features of non-detections before and after, per band and over the chosen bands."""
    curves = points.curves
    place = np.full(len(BANDS), -1)
    place[[BANDS.index(band) for band in points.bands]] = np.arange(len(points.bands))
    band = place[curves.band]
    missed = ~curves.is_detection & (band >= 0)
    first, last = points.detected_mjd
    before = np.flatnonzero(missed & (curves.mjd < first[curves.row]))
    after = np.flatnonzero(missed & (curves.mjd > last[curves.row]))[::-1]
    bright = ~np.isnan(points.mag)
    largest = at(points.flux, points.brightest)
    made: dict[str, Floats] = {}
    for name, edge, edge_mag, chosen in (
        ("before", first, at(points.mag, points.first(bright)), before),
        ("after", last, at(points.mag, points.last(bright)), after),
    ):
        key = band[chosen] * points.n + curves.row[chosen]
        found = _side(points, key, chosen, edge, edge_mag, np.where(largest > 0, largest, np.nan))
        made |= {f"{b}_{name}_{what}": values[i] for what, values in found.items() for i, b in enumerate(points.bands)}
        made[f"{name}_n"] = found["n"].sum(0)
        made[f"{name}_days"] = np.fmin.reduce(found["days"], 0, initial=np.nan)
    return made


def _side(
    points: Points, key: Places, chosen: Places, edge: Floats, edge_mag: Floats, largest: Floats
) -> dict[str, Floats]:
    """Return features of the points ``chosen``, of which the last of each key is the nearest to ``edge`` (MJD)."""
    curves, size = points.curves, len(points.offsets) - 1
    flux, error = curves.flux_njy[chosen], curves.flux_err_njy[chosen]
    limit = np.where(np.isnan(error), curves.limit_mag[chosen], 31.4 - 2.5 * np.log10(_SIGMAS * error))
    nearest = np.full(size, -1)
    nearest[key] = np.arange(len(key))
    deepest = np.full(size, -np.inf)
    np.maximum.at(deepest, key, limit)
    weight = np.where(np.isnan(error), 0, error**-2.0)
    total = np.bincount(key, weight, size)
    weighted = np.bincount(key, weight * np.where(np.isnan(flux), 0, flux), size)
    never = np.where(np.isnan(edge), np.nan, 0.0)
    near_limit = points.by_band(at(limit, nearest))
    return {
        "n": points.by_band(np.bincount(key, minlength=size)) + never,
        "days": np.abs(points.by_band(at(curves.mjd[chosen], nearest)) - edge),
        "limit_mag": near_limit,
        "deepest_mag": points.by_band(deepest),
        "step_mag": near_limit - edge_mag,
        "snr": points.by_band(weighted / np.sqrt(total)),
        "flux_to_max": points.by_band(weighted / total) / largest,
    }
