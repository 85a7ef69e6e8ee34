"""Distances on the sky, from a place or from a plane."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def separation_arcsec(ra_a: ArrayLike, dec_a: ArrayLike, ra_b: ArrayLike, dec_b: ArrayLike) -> NDArray[np.float64]:
    """Return the great-circle distance of places in degrees (haversine: exact for small distances and at the poles)."""
    lon_a, lat_a, lon_b, lat_b = (np.radians(np.asarray(angle, dtype=float)) for angle in (ra_a, dec_a, ra_b, dec_b))
    half = np.sin((lat_b - lat_a) / 2) ** 2
    half = half + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
    return np.degrees(2 * np.arcsin(np.sqrt(np.clip(half, 0, 1)))) * 3600


def galactic_latitude_deg(ra_deg: ArrayLike, dec_deg: ArrayLike) -> NDArray[np.float64]:
    """Return the distance from the Galactic plane, the north positive (pole of J2000: Hipparcos catalogue, vol. 1)."""
    return 90 - separation_arcsec(ra_deg, dec_deg, 192.85948, 27.12825) / 3600


def ecliptic_latitude_deg(ra_deg: ArrayLike, dec_deg: ArrayLike) -> NDArray[np.float64]:
    """Return the distance from the ecliptic of J2000, the north positive."""
    return 90 - separation_arcsec(ra_deg, dec_deg, 270.0, 66.5607) / 3600
