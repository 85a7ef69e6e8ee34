"""The module that serves: evidences of templates in, calibrated probabilities out, by NumPy and ONNX Runtime."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.supernova_type.bank import CLASSES
from tom_alerce_like.plugins.classifiers.supernova_type.features import matrix
from tom_alerce_like.serving import notes, probabilities, session

WEIGHTS = Path(__file__).parent / "weights" / "supernova_type.onnx"
VERSION = "1.0"
#: Surveys that have trees of their own; others are judged as LSST.
SURVEYS = ("LSST", "ZTF")
#: How frequent the classes are taken to be: between their frequencies in a survey that is limited by brightness (0.55,
#: 0.32, 0.09, 0.04) and what makes the answers for the lessons best on the mean of the classes.
PRIOR = {"SNIa": 0.45, "SNII": 0.38, "SNIbc": 0.12, "SLSN": 0.05}
#: Columns of the alert table beside the light curve.
ABOUT = ("host_redshift", "host_redshift_err", "mw_ebv")


def seen(table: pd.DataFrame, curves: Curves) -> NDArray[np.float32]:
    """Return the features of a table whose light curves, as far as they are known, are ``curves``."""
    redshift, error, ebv = (pd.to_numeric(table[name], errors="coerce").to_numpy(float) for name in ABOUT)
    return matrix(curves, redshift, error, ebv, table["survey"].to_numpy())


def judge(features: NDArray[np.float32], survey: NDArray[Any]) -> NDArray[np.float64]:
    """Return the probabilities of the classes that the shipped weights give, shape (n, classes)."""
    (logits,) = session(WEIGHTS).run(["logits"], {"features": features})
    made = np.empty((len(features), len(CLASSES)))
    code = np.where(np.asarray(survey) == "ZTF", 1, 0)
    for number, name in enumerate(SURVEYS):
        rows, first = code == number, number * len(CLASSES)
        if rows.any():
            temperature = float(notes(WEIGHTS)[f"temperature_{name}"])
            made[rows] = probabilities(logits[rows, first : first + len(CLASSES)], temperature)
    return made


class SupernovaType:
    """Tells which kind of supernova it is, if it is one; docs/modules/supernova_type.md is its model card.

    Objects without a detection are not judged.
    """

    name = "supernova_type"
    version = VERSION
    columns = ("survey", "object_id", *ABOUT, "lightcurve")
    classes = CLASSES

    def score(self, alerts: pd.DataFrame) -> pd.DataFrame:
        """Return a probability for each class; rows of NaN where the module cannot judge."""
        scores = np.full((len(alerts), len(CLASSES)), np.nan)
        curves = Curves.of(alerts)
        rows = np.flatnonzero(curves.count(curves.is_detection) > 0)
        if len(rows):
            known = alerts.iloc[rows]
            scores[rows] = judge(seen(known, curves.take(rows)), known["survey"].to_numpy())
        return pd.DataFrame(scores, index=alerts.index, columns=list(CLASSES))
