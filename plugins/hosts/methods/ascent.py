"""Uphill in the image: from the transient along the gradient of the light until there is no higher place.

After the last step of GHOST (Gagliano et al. 2021, ApJ 908, 170, arXiv:2008.09630), here in one band. The image is
smoothed first, so that the walk does not end on a peak of the noise, and a walk that ends far from any source, or that
begins on empty sky, has no answer.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tom_alerce_like.plugins.hosts.fields import Fields
from tom_alerce_like.plugins.hosts.methods.best import Floats
from tom_alerce_like.plugins.hosts.methods.plain import sources
from tom_alerce_like.plugins.hosts.pixels import binned

BIN_PX = 2
#: Width of the smoothing, a standard deviation.
SMOOTHING_ARCSEC = 1.0
#: The walk belongs to a source whose centre is this close to its end.
SNAP_ARCSEC = 3.0


def locate(fields: Fields) -> Floats:
    """Return east and north (arcsec) of the detection at the walk's end, shape (n, 2); NaN where there is none."""
    ends = np.array([_end(image, fields.pixel_arcsec) for image in fields.images]).reshape(-1, 2)
    candidates = sources(fields)
    row = candidates["row"].to_numpy()
    at = candidates[["east_arcsec", "north_arcsec"]].to_numpy()
    apart = np.hypot(*(at - ends[row]).T)
    made = np.full((len(fields), 2), np.nan)
    order = np.argsort(-apart, kind="stable")
    near = order[apart[order] < SNAP_ARCSEC]
    made[row[near]] = at[near]  # the nearest is written last
    return made


def _end(image: NDArray[Any], pixel_arcsec: float) -> tuple[float, float]:
    """Return east and north in arcsec of the place from which every way leads down."""
    light = binned(np.nan_to_num(image, nan=float(np.nanmedian(image)) if np.isfinite(image).any() else 0.0), BIN_PX)
    step_arcsec = pixel_arcsec * BIN_PX
    smooth = ndimage.gaussian_filter(light, SMOOTHING_ARCSEC / step_arcsec)
    middle = [(size - 1) / 2 for size in image.shape]
    row, column = (int(at) // BIN_PX for at in middle)
    while True:
        top, left = max(row - 1, 0), max(column - 1, 0)
        around = smooth[top : row + 2, left : column + 2]
        up, right = np.unravel_index(np.argmax(around), around.shape)
        if around[up, right] <= smooth[row, column]:
            break
        row, column = top + int(up), left + int(right)
    y, x = ((at + 0.5) * BIN_PX - 0.5 for at in (row, column))
    return (middle[1] - x) * pixel_arcsec, (y - middle[0]) * pixel_arcsec
