"""Images made ready for detection: what was observed, saturated cores filled, pixels binned."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Pixels = NDArray[np.float32]
Known = NDArray[np.bool_]

#: Holes in the image up to this area are filled from their edge; larger ones stay unknown.
HOLE_PX = 2000


def window(known: Known, align_px: int) -> tuple[slice, slice]:
    """Return rows and columns of the smallest rectangle of whole bins that holds what was observed."""
    ends = []
    for axis in (1, 0):
        at = np.flatnonzero(known.any(axis=axis))
        low, high = (at[0], at[-1] + 1) if len(at) else (0, 0)
        ends.append(slice(low // align_px * align_px, min(-(-high // align_px) * align_px, known.shape[1 - axis])))
    return ends[0], ends[1]


def filled(pixels: NDArray[Any], known: Known) -> tuple[Pixels, Known]:
    """Return the image with small holes closed by the mean of their edges, and what is known now.

    Cameras blank the cores of saturated stars and galaxies: a source without its core would be found at its rim.
    What stays unknown has the median of the image.
    """
    made, told = pixels.copy(), known.copy()
    numbers, count = ndimage.label(~known)
    for number, box in enumerate(ndimage.find_objects(numbers, count), 1):
        around = tuple(slice(max(side.start - 2, 0), side.stop + 2) for side in box)
        hole = numbers[around] == number
        if hole.sum() > HOLE_PX:
            continue
        edge = ndimage.binary_dilation(hole, iterations=2) & known[around]
        made[around][hole] = pixels[around][edge].mean() if edge.any() else np.nan
        told[around][hole] = edge.any()
    made[~told] = np.median(pixels[known]) if known.any() else 0
    return made, told


def binned(pixels: NDArray[Any], bin_px: int) -> Pixels:
    """Return the means of squares of pixels; what does not fill a square at the far edges is left out."""
    rows, columns = (size // bin_px * bin_px for size in pixels.shape)
    lines = pixels[:rows:bin_px].astype(np.float32)
    for start in range(1, bin_px):
        lines += pixels[start:rows:bin_px]
    total = lines[:, :columns:bin_px].copy()
    for start in range(1, bin_px):
        total += lines[:, start:columns:bin_px]
    return total / np.float32(bin_px**2)
