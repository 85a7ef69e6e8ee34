"""The module that serves: features in, calibrated probabilities out, by ONNX Runtime alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.stamp import measurements
from tom_alerce_like.plugins.classifiers.stamp.features import COLUMNS, NAMES, matrix
from tom_alerce_like.serving import notes, probabilities, session

WEIGHTS = Path(__file__).parent / "weights" / "stamp.onnx"
#: What the trees tell apart, and what the net adds.
LEARNED = ("SN", "AGN", "VS", "asteroid", "bogus")
CLASSES = (*LEARNED, "satellite")
VERSION = "1.0"
#: Trained on ZTF; of LSST the pixels alone are judged.
SURVEYS = ("ZTF", "LSST")
#: Questions that have trees of their own: what varies in place, and what was not there before.
PAIRS = (("AGN", "VS"), ("SN", "asteroid"))
#: Alerts whose pixels are missing and of which fewer measurements are known are not judged.
FEWEST = 3
_PACKET = [NAMES.index(name) for name in measurements.NAMES]
_MEASURED = [NAMES.index(name) for group in measurements.GROUPS.values() for name in group]
_SATELLITE = NAMES.index("simulated_satellite")


class StampClassifier:
    """Tells what an alert is from its stamps and measurements; docs/modules/stamp.md is its model card."""

    name = "stamp"
    version = VERSION
    columns = COLUMNS
    classes = CLASSES

    def score(self, alerts: pd.DataFrame) -> pd.DataFrame:
        """Return a probability for each class; rows of NaN where the module cannot judge."""
        features = matrix(alerts)
        scores = np.full((len(alerts), len(CLASSES)), np.nan)
        survey = alerts["survey"].to_numpy()
        # other surveys measure other things by the same names
        features[np.ix_(survey != "ZTF", _PACKET)] = np.nan
        known = np.isin(survey, SURVEYS) & judged(features)
        if known.any():
            (margins,) = session(WEIGHTS).run(["logits"], {"features": features[known]})
            learned = probabilities(answers(margins), float(notes(WEIGHTS)["temperature"]))
            scores[known] = with_satellites(learned, features[known])
        return pd.DataFrame(scores, index=alerts.index, columns=list(CLASSES))


def judged(features: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell of which alerts enough is known."""
    measured = np.isfinite(features[:, _MEASURED]).sum(axis=1)
    return (measured >= FEWEST) | np.isfinite(features[:, _SATELLITE])


def answers(margins: NDArray[np.float32] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return log probabilities (n, learned) of what the trees say (n, learned + pairs).

    The first trees tell the classes apart. Those of a pair were trained with nothing else and say how likely the first
    of the two is: their answer divides what the first trees give to both.
    """
    logs = np.log(probabilities(margins[:, : len(LEARNED)], 1.0))
    for number, pair in enumerate(PAIRS):
        first, second = (LEARNED.index(name) for name in pair)
        odds, either = margins[:, len(LEARNED) + number].astype(float), np.logaddexp(logs[:, first], logs[:, second])
        logs[:, first], logs[:, second] = either - np.logaddexp(0, -odds), either - np.logaddexp(0, odds)
    return logs


def with_satellites(learned: NDArray[np.float64], features: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the probabilities (n, classes): what the net takes for a satellite is taken from the others."""
    satellite = np.exp(np.nan_to_num(features[:, [_SATELLITE]].astype(float), nan=-np.inf))
    return np.concatenate([learned * (1 - satellite), satellite], axis=1)
