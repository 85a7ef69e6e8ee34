"""What the module measures on a stamp; nothing that it measures depends on the direction of a line."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.pixels import Pixels
from tom_alerce_like.plugins.classifiers.streak import across, geometry, middle, moments, row
from tom_alerce_like.plugins.classifiers.streak.maps import Maps, maps
from tom_alerce_like.plugins.classifiers.streak.middle import inner

Floats = NDArray[np.float32]
#: Stamps that are measured at once: what they become along all lines stays in the processor's cache.
_AT_ONCE = 32
#: How far from the middle a streak or a row of dots may pass.
_REACH_PX = 4
#: Not measured: of the difference fewer than half of the 15 x 15 pixels in the middle are known, or it is flat.
_HALF_PX, _LEAST = 7, 0.5


def matrix(triplets: Pixels) -> Floats:
    """Return the features of stamps (n, 3, 63, 63), shape (n, features): rows of NaN where nothing can be measured.

    Features of a science stamp or template that is missing are NaN.
    """
    parts = [_measured(maps(triplets[start : start + _AT_ONCE])) for start in range(0, len(triplets), _AT_ONCE)]
    return np.concatenate(parts) if parts else np.empty((0, 0), np.float32)


def _measured(found: Maps) -> Floats:
    fan = geometry.fan(found.seen, _REACH_PX)
    measured = middle.segments(found, fan) | moments.moments(found) | across.line(found) | row.row(found, fan)
    table = np.stack(list(measured.values()), axis=1).astype(np.float32)
    known = (inner(found.known, _HALF_PX).mean(1) >= _LEAST) & found.pixels.any(axis=(1, 2))
    return np.where(known[:, None], table, np.float32(np.nan))
