"""Black bodies whose radius and temperature change: kilonovae, tidal disruptions, shocks, outbursts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tom_alerce_like.cosmology import luminosity_distance_mpc
from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.curves.simulate.light import (
    C_CM,
    MPC_CM,
    WAVELENGTH_CM,
    Ints,
)

STEFAN_BOLTZMANN = 5.6704e-5
#: h c / k in cm K, and 2 h c in erg cm.
_HCK, _2HC = 1.43878, 2 * 6.62607e-27 * C_CM


@dataclass(frozen=True)
class Photosphere:
    """Sources of total luminosity (n, times), in erg/s, and temperature (n, times), in K, at redshifts z (n,).

    ``days`` (times,) are since the reference time, in the source's own time; there is no light before the first and
    after the last of them.
    """

    days: Floats
    luminosity: Floats
    temperature_k: Floats
    z: Floats

    def __call__(self, row: Ints, days: Floats, band: Ints) -> Floats:
        """Return fluxes in nJy: a `light.Light`."""
        rest = days / (1 + self.z[row])
        at = np.interp(rest, self.days, np.arange(len(self.days)))
        low = np.minimum(at.astype(np.int64), len(self.days) - 2)
        within = at - low

        def between(values: Floats) -> Floats:
            return values[row, low] * (1 - within) + values[row, low + 1] * within

        temperature = between(self.temperature_k)
        distance_cm = luminosity_distance_mpc(self.z)[row] * MPC_CM
        # a black body of luminosity L: (R / D)^2 = L / (4 pi sigma T^4 D^2)
        solid = between(self.luminosity) / (4 * np.pi * STEFAN_BOLTZMANN * temperature**4 * distance_cm**2)
        wave = WAVELENGTH_CM[band] / (1 + self.z[row])
        intensity = _2HC / wave**3 / np.expm1(np.minimum(_HCK / (wave * temperature), 100.0))
        shining = (rest >= self.days[0]) & (rest <= self.days[-1])
        return np.where(shining, np.pi * intensity * solid * (1 + self.z[row]) * 1e32, 0.0)
