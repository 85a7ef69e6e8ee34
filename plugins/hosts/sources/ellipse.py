"""How surveys write an ellipse, and how we do: semi-axes in arcsec, position angle in degrees, north through east."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ellipse = tuple[Floats, Floats, Floats]


def from_components(r_arcsec: ArrayLike, e1: ArrayLike, e2: ArrayLike) -> Ellipse:
    """Return (a, b, pa) of the Tractor's ellipticity components, ``r`` being the semi-major axis.

    |e| = (a - b) / (a + b); the position angle is atan2(e2, e1) / 2, from north through east (Legacy Surveys, DR10,
    description of the Tractor catalogues).
    """
    a = np.asarray(r_arcsec, float)
    size = np.minimum(np.hypot(e1, e2), 1.0)
    return a, a * (1 - size) / (1 + size), np.degrees(np.arctan2(e2, e1)) / 2 % 180


def from_moments(xx: ArrayLike, yy: ArrayLike, xy: ArrayLike) -> Ellipse:
    """Return (a, b, pa) of second moments (arcsec squared), x towards east and y towards north.

    The semi-axes are the standard deviations along the two directions.
    """
    xx, yy, xy = (np.asarray(values, float) for values in (xx, yy, xy))
    mean, spread = (xx + yy) / 2, np.hypot((yy - xx) / 2, xy)
    a, b = (np.sqrt(np.maximum(value, 0.0)) for value in (mean + spread, mean - spread))
    return a, b, np.degrees(np.arctan2(2 * xy, yy - xx)) / 2 % 180


def tidied(a_arcsec: ArrayLike, b_arcsec: ArrayLike, pa_deg: ArrayLike) -> Ellipse:
    """Return (a, b, pa) with a >= b > 0 and 0 <= pa < 180; NaN for what cannot be."""
    a, b, pa = (np.array(values, float) for values in (a_arcsec, b_arcsec, pa_deg))
    a, b = (np.where((axis > 0) & np.isfinite(axis), axis, np.nan) for axis in (a, b))
    pa = np.where(np.abs(pa) <= 360, pa, np.nan)
    swapped = b > a
    a, b = np.where(swapped, b, a), np.where(swapped, a, b)
    return a, b, np.mod(np.where(swapped, pa + 90, pa), 180.0)
