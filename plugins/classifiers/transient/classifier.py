"""The module that serves: features in, calibrated probabilities out, by ONNX Runtime alone."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.transient.features import COLUMNS, matrix

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
            session = _session()
            (logits,) = session.run(["logits"], {"features": features[known]})
            scores[known] = probabilities(logits, _temperature(session))
        return pd.DataFrame(scores, index=alerts.index, columns=list(CLASSES))


def probabilities(logits: NDArray[Any], temperature: float) -> NDArray[np.float64]:
    """Return the softmax of logits over a temperature; above 1 it takes confidence away."""
    scaled = logits.astype(float) / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@cache
def _session() -> Any:
    """Load the weights, once per process."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # more threads would sum the trees of a single row in another order than those of a batch
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(WEIGHTS), options, providers=["CPUExecutionProvider"])


def _temperature(session: Any) -> float:
    return float(session.get_modelmeta().custom_metadata_map["temperature"])
