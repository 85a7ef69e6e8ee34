"""What the module sees of alerts: their measurements, what their pixels show, and what a net says of the pixels."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers import pixels
from tom_alerce_like.plugins.classifiers.normalise import normalised
from tom_alerce_like.plugins.classifiers.stamp import measurements, net, shapes

NAMES = measurements.NAMES + shapes.NAMES + net.NAMES
COLUMNS = tuple(dict.fromkeys((*measurements.COLUMNS, *pixels.COLUMNS)))
#: Features that come from one source, and so are missing together.
GROUPS = {**measurements.GROUPS, **measurements.DERIVED, "pixels": shapes.NAMES + net.NAMES}
#: Alerts that are measured at a time: their stamps stay in a few tens of megabytes.
_CHUNK = 256


def matrix(alerts: pd.DataFrame) -> NDArray[np.float32]:
    """Return the features of alerts, shape (n, NAMES): NaN where something is not known."""
    return np.concatenate([measurements.matrix(alerts), _seen(alerts)], axis=1)


def _seen(alerts: pd.DataFrame) -> NDArray[np.float32]:
    made = np.empty((len(alerts), len(shapes.NAMES + net.NAMES)), np.float32)
    for start in range(0, len(alerts), _CHUNK):
        rows = slice(start, start + _CHUNK)
        seen = normalised(pixels.triplets(alerts.iloc[rows]))
        made[rows] = np.concatenate([shapes.matrix(seen), net.matrix(seen)], axis=1)
    return made
