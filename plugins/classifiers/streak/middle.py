"""The source in the middle: how long, how wide, how much better a line fits than a point."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.streak.geometry import ANGLES, HALF_PX
from tom_alerce_like.plugins.classifiers.streak.maps import PSF_PX, Maps

Floats = NDArray[np.float32]
Number = TypeVar("Number", bound=np.generic)
#: Lengths of the lines that are tried, and how far from the alert their middles may be.
LENGTHS_PX, _SHIFT_PX = (3, 5, 8, 12, 18, 26), 6


def segments(maps: Maps, fan: Floats) -> dict[str, Floats]:
    """Return how well lines of each length fit near the middle; ``fan`` is the map along lines (n, angles, ., 63).

    A line of n pixels is a sum of n places of the map over the noise of that sum; the best of all directions counts.
    """
    point = inner(maps.seen, 3).max(1)
    divisor = np.maximum(point, 1)
    found = {"point_snr": point}
    total = np.cumsum(fan, axis=3)
    every = np.arange(len(fan))
    for length in LENGTHS_PX:
        first = HALF_PX - length // 2 - _SHIFT_PX
        ends, before = (
            slice(first + length - 1, first + length + 2 * _SHIFT_PX),
            slice(first - 1, first + 2 * _SHIFT_PX),
        )
        best = (total[..., ends] - total[..., before]).max(axis=(2, 3)) / _noise(length)
        angle = best.argmax(1)
        snr = best[every, angle]
        found[f"line_{length}"] = snr / divisor
        found[f"across_{length}"] = best[every, (angle + ANGLES // 2) % ANGLES] / np.maximum(snr, 1)
    lines = np.stack([found[f"line_{length}"] for length in LENGTHS_PX])
    found["best_length_px"] = np.array(LENGTHS_PX)[lines.argmax(0)]
    found["gain"] = (lines.max(0) ** 2 - 1) * divisor**2
    found["sharpness"] = inner(maps.pixels, 7).max(1) / divisor
    found["hole_snr"] = inner(maps.seen, 7).min(1)
    return found | {"in_template": inner(maps.template, 2).max(1), "in_science": inner(maps.science, 2).max(1)}


def inner(images: NDArray[Number], half_px: int) -> NDArray[Number]:
    """Return the pixels of the square of 2 * half_px + 1 in the middle, shape (n, pixels)."""
    inside = slice(HALF_PX - half_px, HALF_PX + half_px + 1)
    return images[:, inside, inside].reshape(len(images), -1)


def _noise(length: int) -> float:
    """Return the noise of a sum of places of the map, which the PSF makes depend on each other."""
    apart = np.subtract.outer(np.arange(length), np.arange(length))
    return float(np.sqrt(np.exp(-((apart / (2 * PSF_PX)) ** 2)).sum()))
