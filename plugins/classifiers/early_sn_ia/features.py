"""All features of the module in one table, and which rows it judges."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.early_sn_ia import shape
from tom_alerce_like.plugins.classifiers.early_sn_ia.nights import Nights

Features = NDArray[np.float32]
#: No brightness, no number of points, no length of time: they would tell the survey that an example is from.
NAMES = (*shape.NAMES, "negative")
#: Detections that a judgement needs.
FEWEST = 3
#: Days after the brightest point that are "at most just past peak", and from the newest detection to the newest point.
PAST_PEAK_DAYS, SILENT_DAYS = 10.0, 15.0


def matrix(seen: Nights) -> tuple[Features, NDArray[np.bool_]]:
    """Return the features (n, len(NAMES)), and whose light curve is rising or at most just past peak (n,)."""
    with np.errstate(all="ignore"):
        table, past_peak_days = shape.features(seen)
        judged = (seen.total >= FEWEST) & (past_peak_days <= PAST_PEAK_DAYS) & (seen.silent_days <= SILENT_DAYS)
        return np.column_stack([table, seen.negative]).astype(np.float32), judged
