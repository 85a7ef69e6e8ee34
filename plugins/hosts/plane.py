"""Between the sky and the plane that touches it at a transient: east and north in arcsec."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tom_alerce_like.plugins.hosts.dlr import ARCSEC_PER_RADIAN

Floats = NDArray[np.float64]


def to_sky(
    east_arcsec: ArrayLike, north_arcsec: ArrayLike, ra_deg: ArrayLike, dec_deg: ArrayLike
) -> tuple[Floats, Floats]:
    """Return right ascension (0 to 360) and declination in degrees of points of the plane that touches at the place.

    Gnomonic projection, exact at RA 0 and at the poles (Calabretta & Greisen 2002, A&A 395, 1077). Arrays broadcast.
    """
    east, north = (np.asarray(values, float) / ARCSEC_PER_RADIAN for values in (east_arcsec, north_arcsec))
    dec = np.radians(dec_deg)
    along = np.cos(dec) - north * np.sin(dec)
    ra = np.degrees(np.arctan2(east, along))
    return (ra + ra_deg) % 360, np.degrees(np.arctan2(np.sin(dec) + north * np.cos(dec), np.hypot(east, along)))


def to_plane(
    ra_deg: ArrayLike, dec_deg: ArrayLike, at_ra_deg: ArrayLike, at_dec_deg: ArrayLike
) -> tuple[Floats, Floats]:
    """Return where places lie, east and north in arcsec, on the plane that touches the sky at another place.

    The inverse of `to_sky`; NaN for what lies 90 degrees away or more. Arrays broadcast.
    """
    dec, at = np.radians(dec_deg), np.radians(at_dec_deg)
    half_ra = np.radians(np.subtract(ra_deg, at_ra_deg)) / 2
    # sines of differences and of half angles: cosines of small angles would lose the digits that matter
    bend = 2 * np.cos(dec) * np.sin(half_ra) ** 2
    toward = np.cos(dec - at) - np.cos(at) * bend
    toward = np.where(toward > 0, toward, np.nan) / ARCSEC_PER_RADIAN
    return np.cos(dec) * np.sin(2 * half_ra) / toward, (np.sin(dec - at) + np.sin(at) * bend) / toward
