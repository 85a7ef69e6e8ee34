"""The module that serves: features in, calibrated probabilities out, by ONNX Runtime alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.variable_star import features, series
from tom_alerce_like.serving import notes, probabilities, session

WEIGHTS = Path(__file__).parent / "weights" / "variable_star.onnx"
VERSION = "1.1"
#: Classes of Richards et al. 2012 (arXiv:1204.4180) with at least 8 stars in the training set.
CLASSES = (
    "Beta_Cephei",
    "Beta_Lyrae",
    "Beta_Persei",
    "ChemPeculiar",
    "Classical_Cepheid",
    "Delta_Scuti",
    "LSP",
    "Mira",
    "PopII_Cepheid",
    "RCB",
    "RR_Lyrae_FM",
    "RR_Lyrae_FO",
    "RSG",
    "RS_CVn",
    "RV_Tauri",
    "SARG_A",
    "SARG_B",
    "Semireg_PV",
    "W_Ursae_Maj",
    "Weakline_T_Tauri",
)
#: What every class is given beside the trees' share: none is impossible.
LEAST = 0.003


class VariableStarClassifier:
    """Tells kinds of variable stars apart; docs/modules/variable_star.md is its model card.

    It answers "if this is a variable star, which?": the classes sum to 1 for a supernova, too.
    """

    name = "variable_star"
    version = VERSION
    columns = ("survey", "object_id", "reference_source_mag", "lightcurve")
    classes = CLASSES

    def score(self, alerts: pd.DataFrame) -> pd.DataFrame:
        """Return a probability for each class; rows of NaN for light curves that are too short."""
        curves = Curves.of(alerts)
        found = features.matrix(curves, series.has_magnitudes(alerts, curves))
        scores = np.full((len(alerts), len(CLASSES)), np.nan)
        known = np.isfinite(found).any(axis=1)
        if known.any():
            (shares,) = session(WEIGHTS).run(["logits"], {"features": found[known]})
            scores[known] = probabilities(logits(shares), float(notes(WEIGHTS)["temperature"]))
        return pd.DataFrame(scores, index=alerts.index, columns=list(CLASSES))


def logits(shares: NDArray[Any]) -> NDArray[np.float64]:
    """Return logits (n, classes) out of the trees' mean shares of the classes."""
    return np.log(np.maximum(shares, 0) + LEAST)
