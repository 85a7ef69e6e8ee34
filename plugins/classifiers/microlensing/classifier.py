"""The module that serves: the fit of a lens in, a calibrated probability out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.microlensing.features import COLUMNS, NAMES, matrix
from tom_alerce_like.serving import platt

_FOLDER = Path(__file__).parent / "weights"
#: For LSST's objects of our Galaxy (a redshift of 0), for those of which that is unknown, and for all other surveys.
WEIGHTS = {name: _FOLDER / f"{name}.onnx" for name in ("lsst_star", "lsst", "ztf")}
VERSION = "1.1"
CLASSES = ("Microlensing", "other")
#: An object with at least this probability is called a lens.
FLAGGED = 0.5
#: Probability of a lens where a galaxy with a redshift is the host; no lens that was learned from has one.
HOSTED = 1e-3
_CHI2, _REDSHIFT = NAMES.index("chi2_per_point"), NAMES.index("host_redshift")


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
            scores[:, 0] = probability(matrix(alerts), (alerts["survey"] == "LSST").to_numpy(bool))
            scores[:, 1] = 1 - scores[:, 0]
        return pd.DataFrame(scores, index=alerts.index, columns=list(CLASSES))


def probability(features: NDArray[np.float32], of_lsst: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the shipped weights' probabilities of a lens, shape (n,): NaN where it is not judged."""
    made = np.full(len(features), np.nan)
    known, galaxy = judged(features), has_galaxy(features)
    star = features[:, _REDSHIFT] == 0
    for path, chosen in zip(WEIGHTS.values(), (of_lsst & star, of_lsst & ~star, ~of_lsst), strict=True):
        rows = known & ~galaxy & chosen
        if rows.any():
            made[rows] = platt(path, features[rows])
    made[known & galaxy] = HOSTED
    return made


def has_galaxy(features: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which rows have a host of known redshift."""
    return features[:, _REDSHIFT] > 1e-4


def judged(features: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which rows are judged."""
    return np.isfinite(features[:, _CHI2])
