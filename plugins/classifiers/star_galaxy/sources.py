"""The sky of a stamp, and the source that is nearest to the alert."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: A peak is that many times the noise of the smoothed stamp, and brighter than all within REACH_PX in x and y.
DETECTED_SIGMA, REACH_PX = 5.0, 3
_CLIPPED_SIGMA, _CLIPS = 3.0, 4
#: Below the median of Gaussian noise lies one sigma at this fraction of the values.
_ONE_SIGMA = 0.158655
#: What remains of white noise after smoothing twice by 1 2 1 in x and y: (70 / 256) per axis.
_SMOOTHED_NOISE = 70 / 256
#: Pixels that are larger are broken.
LARGEST = 1e30


class Sky(NamedTuple):
    """Level and noise of each stamp's sky, shape (n,); NaN for a stamp without pixels."""

    level: Floats
    noise: Floats


def sky(stamps: Floats) -> Sky:
    """Return the sky of stamps (n, ny, nx): the median of what is not 3 sigma above it, and the noise below it."""
    values = np.sort(stamps.reshape(len(stamps), -1), axis=1)  # NaN last
    count = np.isfinite(values).sum(axis=1)
    for _ in range(_CLIPS):
        level, low = _at(values, 0.5 * count), _at(values, _ONE_SIGMA * count)
        count = (values <= (level + _CLIPPED_SIGMA * (level - low))[:, None]).sum(axis=1)
    level, low = _at(values, 0.5 * count), _at(values, _ONE_SIGMA * count)
    return Sky(level, np.where(level > low, level - low, np.nan))


def _at(values: Floats, place: Floats) -> Floats:
    return np.take_along_axis(values, np.minimum(place.astype(int), values.shape[1] - 1)[:, None], axis=1)[:, 0]


def without_sky(stamps: Floats, of: Sky) -> Floats:
    """Return stamps less their sky, 0 where there is no pixel."""
    return np.nan_to_num(stamps - of.level[:, None, None])


def nearest(images: Floats, noise: Floats) -> tuple[Floats, Floats]:
    """Return x and y of the peak nearest to the middle of images (n, ny, nx) without sky; NaN where there is none."""
    smooth = images
    for axis in (1, 2):
        for _ in range(2):
            smooth = _smoothed(smooth, axis)
    peak = (smooth >= _highest(smooth)) & (smooth > (DETECTED_SIGMA * _SMOOTHED_NOISE * noise)[:, None, None])
    ny, nx = images.shape[1:]
    distance = np.hypot(np.arange(ny)[:, None] - ny // 2, np.arange(nx) - nx // 2)
    flat = np.where(peak, distance, np.inf).reshape(len(images), -1)
    best = flat.argmin(axis=1)
    found = np.isfinite(np.take_along_axis(flat, best[:, None], axis=1)[:, 0])
    return np.where(found, best % nx, np.nan), np.where(found, best // nx, np.nan)


def _shifted(images: Floats, axis: int, reach: int, outside: float) -> list[Floats]:
    """Return the images shifted along an axis by -reach to reach pixels."""
    sides = [(reach, reach) if number == axis else (0, 0) for number in range(3)]
    padded, length = np.pad(images, sides, constant_values=outside), images.shape[axis]
    return [np.take(padded, range(step, step + length), axis=axis) for step in range(2 * reach + 1)]


def _smoothed(images: Floats, axis: int) -> Floats:
    before, here, after = _shifted(images, axis, 1, 0.0)
    return (before + 2 * here + after) / 4


def _highest(images: Floats) -> Floats:
    for axis in (1, 2):
        images = np.maximum.reduce(_shifted(images, axis, REACH_PX, -np.inf))
    return images
