"""Distances on the sky."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def separation_arcsec(ra_a: ArrayLike, dec_a: ArrayLike, ra_b: ArrayLike, dec_b: ArrayLike) -> NDArray[np.float64]:
    """Return the great-circle distance of places in degrees (haversine: exact for small distances and at the poles)."""
    lon_a, lat_a, lon_b, lat_b = (np.radians(np.asarray(angle, dtype=float)) for angle in (ra_a, dec_a, ra_b, dec_b))
    half = np.sin((lat_b - lat_a) / 2) ** 2
    half = half + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
    return np.degrees(2 * np.arcsin(np.sqrt(np.clip(half, 0, 1)))) * 3600
