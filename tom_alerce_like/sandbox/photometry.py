"""Light curves of simulated sources: analytic shapes, no spectra, no K-corrections.

Supernovae follow the form of Bazin et al. (2009) with the plateau of Villar et al. (2019); active nuclei are damped
random walks; distances are those of a flat universe with H0 = 70 km/s/Mpc and Omega_m = 0.3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
AB_ZERO_POINT_NJY = 31.4
#: Where a band lies on the colour axis on which g - r is 1.
COLOUR_AXIS = {"u": 2.2, "g": 1.0, "r": 0.0, "i": -0.5, "z": -0.8, "y": -1.0}


@dataclass(frozen=True)
class Explosion:
    """A class of transients: absolute r magnitude at peak, its scatter, times in rest-frame days, colours g - r."""

    peak_mag: float
    scatter_mag: float
    rise_d: float
    fall_d: float
    plateau_d: float = 0.0
    colour_early_mag: float = -0.1
    colour_late_mag: float = 0.9
    redden_d: float = 35.0


EXPLOSIONS = {
    "SNIa": Explosion(-19.2, 0.35, 17, 22, 3),
    "SNII": Explosion(-17.0, 0.6, 9, 35, 75, -0.15, 1.0, 60),
    "SNIbc": Explosion(-17.7, 0.5, 16, 20, 2, 0.15, 1.1, 25),
    "SLSN": Explosion(-21.2, 0.4, 32, 45, 10, -0.25, 0.5, 60),
    "TDE": Explosion(-20.0, 0.5, 28, 55, 3, -0.3, -0.15, 100),
}


def flux_njy(mag: ArrayLike) -> Array:
    """Return the flux of an AB magnitude."""
    return 10 ** ((AB_ZERO_POINT_NJY - np.asarray(mag, float)) / 2.5)


def ab_mag(flux: ArrayLike) -> Array:
    """Return the AB magnitude of a flux in nJy, of its absolute value when it is negative."""
    return AB_ZERO_POINT_NJY - 2.5 * np.log10(np.maximum(np.abs(np.asarray(flux, float)), 1e-3))


def distance_modulus_mag(redshift: ArrayLike) -> Array:
    """Return the distance modulus for 0 < z < 3."""
    grid = np.linspace(0, 3, 3001)
    rate = 299792.458 / 70 / np.sqrt(0.3 * (1 + grid) ** 3 + 0.7)
    comoving = np.concatenate([[0], np.cumsum((rate[1:] + rate[:-1]) / 2 * (grid[1] - grid[0]))])
    redshift = np.asarray(redshift, float)
    luminosity_mpc = np.interp(redshift, grid, comoving) * (1 + redshift)
    return 5 * np.log10(np.maximum(luminosity_mpc, 1e-3)) + 25


def redshift_of(modulus_mag: ArrayLike) -> Array:
    """Return the redshift at a distance modulus: the inverse of `distance_modulus_mag`."""
    grid = np.geomspace(1e-4, 3, 3000)
    return np.interp(np.asarray(modulus_mag, float), distance_modulus_mag(grid), grid)


def explosion_shape(kind: Explosion, age_d: ArrayLike) -> Array:
    """Return the flux in units of its peak at rest-frame days since the explosion."""
    age = np.asarray(age_d, float)
    since_peak = age - kind.rise_d
    rise = np.sin(np.clip(age / kind.rise_d, 0, 1) * np.pi / 2) ** 2
    plateau = 1 - 0.25 * np.clip(since_peak / max(kind.plateau_d, 1), 0, 1)
    fall = np.exp(-np.clip(since_peak - kind.plateau_d, 0, None) / kind.fall_d)
    return np.where(age <= 0, 0.0, rise * plateau * fall)


def explosion_mag_offset(kind: Explosion, age_d: ArrayLike, bands: NDArray[np.str_]) -> Array:
    """Return the magnitude in each band relative to r: colours run from early (blue) to late (red)."""
    share = np.clip(np.asarray(age_d, float) / (kind.rise_d + kind.redden_d), 0, 1)
    colour = kind.colour_early_mag + share * (kind.colour_late_mag - kind.colour_early_mag)
    return colour * np.array([COLOUR_AXIS[band] for band in bands])


def damped_random_walk(mjd: Array, sigma_mag: float, tau_d: float, rng: np.random.Generator) -> Array:
    """Return magnitudes around zero at sorted times (Kelly et al. 2009)."""
    values = np.empty(len(mjd))
    level = rng.normal(0, sigma_mag)
    for index, step in enumerate(np.diff(mjd, prepend=mjd[:1])):
        memory = np.exp(-step / tau_d)
        level = level * memory + rng.normal(0, sigma_mag * np.sqrt(1 - memory**2))
        values[index] = level
    return values


def periodic(kind: str, mjd: Array, period_d: float, amplitude_mag: float) -> Array:
    """Return magnitudes around zero of an RR Lyrae star, an eclipsing binary or a long-period variable."""
    phase = (mjd / period_d) % 1
    if kind == "RRL":
        return amplitude_mag * (np.where(phase < 0.2, 1 - phase / 0.2, (phase - 0.2) / 0.8) - 0.5)
    if kind == "E":
        eclipse = np.exp(-0.5 * ((phase - 0.5) / 0.05) ** 2) + 0.5 * np.exp(-0.5 * (phase / 0.05) ** 2)
        return amplitude_mag * (eclipse - 0.1)
    return amplitude_mag / 2 * np.sin(2 * np.pi * phase)
