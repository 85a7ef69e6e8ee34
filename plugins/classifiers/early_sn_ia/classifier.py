"""The module that serves: nightly means and a fit of the rise in, a calibrated probability out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.early_sn_ia.features import matrix
from tom_alerce_like.plugins.classifiers.early_sn_ia.nights import nights
from tom_alerce_like.plugins.classifiers.serving import notes, session

WEIGHTS = Path(__file__).parent / "weights" / "early_sn_ia.onnx"
VERSION = "1.0"
CLASSES = ("SNIa", "other")
#: Made once: to make it of strings costs as much as a judgement.
_COLUMNS = pd.Index(CLASSES)


class EarlySNIa:
    """Tells SNe Ia from what else rises, before or just past peak; docs/modules/early_sn_ia.md is its model card.

    Rows with fewer than three detections in g r i z, and those past their peak, are not judged.
    """

    name = "early_sn_ia"
    version = VERSION
    columns = ("survey", "object_id", "lightcurve")
    classes = CLASSES

    def score(self, alerts: pd.DataFrame) -> pd.DataFrame:
        """Return the probabilities of a SN Ia and of anything else; NaN where the module cannot judge."""
        scores = np.full((len(alerts), len(CLASSES)), np.nan)
        if len(alerts):
            features, judged = matrix(nights(Curves.of(alerts)))
            if judged.any():
                said = probability(features[judged])
                scores[judged] = np.column_stack([said, 1 - said])
        return pd.DataFrame(scores, index=alerts.index, columns=_COLUMNS)


def probability(features: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the shipped weights' probabilities of a SN Ia, shape (n,)."""
    (margin,) = session(WEIGHTS).run(["logits"], {"features": features})
    known = notes(WEIGHTS)
    return calibrated(margin[:, 0], float(known["slope"]), float(known["offset"]))


def calibrated(margin: NDArray[Any], slope: float, offset: float) -> NDArray[np.float64]:
    """Return the probability of margins (n,): Platt 1999."""
    return 1 / (1 + np.exp(-(slope * margin.astype(float) + offset)))
