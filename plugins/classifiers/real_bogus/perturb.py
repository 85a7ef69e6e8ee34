"""Real stamps, changed a little or a lot: more of what a survey's camera and subtraction really make."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter

from tom_alerce_like.plugins.classifiers.pixels import SIZE_PX, Pixels
from tom_alerce_like.plugins.classifiers.simulate import edge
from tom_alerce_like.plugins.classifiers.simulate.emptied import noise
from tom_alerce_like.plugins.classifiers.simulate.scene import CENTRE_PX, X_PX, Y_PX

Random = np.random.Generator
#: Fractions of stamps that are centred on another source, get another's template or difference, get noise, are
#: brightened or dimmed, and shifted; that lose a stamp, what lies beyond an edge, or a masked block.
CENTRED, EXCHANGED, NOISY, SCALED, SHIFTED, LOST, CUT, MASKED = 0.3, 0.15, 0.4, 0.3, 0.3, 0.03, 0.1, 0.1
#: Other sources are looked for at these distances; the highest few peaks are candidates.
_NEAR_PX, _FAR_PX, _PEAKS = 5, 24, 8
_RING = (np.hypot(X_PX, Y_PX) > _NEAR_PX) & (np.hypot(X_PX, Y_PX) < _FAR_PX)


def perturbed(n: int, stamps: Pixels, rng: Random) -> tuple[Pixels, NDArray[np.int64], NDArray[np.bool_]]:
    """Return n stamps (n, 3, 63, 63), the row of the stamp that each was, and whether it still shows the same alert."""
    rows = rng.integers(len(stamps), size=n)
    same = np.ones(n, bool)
    made = stamps[rows]
    for number, images in enumerate(made):
        draw = rng.random()
        if draw < CENTRED:
            images[:] = recentred(images, rng)
        elif draw < CENTRED + EXCHANGED:
            kind = rng.integers(1, 3)
            images[kind] = stamps[rng.integers(len(stamps)), kind]
        same[number] = draw >= CENTRED + EXCHANGED
        _change(images, rng)
    return made, rows, same


def recentred(images: Pixels, rng: Random) -> Pixels:
    """Return the stamp with another of its sources in the middle, mirrored at the edges."""
    seen = np.nan_to_num(images[2 if rng.random() < 0.5 else 0], posinf=0, neginf=0)
    height = np.abs(seen - np.median(seen))
    peaks = np.flatnonzero(_RING & (height == maximum_filter(height, 3)))
    highest = peaks[np.argsort(height.ravel()[peaks])[-_PEAKS:]]
    y, x = np.unravel_index(rng.choice(highest), height.shape)
    wide = np.pad(images, ((0, 0), (CENTRE_PX,) * 2, (CENTRE_PX,) * 2), mode="reflect")
    return wide[:, y : y + SIZE_PX, x : x + SIZE_PX]


def _change(images: Pixels, rng: Random) -> None:
    if rng.random() < NOISY:
        grain = rng.standard_normal(images[0].shape) * noise(images[2]) * rng.uniform(0.2, 1.5)
        images[[0, 2]] += grain.astype(np.float32)
    if rng.random() < SCALED:
        images[[0, 2]] += images[2] * np.float32(rng.uniform(0.3, 1.5) - 1)
    if rng.random() < SHIFTED:
        images[:] = np.roll(images, rng.integers(-1, 2, 2), axis=(1, 2))
    if rng.random() < LOST:
        images[rng.integers(3)] = np.nan
    if rng.random() < CUT:
        edge.cut(images, rng)
    if rng.random() < MASKED:
        edge.mask(images, rng)
