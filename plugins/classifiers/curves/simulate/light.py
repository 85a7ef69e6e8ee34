"""What a source gives: its flux at any time in any band; and the sums, dust and distances that all of them need."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.cosmology import luminosity_distance_mpc
from tom_alerce_like.plugins.classifiers.curves.curves import Floats

Ints = NDArray[np.int64]
#: From the number of the object, days since its reference time and number of the band, each (m,), to nJy, (m,).
Light = Callable[[Ints, Floats, Ints], Floats]

#: Effective wavelengths of u g r i z y, in cm: LSST's; ZTF's g, r and i differ by less than 3 per cent.
WAVELENGTH_CM = np.array([3671, 4827, 6223, 7546, 8691, 9712]) * 1e-8
#: Wavelength as a number that is -1 in g and 0 in r: a colour times it is a magnitude, red colours positive.
COLOUR_SCALE = np.log(WAVELENGTH_CM / WAVELENGTH_CM[2]) / np.log(WAVELENGTH_CM[2] / WAVELENGTH_CM[1])
#: Extinction over E(B-V) in these bands: Schlafly & Finkbeiner 2011, doi:10.1088/0004-637X/737/2/103.
EXTINCTION = np.array([4.145, 3.237, 2.273, 1.684, 1.323, 1.088])
C_CM, MPC_CM, DAY_S = 2.998e10, 3.0857e24, 86400.0
_REDSHIFTS = np.concatenate([[0], np.geomspace(1e-5, 5, 2000)])


def redshift_at(distance_mpc: Floats) -> Floats:
    """Return redshifts of luminosity distances."""
    return np.interp(distance_mpc, luminosity_distance_mpc(_REDSHIFTS), _REDSHIFTS)


def redshifts(n: int, largest: float, rng: np.random.Generator) -> Floats:
    """Draw redshifts of sources that are evenly spread in space out to a redshift."""
    return redshift_at(luminosity_distance_mpc(np.array(largest)) * np.maximum(rng.random(n), 1e-6) ** (1 / 3))


def reddened(light: Light, ebv: Floats) -> Light:
    """Return the light behind dust with E(B-V), one for each object."""
    return lambda row, days, band: light(row, days, band) * 10 ** (-0.4 * EXTINCTION[band] * ebv[row])


def summed(*lights: Light) -> Light:
    """Return the light of several parts of each object."""
    return lambda row, days, band: sum((light(row, days, band) for light in lights), np.zeros(len(row)))


def njy(mag: Floats) -> Floats:
    """Return fluxes of AB magnitudes."""
    return 10 ** (0.4 * (31.4 - mag))
