"""Light curves of transients as numbers: magnitudes at knots of phase in every band, straight lines between them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves import BANDS

Floats = NDArray[np.float64]

#: Days from the brightest time, before they are stretched by a population's time scale.
KNOTS_DAYS = np.array([-20, -15, -11, -8, -5, -2, 1, 4, 8, 12, 17, 23, 30, 39, 51, 70], dtype=float)
N_BANDS, N_KNOTS = len(BANDS), len(KNOTS_DAYS)
SIZE = N_BANDS * N_KNOTS
#: Effective wavelengths of u g r i z y.
WAVELENGTH_NM = np.array([368.0, 480.0, 622.0, 754.0, 869.0, 971.0])
#: Brightest time in days from the first detection, before they are stretched by a population's time scale.
PEAK_DAYS = np.arange(-20.0, 37.0, 1.5)
#: Beyond the last knots a curve goes on as a straight line, as far as this.
_REACH_DAYS = (-26.0, 130.0)


def places(band: NDArray[np.int64], phase_days: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Return, for points of any shape, the two knots that each lies between and their weights, last axis 2."""
    phase = np.clip(phase_days, *_REACH_DAYS)
    left = np.clip(np.searchsorted(KNOTS_DAYS, phase, side="right") - 1, 0, N_KNOTS - 2)
    part = (phase - KNOTS_DAYS[left]) / (KNOTS_DAYS[left + 1] - KNOTS_DAYS[left])
    first = band * N_KNOTS + left
    return np.stack([first, first + 1], axis=-1), np.stack([1 - part, part], axis=-1)


def first_guess() -> Floats:
    """Return magnitudes at the knots, shape (SIZE,), of something that rises in three weeks and fades in two months."""
    rise, fall = np.minimum(KNOTS_DAYS, 0) / 20, np.maximum(KNOTS_DAYS, 0)
    return np.tile(19 + 2.5 * rise**2 + 0.035 * fall, N_BANDS)


def smooth_covariance(offset_mag: float, colour_mag: float, shape_mag: float) -> Floats:
    """Return the covariance (SIZE, SIZE) of curves that differ in brightness, colour and, smoothly, in shape."""
    wavelength = np.repeat(np.log(WAVELENGTH_NM), N_KNOTS)
    phase = np.tile(KNOTS_DAYS, N_BANDS)
    # knots are denser where curves change fast: a length in their own scale
    warped = np.interp(phase, KNOTS_DAYS, np.arange(N_KNOTS))
    near_bands = np.exp(-0.5 * ((wavelength[:, None] - wavelength) / 0.4) ** 2)
    near_times = np.exp(-0.5 * ((warped[:, None] - warped) / 2.5) ** 2)
    return offset_mag**2 + near_bands * (colour_mag**2 + shape_mag**2 * near_times)
