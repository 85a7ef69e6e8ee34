"""How far a transient lies from a galaxy, in units of the galaxy's own light radius in that direction.

Conventions: angles in degrees on the sphere; position angles from north through east; an ellipse is given by its
semi-major and semi-minor axis in arcsec and the position angle of the major axis. Sullivan et al. 2006 and
Gupta et al. 2016 describe the method.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
ARCSEC_PER_RADIAN = np.degrees(3600.0)


def offset(ra_deg: ArrayLike, dec_deg: ArrayLike, to_ra_deg: ArrayLike, to_dec_deg: ArrayLike) -> tuple[Floats, Floats]:
    """Return separation (arcsec) and position angle (degrees, 0 to 360) from the first place to the second.

    Exact on the sphere at any distance, at RA 0 and at the poles. Arrays of equal length, or single numbers.
    """
    dec, to_dec = np.radians(dec_deg), np.radians(to_dec_deg)
    half_ra = np.radians(np.subtract(to_ra_deg, ra_deg)) / 2
    # sines of differences and of half angles: cosines of small angles would lose the digits that matter
    east = np.cos(to_dec) * np.sin(2 * half_ra)
    north = np.sin(to_dec - dec) + 2 * np.sin(dec) * np.cos(to_dec) * np.sin(half_ra) ** 2
    across = np.hypot(east, north)
    along = np.cos(to_dec - dec) - 2 * np.cos(dec) * np.cos(to_dec) * np.sin(half_ra) ** 2
    return np.arctan2(across, along) * ARCSEC_PER_RADIAN, np.degrees(np.arctan2(east, north)) % 360


def light_radius(a_arcsec: ArrayLike, b_arcsec: ArrayLike, pa_deg: ArrayLike, angle_deg: ArrayLike) -> Floats:
    """Return the radius (arcsec) of the ellipse in the direction ``angle_deg`` (north through east)."""
    a, b = np.asarray(a_arcsec, float), np.asarray(b_arcsec, float)
    turn = np.radians(np.subtract(angle_deg, pa_deg))
    return a * b / np.hypot(a * np.sin(turn), b * np.cos(turn))


def completed(
    a_arcsec: ArrayLike, b_arcsec: ArrayLike, pa_deg: ArrayLike, unknown_arcsec: ArrayLike
) -> tuple[Floats, ...]:
    """Return axes and angle with the gaps filled: (a, b, pa), arcsec and degrees.

    Without a size the ellipse is a circle of ``unknown_arcsec``; without an axis ratio or an angle it is the circle of
    equal area.
    """
    a, b, pa = (np.array(values, float) for values in (a_arcsec, b_arcsec, pa_deg))
    a = np.where(a > 0, a, unknown_arcsec)
    b = np.where(b > 0, np.minimum(b, a), a)
    mean = np.sqrt(a * b)
    turned = np.isfinite(pa)
    return np.where(turned, a, mean), np.where(turned, b, mean), np.where(turned, pa, 0.0)
