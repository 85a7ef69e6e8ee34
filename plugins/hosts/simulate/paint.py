"""Add many small elliptical spots to an image, each on its own patch only."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.hosts.simulate.profiles import Moffat

Floats = NDArray[np.float64]
Image = NDArray[np.float32]

#: Half-sizes of patches: a spot gets the smallest that holds it.
HALF_SIZES = np.array([3, 5, 7, 10, 14, 20, 28, 40, 56, 80, 113, 160, 226, 320, 480])
#: Pixels at a time: what fits into a processor's cache.
CHUNK = 100_000
#: Variance of a square pixel: adding it is integrating a Gaussian over the pixel, to second order.
PIXEL_VARIANCE = 1 / 12


def gaussians(image: Image, x: Floats, y: Floats, flux: Floats, covariance: Floats, floor: float) -> None:
    """Add Gaussians of given flux at pixels (x, y); covariance (n, 3) xx, xy, yy; light below ``floor`` is left out."""
    xx, xy, yy = covariance.T + PIXEL_VARIANCE * np.array([[1.0], [0.0], [1.0]])
    determinant = xx * yy - xy**2
    peak = flux / (2 * np.pi * np.sqrt(determinant))
    variance = (xx + yy) / 2 + np.hypot((xx - yy) / 2, xy)
    radius = np.sqrt(2 * variance * np.log(np.maximum(np.abs(peak) / floor, 1.0)))
    form = np.stack([yy, -2 * xy, xx]) / (-2 * determinant)
    _spots(image, x, y, peak, form, radius, lambda q: np.exp(q, out=q))


def moffats(image: Image, x: Floats, y: Floats, flux: Floats, psf: Moffat, floor: float) -> None:
    """Add point sources of a Moffat profile; light below ``floor`` is left out."""
    xx, xy, yy = psf.scale
    determinant = xx * yy - xy**2
    peak = flux * (psf.beta - 1) / (np.pi * np.sqrt(determinant))
    reach = np.maximum(np.abs(peak) / floor, 1.0) ** (1 / psf.beta) - 1
    form = np.repeat(np.array([[yy], [-2 * xy], [xx]]) / determinant, len(x), axis=1)
    _spots(image, x, y, peak, form, np.sqrt(reach * max(xx, yy)), lambda q: (1 + q) ** np.float32(-psf.beta))


def _spots(
    image: Image, x: Floats, y: Floats, peak: Floats, form: Floats, radius: Floats, profile: Callable[[Image], Image]
) -> None:
    """Add peak * profile(form . (dx dx, dx dy, dy dy)) within the radius of each spot."""
    size = len(image)
    near = (radius > 0) & (np.maximum(np.abs(x - size / 2), np.abs(y - size / 2)) < size / 2 + radius)
    kind = np.searchsorted(HALF_SIZES[:-1], radius)
    for number in np.unique(kind[near]):
        patch = min(2 * int(HALF_SIZES[number]) + 1, size)
        chosen = np.flatnonzero(near & (kind == number))
        step = max(1, CHUNK // patch**2)
        for first in range(0, len(chosen), step):
            part = chosen[first : first + step]
            left = np.clip(np.rint(x[part]).astype(int) - patch // 2, 0, size - patch)
            low = np.clip(np.rint(y[part]).astype(int) - patch // 2, 0, size - patch)
            dx = (left - x[part])[:, None] + np.arange(patch)
            dy = (low - y[part])[:, None] + np.arange(patch)
            dx, dy = dx.astype(np.float32)[:, None, :], dy.astype(np.float32)[:, :, None]
            xx, xy, yy = form[:, part].astype(np.float32)[:, :, None, None]
            value = dx * (dy * xy)
            value += dx * dx * xx
            value += dy * dy * yy
            value = profile(value)
            value *= peak[part].astype(np.float32)[:, None, None]
            for spot, column, row in zip(value, left, low, strict=True):
                image[row : row + patch, column : column + patch] += spot
