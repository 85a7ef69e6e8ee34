"""Light profiles and point-spread functions as sums of Gaussians, so that convolving them is adding variances.

The method is that of Hogg & Lang 2013 (PASP 125, 719); the numbers are our own least-squares fits to Sérsic profiles
of half-light radius 1 (total flux to 2 per cent inside 3 radii, half-light radius to 1 per cent). A Moffat profile is
exactly a mixture of Gaussians whose inverse variances follow a gamma law, so Gauss-Laguerre nodes give its sum.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import roots_genlaguerre

Floats = NDArray[np.float64]

#: Sérsic index: fluxes and standard deviations (in half-light radii) of its Gaussians.
EXPONENTIAL, BULGE, DE_VAUCOULEURS = 1, 2, 4
SERSIC: dict[int, tuple[Floats, Floats]] = {
    EXPONENTIAL: (np.array([0.0290, 0.2302, 0.5118, 0.2290]), np.array([0.1861, 0.4811, 0.9262, 1.5613])),
    BULGE: (
        np.array([0.0189, 0.1071, 0.2816, 0.3746, 0.2178]),
        np.array([0.0678, 0.2121, 0.5148, 1.1267, 2.4196]),
    ),
    DE_VAUCOULEURS: (
        np.array([0.0199, 0.0759, 0.1773, 0.2771, 0.2776, 0.1724]),
        np.array([0.0270, 0.0923, 0.2605, 0.6775, 1.6978, 4.3647]),
    ),
}


def ellipse(major: Floats, minor: Floats, pa_deg: Floats) -> Floats:
    """Return covariances (n, 3): xx, xy, yy of pixel axes (east towards smaller x) from axes and position angle."""
    sin, cos = np.sin(np.radians(pa_deg)), np.cos(np.radians(pa_deg))
    big, small = np.square(major), np.square(minor)
    return np.stack([big * sin**2 + small * cos**2, (small - big) * sin * cos, big * cos**2 + small * sin**2], axis=-1)


class Moffat:
    """A Moffat point-spread function, stretched along one direction: FWHM in pixels, beta > 2."""

    def __init__(self, fwhm: float, beta: float, axis_ratio: float, pa_deg: float) -> None:
        self.beta = beta
        alpha = fwhm / (2 * np.sqrt(2 ** (1 / beta) - 1))
        self.shape = ellipse(*(np.array([value]) for value in (axis_ratio**-0.5, axis_ratio**0.5, pa_deg)))[0]
        self.scale = alpha**2 * self.shape
        nodes, weights = roots_genlaguerre(3, beta - 2)
        self.flux = weights / weights.sum()
        self.covariance = alpha**2 / (2 * nodes[:, None]) * self.shape
        self.core = (fwhm / 2.355) ** 2 * self.shape
        self.area = 4 * np.pi * (fwhm / 2.355) ** 2
