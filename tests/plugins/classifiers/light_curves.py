"""Light curves of chance for tests: several bands, forced points and detections, limits, objects without points."""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.classifiers.curves import Curves


def random_curves(seed: int, n: int = 8, points: int = 60, bands: int = 6, empty: bool = True) -> Curves:
    """Return n light curves of about so many points each; some are limits, and with ``empty`` the second has none."""
    rng = np.random.default_rng(seed)
    row = np.sort(rng.integers(0, n, n * points))
    if empty and n > 1:
        row = row[row != 1]
    size = len(row)
    mjd = 60000 + np.round(rng.uniform(0, 300, size), 4)
    band = rng.integers(0, bands, size)
    error = rng.uniform(50, 500, size)
    flux = rng.normal(0, error) + rng.lognormal(7, 1, n)[row] * (1 + np.sin(mjd / 20 + row))
    limit = np.full(size, np.nan)
    unknown = rng.random(size) < 0.1
    limit[unknown], flux[unknown], error[unknown] = 20.5, np.nan, np.nan
    detected = flux > 5 * error
    order = np.lexsort((band, mjd, row))
    arrays = (row, mjd, band, flux, error, limit, detected, ~unknown)
    return Curves(n, *(array[order] for array in arrays))


def one_band(mjd: object, flux: object, error: object, band: int = 2, detected: object = True) -> Curves:
    """Return one light curve of points with flux in one band (r unless told)."""
    mjd, flux = np.asarray(mjd, float), np.asarray(flux, float)
    n = len(mjd)
    order = np.argsort(mjd, kind="stable")
    arrays = (
        mjd,
        np.full(n, band),
        flux,
        np.broadcast_to(np.asarray(error, float), n),
        np.full(n, np.nan),
        np.broadcast_to(np.asarray(detected, bool), n),
        np.zeros(n, bool),
    )
    return Curves(1, np.zeros(n, int), *(array[order] for array in arrays))
