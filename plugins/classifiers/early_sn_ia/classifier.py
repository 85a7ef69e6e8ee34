"""The module that serves: nightly means and a fit of the rise in, a calibrated probability out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.early_sn_ia.features import matrix
from tom_alerce_like.plugins.classifiers.early_sn_ia.nights import nights
from tom_alerce_like.serving import platt

_FOLDER = Path(__file__).parent / "weights"
#: LSST sees other redshifts than ZTF, and so other colours and speeds of the same supernovae.
WEIGHTS = {survey: _FOLDER / f"early_sn_ia_{survey.lower()}.onnx" for survey in ("ZTF", "LSST")}
VERSION = "1.0"
CLASSES = ("SNIa", "other")
#: Made once: to make it of strings costs as much as a judgement.
_COLUMNS = pd.Index(CLASSES)


class EarlySNIa:
    """Tells SNe Ia from what else rises, before or just past peak; docs/modules/early_sn_ia.md is its model card.

    Rows with fewer than three detections in g r i z, those past their peak, and other surveys' are not judged.
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
            survey = alerts["survey"].to_numpy()
            for name in WEIGHTS:
                rows = judged & (survey == name)
                if rows.any():
                    scores[rows, 0] = probability(features[rows], name)
            scores[:, 1] = 1 - scores[:, 0]
        return pd.DataFrame(scores, index=alerts.index, columns=_COLUMNS)


def probability(features: NDArray[np.float32], survey: str) -> NDArray[np.float64]:
    """Return the probabilities of a SN Ia by a survey's shipped weights, shape (n,)."""
    return platt(WEIGHTS[survey], features)
