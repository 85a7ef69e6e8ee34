"""The module that serves: features in, calibrated probabilities out, by ONNX Runtime alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tom_alerce_like.plugins.classifiers.transient.features import COLUMNS, matrix
from tom_alerce_like.serving import notes, probabilities, session

WEIGHTS = Path(__file__).parent / "weights" / "transient.onnx"
CLASSES = ("SN", "AGN", "VS", "asteroid", "bogus")
VERSION = "1.0"
#: Alerts of which fewer measurements are known are not judged.
FEWEST = 3


class TransientClassifier:
    """Tells supernovae from what else varies, moves or fails in ZTF; docs/modules/transient.md is its model card.

    Alerts of other surveys are not judged: there was nothing to learn them from.
    """

    name = "transient"
    version = VERSION
    columns = ("survey", *COLUMNS)
    classes = CLASSES

    def score(self, alerts: pd.DataFrame) -> pd.DataFrame:
        """Return a probability for each class; rows of NaN where the module cannot judge."""
        features = matrix(alerts)
        scores = np.full((len(alerts), len(CLASSES)), np.nan)
        known = (alerts["survey"] == "ZTF").to_numpy() & (np.isfinite(features).sum(axis=1) >= FEWEST)
        if known.any():
            (logits,) = session(WEIGHTS).run(["logits"], {"features": features[known]})
            scores[known] = probabilities(logits, float(notes(WEIGHTS)["temperature"]))
        return pd.DataFrame(scores, index=alerts.index, columns=list(CLASSES))
