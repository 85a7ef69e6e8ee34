"""The period of objects with many detections; the rest have none."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.variable_star import cycle, series

Floats = NDArray[np.float64]
NAMES = (
    "log_period",
    "power",
    "rest_sine",
    "rest_full",
    "gain_doubled",
    "odd_harmonics",
    "ratio_2",
    "rise",
    "faint_part",
)
#: Detections from which a period is looked for.
FEWEST = 20


def columns(seen: Curves) -> list[Floats]:
    """Return the features `NAMES` of detections, NaN below `FEWEST` of them.

    Light curves are taken one by one: each has its own times and thus its own grid of frequencies.
    """
    made = np.full((len(NAMES), seen.n), np.nan)
    rows = np.flatnonzero(np.diff(seen.offsets) >= FEWEST)
    if len(rows):
        for place, one in series.of(seen.take(rows), np.zeros(len(rows), bool)):
            found = cycle.features(one)
            made[:, rows[place]] = [found[name] for name in NAMES]
    return list(made)
