"""What the trees read of each light curve: its shape, its points, and its shape at rest where a redshift is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.lightcurve.lsst import points, shape

Floats = NDArray[np.float64]
OBSERVED = (*shape.OBSERVED, *points.NAMES)
#: In this order behind the observed features.
WITH_REDSHIFT = (*OBSERVED, *shape.AT_REST, "redshift", "redshift_err")
#: Error of a photometric redshift that states none, in units of 1 + z.
UNSTATED_ERR = 0.05
#: Fluxes and their errors are believed within these.
LEAST_NJY, LARGEST_NJY = 1e-2, 1e12
#: Light curves of fewer points with a flux are not judged.
FEWEST = 2


def measure(curves: Curves, redshifts: Floats) -> tuple[Floats, Floats]:
    """Return the features `OBSERVED` (n, many), and those at rest for each of the redshifts (k, n): (k, n, many).

    Rows of NaN where there are fewer than `FEWEST` points.
    """
    curves = nightly(sane(curves.select(np.isfinite(curves.flux_njy))))
    enough = np.diff(curves.offsets) >= FEWEST
    curves = curves.select(enough[curves.row])
    centre_mjd, scale_njy = shape.significant(curves)
    observed, at_rest = shape.features(curves, centre_mjd, scale_njy, redshifts)
    return np.concatenate([observed, points.features(curves, centre_mjd, scale_njy)], axis=1), at_rest


def sane(curves: Curves) -> Curves:
    """Return the same points with numbers whose squares are numbers."""
    flux = np.clip(curves.flux_njy, -LARGEST_NJY, LARGEST_NJY)
    return replace(curves, flux_njy=flux, flux_err_njy=np.clip(curves.flux_err_njy, LEAST_NJY, LARGEST_NJY))


def nightly(curves: Curves) -> Curves:
    """Return the means of each night and band, weighted by their errors, as PLAsTiCC gives its deep fields."""
    night = np.floor(curves.mjd).astype(np.int64)
    new = np.ones(len(night), bool)
    order = np.lexsort((curves.mjd, curves.band, night, curves.row))
    keys = np.stack([curves.row, night, curves.band])[:, order]
    new[1:] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
    if new.all():
        return curves
    group = np.cumsum(new) - 1
    weight = 1 / curves.flux_err_njy[order] ** 2
    total = np.bincount(group, weight)

    def mean(values: Floats) -> Floats:
        return np.bincount(group, weight * values[order]) / total

    first = order[new]
    detected = np.bincount(group, curves.is_detection[order]) > 0
    mjd, flux, error = mean(curves.mjd), mean(curves.flux_njy), 1 / np.sqrt(total)
    made = (curves.row[first], mjd, curves.band[first], flux, error, curves.limit_mag[first], detected)
    back = np.lexsort((made[2], made[1], made[0]))
    return Curves(curves.n, *(array[back] for array in (*made, curves.is_forced[first])))


def with_redshift(observed: Floats, at_rest: Floats, redshift: Floats, error: Floats) -> NDArray[np.float32]:
    """Return the features `WITH_REDSHIFT` for at_rest (n, many)."""
    error = np.where(np.isfinite(error), error, UNSTATED_ERR * (1 + redshift))
    return np.concatenate([observed, at_rest, redshift[:, None], error[:, None]], axis=1).astype(np.float32)
