"""What the classes of PLAsTiCC, which light curves of LSST are judged by, are in the taxonomy."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.lightcurve.lsst import classifier
from tom_alerce_like.plugins.classifiers.lightcurve.taxonomy import CLASSES

#: Classes of another name. Kilonovae, microlensing and flares of red dwarfs are no leaf: their part is given to none.
LEAVES = {"SNIax": "SNIa", "SNIa-91bg": "SNIa"}
#: Detections in any band of which fewer are not judged.
FEWEST = 2


def probabilities(alerts: pd.DataFrame, curves: Curves) -> NDArray[np.float64]:
    """Return probabilities (n, leaves) of light curves of LSST, which sum to 1 less what belongs to no leaf."""
    scores = classifier.leaves(alerts, curves) @ _places()
    scores[curves.count(curves.is_detection) < FEWEST] = np.nan
    return np.clip(scores, 0, 1)


def _places() -> NDArray[np.float64]:
    """Return where each of the 14 classes goes, shape (14, leaves)."""
    places = np.zeros((len(classifier.CLASSES), len(CLASSES)))
    for number, name in enumerate(classifier.CLASSES):
        leaf = LEAVES.get(name, name)
        if leaf in CLASSES:
            places[number, CLASSES.index(leaf)] = 1
    return places
