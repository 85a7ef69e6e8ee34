"""Lines across a stamp: where each lies in the array of pixels, for all angles alike."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tom_alerce_like.plugins.classifiers.pixels import SIZE_PX

Index = NDArray[np.intp]
Floats = NDArray[np.float32]
HALF_PX = SIZE_PX // 2
#: Half a turn in steps of 3.75 degrees: at the stamp's edge a line is at most a pixel from the nearest of them.
ANGLES = 48
#: Lines pass the middle at this distance at most, in pixels.
REACH_PX = 26
OFFSETS = 2 * REACH_PX + 1
#: Places along a line, from its point nearest to the middle on.
PLACES_PX = np.arange(-HALF_PX, HALF_PX + 1)
#: The pixel that stands for everything outside the stamp.
_OUTSIDE = SIZE_PX**2


@cache
def lines() -> Index:
    """Return the pixel at each place of each line, shape (angles, offsets, 63); one past the last outside the stamp.

    Offsets run from -`REACH_PX` to `REACH_PX` across the line, places from -31 to 31 along it.
    """
    angle = (np.arange(ANGLES) * np.pi / ANGLES)[:, None, None]
    across = np.arange(-REACH_PX, REACH_PX + 1)[None, :, None]
    place = PLACES_PX[None, None, :]
    x = np.rint(place * np.cos(angle) - across * np.sin(angle)).astype(int) + HALF_PX
    y = np.rint(place * np.sin(angle) + across * np.cos(angle)).astype(int) + HALF_PX
    inside = (x >= 0) & (x < SIZE_PX) & (y >= 0) & (y < SIZE_PX)
    return np.where(inside, y * SIZE_PX + x, _OUTSIDE)


@cache
def _matrix() -> csr_array:
    pixel = lines().reshape(-1, SIZE_PX)
    line, at = np.nonzero(pixel != _OUTSIDE)
    return csr_array((np.ones(len(line), np.float32), (line, pixel[line, at])), (len(pixel), _OUTSIDE))


def sums(images: Floats) -> Floats:
    """Return the sum of images (n, 63, 63) along each line, shape (n, angles, offsets): the Radon transform."""
    return (_matrix() @ images.reshape(len(images), -1).T).T.reshape(-1, ANGLES, OFFSETS)


def fan(images: Floats, reach_px: int) -> Floats:
    """Return images along all lines near the middle, shape (n, angles, 2 * reach_px + 1, 63): 0 outside."""
    near = lines()[:, REACH_PX - reach_px : REACH_PX + reach_px + 1]
    # unlike indexing, this lays out one stamp as it does many, so that sums over it are the same to the last digit
    return np.take(_padded(images, 0), near, axis=1)


def along(images: Floats, angle: Index, offset: Index) -> Floats:
    """Return the pixels along one line of each image, shape (n, 63): NaN outside."""
    return np.take_along_axis(_padded(images, np.nan), lines()[angle, offset], axis=1)


def _padded(images: Floats, value: float) -> Floats:
    return np.pad(images.reshape(len(images), -1), ((0, 0), (0, 1)), constant_values=value)
