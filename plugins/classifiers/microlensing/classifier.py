"""The module that serves: the fit of a lens in, a calibrated probability out."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.microlensing.features import COLUMNS, NAMES, matrix
from tom_alerce_like.plugins.classifiers.serving import notes, session

WEIGHTS = Path(__file__).parent / "weights" / "microlensing.onnx"
VERSION = "1.0"
CLASSES = ("Microlensing", "other")
#: An object with at least this probability is called a lens.
FLAGGED = 0.5
_CHI2 = NAMES.index("chi2_per_point")


class MicrolensingClassifier:
    """Tells single lenses from all else that varies; docs/modules/microlensing.md is its model card.

    Rows with fewer than six points, limits included, are not judged.
    """

    name = "microlensing"
    version = VERSION
    columns = ("survey", "object_id", "lightcurve", *COLUMNS)
    classes = CLASSES

    def score(self, alerts: pd.DataFrame) -> pd.DataFrame:
        """Return the probabilities of a lens and of anything else; NaN where the module cannot judge."""
        scores = np.full((len(alerts), len(CLASSES)), np.nan)
        if len(alerts):
            scores[:, 0] = probability(matrix(alerts))
            scores[:, 1] = 1 - scores[:, 0]
        return pd.DataFrame(scores, index=alerts.index, columns=list(CLASSES))


def probability(features: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the shipped weights' probabilities of a lens, shape (n,): NaN where it is not judged."""
    made = np.full(len(features), np.nan)
    known = judged(features)
    if known.any():
        (margin,) = session(WEIGHTS).run(["logits"], {"features": features[known]})
        made[known] = calibrated(margin[:, 0], *_calibration())
    return made


@cache
def _calibration() -> tuple[float, float]:
    """Return slope and offset; to ask the session for them costs as much as the trees."""
    written = notes(WEIGHTS)
    return float(written["slope"]), float(written["offset"])


def judged(features: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which rows are judged."""
    return np.isfinite(features[:, _CHI2])


def calibrated(margin: NDArray, slope: float, offset: float) -> NDArray[np.float64]:
    """Return the probability of margins (n,): Platt 1999."""
    return 1 / (1 + np.exp(-(slope * margin.astype(float) + offset)))
