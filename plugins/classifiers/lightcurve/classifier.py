"""The module that serves: features in, probabilities of the leaves out, by ONNX Runtime alone."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.lightcurve import features, from_lsst, nodes
from tom_alerce_like.plugins.classifiers.lightcurve.taxonomy import CLASSES
from tom_alerce_like.serving import notes, session

WEIGHTS = Path(__file__).parent / "weights" / "lightcurve.onnx"
VERSION = "1.0"
#: Detections in g and r of which fewer are not judged.
FEWEST = 2


class LightcurveClassifier:
    """Says which leaf of ALeRCE's taxonomy a light curve belongs to; docs/modules/lightcurve.md is its model card."""

    name = "lightcurve"
    version = VERSION
    columns = features.COLUMNS
    classes = CLASSES

    def score(self, alerts: pd.DataFrame) -> pd.DataFrame:
        """Return a probability for each leaf; rows of NaN where there are too few detections.

        They sum to 1 for ZTF. For LSST what belongs to no leaf (kilonova, microlensing, flare star) is missing.
        """
        scores = np.full((len(alerts), len(CLASSES)), np.nan)
        curves = Curves.of(alerts)
        survey = alerts["survey"].to_numpy(object)
        for mine, judge in (((survey == "ZTF") & judged(curves), ztf), (survey == "LSST", from_lsst.probabilities)):
            rows = np.flatnonzero(mine)
            if len(rows):
                whole = len(rows) == len(alerts)
                scores[rows] = judge(*((alerts, curves) if whole else (alerts.iloc[rows], curves.take(rows))))
        return pd.DataFrame(scores, index=alerts.index, columns=_index())


@cache
def _index() -> pd.Index:
    return pd.Index(CLASSES, dtype="str")


def judged(curves: Curves) -> NDArray[np.bool_]:
    """Tell which light curves have enough detections in g and r."""
    read = curves.is_detection & ((curves.band == features.G) | (curves.band == features.R))
    return curves.count(read) >= FEWEST


def ztf(alerts: pd.DataFrame, curves: Curves) -> NDArray[np.float64]:
    """Return the probabilities (n, leaves) of light curves in g and r."""
    return served(features.matrix(alerts, curves))


def served(found: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the probabilities (n, leaves) by the shipped weights for features (n, `features.NAMES`)."""
    (logits,) = session(WEIGHTS).run(["logits"], {"features": found})
    return nodes.leaves(logits, features.detections(found), json.loads(notes(WEIGHTS)["temperatures"]))
