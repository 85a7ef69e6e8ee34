"""Galaxies: Sersic profiles of any flattening, seen through a PSF."""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.classifiers.simulate.psf import moffat
from tom_alerce_like.plugins.classifiers.simulate.scene import CENTRE_PX, X_PX, Y_PX, Image


def sersic(index: float, radius_px: float, axis_ratio: float, angle: float, at_px: tuple[float, float]) -> Image:
    """Return a Sersic profile of flux 1 on the stamp; ``radius_px`` holds half of the light.

    b_n = 2 n - 1/3 (Ciotti & Bertin 1999, A&A 352, 447, to leading orders). The centre is softened by half a pixel.
    """
    y, x = Y_PX - at_px[0], X_PX - at_px[1]
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    radius = np.sqrt(along**2 * axis_ratio + across**2 / axis_ratio + 0.25) / radius_px
    light = np.exp(-(2 * index - 1 / 3) * radius ** (1 / index))
    return light / light.sum()


def seen_through(light: Image, fwhm_px: float) -> Image:
    """Return an image blurred by a Moffat PSF; light does not wrap around the edges."""
    pad = ((0, CENTRE_PX + 1),) * 2
    padded, psf = np.pad(light, pad), np.pad(moffat(fwhm_px), pad)
    blurred = np.fft.irfft2(np.fft.rfft2(padded) * np.fft.rfft2(psf), padded.shape)
    start = slice(CENTRE_PX, CENTRE_PX + len(light))
    return blurred[start, start]
