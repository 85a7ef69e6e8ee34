"""The module that serves: measurements of the stamps in, probabilities out, by ONNX Runtime alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tom_alerce_like.plugins.classifiers import pixels
from tom_alerce_like.serving import probabilities, session

WEIGHTS = Path(__file__).parent / "weights" / "streak.onnx"
CLASSES = ("asteroid streak", "satellite", "none")
VERSION = "1.0"


class StreakClassifier:
    """Tells whether something moved through the stamp; docs/modules/streak.md is its model card.

    An asteroid's streak is short and at the alert; ``satellite`` is a trail that crosses the stamp, wherever it passes,
    or a row of glints. Alerts without a difference image are not judged.
    """

    name = "streak"
    version = VERSION
    columns = pixels.COLUMNS
    classes = CLASSES

    def score(self, alerts: pd.DataFrame) -> pd.DataFrame:
        """Return a probability for each class; rows of NaN where the module cannot judge."""
        from tom_alerce_like.plugins.classifiers.streak.features import matrix

        scores = np.full((len(alerts), len(CLASSES)), np.nan)
        features = matrix(pixels.triplets(alerts))
        known = np.isfinite(features).any(axis=1)
        if known.any():
            (logits,) = session(WEIGHTS).run(["logits"], {"features": features[known]})
            scores[known] = probabilities(logits, 1.0)
        return pd.DataFrame(scores, index=alerts.index, columns=list(CLASSES))
