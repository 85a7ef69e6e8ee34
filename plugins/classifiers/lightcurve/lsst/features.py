"""What the trees read of each light curve: its shape, its points, and its shape at rest where a redshift is known."""

from __future__ import annotations

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
#: Light curves of fewer points with a flux are not judged.
FEWEST = 2


def measure(curves: Curves, redshifts: Floats) -> tuple[Floats, Floats]:
    """Return the features `OBSERVED` (n, many), and those at rest for each of the redshifts (k, n): (k, n, many).

    Rows of NaN where there are fewer than `FEWEST` points.
    """
    curves = curves.select(np.isfinite(curves.flux_njy))
    enough = np.diff(curves.offsets) >= FEWEST
    curves = curves.select(enough[curves.row])
    centre_mjd, scale_njy = shape.significant(curves)
    observed, at_rest = shape.features(curves, centre_mjd, scale_njy, redshifts)
    return np.concatenate([observed, points.features(curves, centre_mjd, scale_njy)], axis=1), at_rest


def with_redshift(observed: Floats, at_rest: Floats, redshift: Floats, error: Floats) -> NDArray[np.float32]:
    """Return the features `WITH_REDSHIFT` for at_rest (n, many)."""
    error = np.where(np.isfinite(error), error, UNSTATED_ERR * (1 + redshift))
    return np.concatenate([observed, at_rest, redshift[:, None], error[:, None]], axis=1).astype(np.float32)
