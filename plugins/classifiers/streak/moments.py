"""The shape of the source in the middle by adaptive moments: the weight takes the shape of what it weighs.

Bernstein & Jarvis 2002, doi:10.1086/338085.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.streak.maps import Maps
from tom_alerce_like.plugins.classifiers.streak.middle import inner

Floats = NDArray[np.float32]
Shape = tuple[Floats, Floats, Floats]
#: Half the side of the box, the largest shift, the least and largest squared axis (pixels), and the number of steps.
_BOX_PX, _SHIFT_PX, _LEAST_PX2, _LARGEST_PX2, _STEPS = 10, 4.0, 0.3, 60.0, 8
_Y, _X = (axis.ravel() for axis in np.mgrid[-_BOX_PX : _BOX_PX + 1, -_BOX_PX : _BOX_PX + 1].astype(np.float32))


def moments(maps: Maps) -> dict[str, Floats]:
    """Return axes (dispersions), signal to noise and shift of the Gaussian that fits best; what is dark is a circle."""
    light = inner(maps.pixels, _BOX_PX)
    at = np.zeros((2, len(light), 1), np.float32)
    shape: Shape = (*np.full((2, len(light), 1), 2, np.float32), np.zeros((len(light), 1), np.float32))
    for _ in range(_STEPS):
        dx, dy = _X - at[0], _Y - at[1]
        xx, yy, xy = shape
        weighted = light * np.exp((xy * dx * dy - (yy * dx * dx + xx * dy * dy) / 2) / (xx * yy - xy * xy))
        flux = weighted.sum(1, keepdims=True)
        shift, second = (
            [(weighted * part).sum(1, keepdims=True) / np.maximum(flux, 1e-6) for part in parts]
            for parts in ((dx, dy), (dx * dx, dy * dy, dx * dy))
        )
        # a Gaussian times its weight is half as wide and half as far away
        at = np.where(flux > 0, np.clip(at + 2 * np.stack(shift), -_SHIFT_PX, _SHIFT_PX), at)
        xx, yy, xy = _bounded(*(2 * part for part in second))
        shape = (np.where(flux > 0, xx, shape[0]), np.where(flux > 0, yy, shape[1]), np.where(flux > 0, xy, shape[2]))
    longer, shorter = (np.sqrt(axis) for axis in _axes(*shape))
    found = {"major_px": longer, "minor_px": shorter, "gaussian_snr": flux / np.sqrt(np.pi * longer * shorter)}
    return {name: value[:, 0] for name, value in (found | {"shift_px": np.hypot(*at)}).items()}


def _axes(xx: Floats, yy: Floats, xy: Floats) -> tuple[Floats, Floats]:
    """Return the squared axes of second moments, the longer first, neither too short nor too long."""
    middle, half = (xx + yy) / 2, np.hypot((xx - yy) / 2, xy)
    return np.clip(middle + half, _LEAST_PX2, _LARGEST_PX2), np.clip(middle - half, _LEAST_PX2, _LARGEST_PX2)


def _bounded(xx: Floats, yy: Floats, xy: Floats) -> Shape:
    """Return second moments in the same direction whose axes are bounded."""
    longer, shorter = _axes(xx, yy, xy)
    half = np.hypot((xx - yy) / 2, xy)
    ratio = (longer - shorter) / np.maximum(2 * half, 1e-6)
    mean, part = (longer + shorter) / 2, ratio * (xx - yy) / 2
    return mean + part, mean - part, ratio * xy
