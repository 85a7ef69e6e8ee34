"""What is known of galaxies in general: how many there are, how far away, how bright the hosts of transients are.

Counts: Bloom, Kulkarni & Djorgovski 2002 (AJ 123, 1111), joined to the Euclidean slope of bright galaxies. Redshifts
at a magnitude: a log-normal law about the median of deep surveys. Hosts of transients: about as bright as L*, with a
tail of dwarfs; half-light radii grow with luminosity as those of discs do (Shen et al. 2003, MNRAS 343, 978).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from tom_alerce_like.cosmology import distance_modulus_mag, kpc_per_arcsec

Floats = NDArray[np.float64]

#: Absolute r magnitude of hosts: mean and width of the luminous ones, then of the dwarfs, and the dwarfs' part.
LUMINOUS_MAG, DWARF_MAG, DWARFS = (-20.6, 1.1), (-18.2, 1.7), 0.35
#: Half-light radius at that magnitude and how it grows with luminosity (dex a magnitude).
SIZE_KPC, SIZE_AT_MAG, SIZE_SLOPE = 5.0, -20.5, -0.13
#: r magnitude (AB) that usual surveys and their images reach.
USUAL_DEPTH_MAG = 22.5
#: Where transients of unknown redshift are: median and width of the logarithm.
TRANSIENT_REDSHIFT, TRANSIENT_LOG_WIDTH = 0.09, 0.9
_REDSHIFT_WIDTH = 0.5


def log_density(mag: ArrayLike) -> Floats:
    """Return the logarithm of the number of galaxies per square arcsec that are brighter than an r magnitude."""
    m = np.clip(np.asarray(mag, float), 8.0, 27.0)
    faint = 0.334 * (m - 22.963) + 4.320 - np.log10(0.334 * np.log(10) * 3600**2)
    bright = np.log10(550 / 3600**2) + 0.6 * (m - 18.5)
    return np.asarray(-np.log(10**-faint + 10**-bright))


def typical_redshift(mag: ArrayLike) -> Floats:
    """Return the median redshift of galaxies of an r magnitude."""
    return np.asarray(10 ** (-1.22 + 0.15 * (np.clip(np.asarray(mag, float), 12.0, 26.0) - 16)))


def log_redshift_density(redshift: ArrayLike, mag: ArrayLike) -> Floats:
    """Return the logarithm of the density per unit redshift of galaxies of an r magnitude."""
    z = np.maximum(np.asarray(redshift, float), 1e-3)
    pull = np.log(z / typical_redshift(mag)) / _REDSHIFT_WIDTH
    return np.asarray(-0.5 * pull**2 - np.log(z * _REDSHIFT_WIDTH * math.sqrt(2 * math.pi)))


def transient_redshifts(redshift: ArrayLike, n: int = 25) -> Floats:
    """Return redshifts (places, n) that stand for what is known of each transient's: n times the known one, or the
    quantiles of the prior where it is NaN."""
    middle = (np.arange(n) + 0.5) / n
    prior = np.log(TRANSIENT_REDSHIFT) + TRANSIENT_LOG_WIDTH * ndtri(middle)
    z = np.atleast_1d(np.asarray(redshift, float))[:, None]
    return np.where(z > 0, z, np.exp(prior))


def host_grid(redshift: Floats, n: int = 40) -> tuple[Floats, Floats, Floats]:
    """Return apparent magnitudes, half-light radii (arcsec) and weights of hosts at redshifts: shapes (..., n)."""
    absolute = np.linspace(-24.0, -12.0, n)
    weight = (1 - DWARFS) * _bell(absolute, *LUMINOUS_MAG) + DWARFS * _bell(absolute, *DWARF_MAG)
    z = np.asarray(redshift, float)[..., None]
    kpc = SIZE_KPC * 10 ** (SIZE_SLOPE * (absolute - SIZE_AT_MAG))
    return absolute + distance_modulus_mag(z), kpc / kpc_per_arcsec(z), weight / weight.sum()


def _bell(value: Floats, mean: float, width: float) -> Floats:
    return np.exp(-0.5 * ((value - mean) / width) ** 2) / width
