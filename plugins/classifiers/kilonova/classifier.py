"""The module that serves: rates, colours and limits in, a calibrated probability out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.kilonova.features import COLUMNS, NAMES, matrix
from tom_alerce_like.serving import platt

WEIGHTS = Path(__file__).parent / "weights" / "kilonova.onnx"
VERSION = "1.1"
CLASSES = ("KN", "other")
#: Detections must be so far apart, and the rate of fading known so well: one night alone, or one point in each of two
#: bands, does not tell a kilonova from anything else that is new.
SHORTEST_DAYS, LARGEST_ERR_MAG_PER_DAY = 0.4, 0.5
#: By then a kilonova has gone, and nothing as old was learned from.
LONGEST_DAYS = 20.0
#: An object with at least this probability is flagged.
FLAGGED = 0.5
_DAYS, _AGE, _ERR = (NAMES.index(name) for name in ("days_observed", "days_since_first", "long_fading_err"))
#: Made once: to make it of strings costs as much as a judgement.
_COLUMNS = pd.Index(CLASSES)


class KilonovaClassifier:
    """Tells kilonovae from whatever else is new on the sky; docs/modules/kilonova.md is its model card.

    Probabilities are for nights on which 5 per cent of the new objects are kilonovae. Rows whose detections lie within
    a single night, or leave the rate of fading open, are not judged, nor are those that are 20 days old.
    """

    name = "kilonova"
    version = VERSION
    columns = ("survey", "object_id", "lightcurve", *COLUMNS)
    classes = CLASSES

    def score(self, alerts: pd.DataFrame) -> pd.DataFrame:
        """Return the probabilities of a kilonova and of anything else; NaN where the module cannot judge."""
        scores = np.full((len(alerts), len(CLASSES)), np.nan)
        if len(alerts):
            scores[:, 0] = probability(matrix(alerts))
            scores[:, 1] = 1 - scores[:, 0]
        return pd.DataFrame(scores, index=alerts.index, columns=_COLUMNS)


def probability(features: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the shipped weights' probabilities of a kilonova, shape (n,): NaN where it is not judged."""
    made = np.full(len(features), np.nan)
    known = judged(features)
    if known.any():
        made[known] = platt(WEIGHTS, features[known])
    return made


def judged(features: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which rows are judged."""
    new = (features[:, _DAYS] >= SHORTEST_DAYS) & (features[:, _AGE] <= LONGEST_DAYS)
    return new & (features[:, _ERR] <= LARGEST_ERR_MAG_PER_DAY)
