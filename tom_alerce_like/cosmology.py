"""Distances in a flat universe with H0 = 70 km/s/Mpc and a matter density of 0.3."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
LIGHT_KM_PER_S, H0_KM_PER_S_MPC, MATTER = 299792.458, 70.0, 0.3
LARGEST_REDSHIFT = 6.0


@cache
def _table() -> tuple[Floats, Floats]:
    """Return redshifts, close together where they are small, and comoving distances (Mpc)."""
    z = np.expm1(np.linspace(0, np.sqrt(np.log1p(LARGEST_REDSHIFT)), 4001) ** 2)
    inverse = 1 / np.sqrt(MATTER * (1 + z) ** 3 + 1 - MATTER)
    steps = np.diff(z) * (inverse[1:] + inverse[:-1]) / 2
    return z, np.concatenate([[0], np.cumsum(steps)]) * LIGHT_KM_PER_S / H0_KM_PER_S_MPC


def luminosity_distance_mpc(redshift: ArrayLike) -> Floats:
    """Return luminosity distances up to redshift 6."""
    z = np.asarray(redshift, float)
    return np.asarray(np.interp(z, *_table()) * (1 + z))


def distance_modulus_mag(redshift: ArrayLike) -> Floats:
    """Return distance moduli; NaN at and below redshift 0."""
    distance = luminosity_distance_mpc(redshift)
    return 5 * np.log10(np.where(distance > 0, distance, np.nan)) + 25


def kpc_per_arcsec(redshift: ArrayLike) -> Floats:
    """Return how long an arcsec is, in proper kpc."""
    return np.radians(luminosity_distance_mpc(redshift) * 1000 / 3600) / (1 + np.asarray(redshift, float)) ** 2


def volume_element(redshift: ArrayLike) -> Floats:
    """Return the comoving volume per unit redshift of the whole sky (Mpc cubed)."""
    z = np.asarray(redshift, float)
    comoving = luminosity_distance_mpc(z) / (1 + z)
    expansion = np.sqrt(MATTER * (1 + z) ** 3 + 1 - MATTER)
    return np.asarray(4 * np.pi * comoving**2 * LIGHT_KM_PER_S / H0_KM_PER_S_MPC / expansion)
