"""Measure the module: ``python -m tom_alerce_like.plugins.classifiers.stamp.evaluate DATA`` (minutes of one core).

Cross-validation in five parts, split by object, for each of three divisions into parts; figures are means over the
divisions. The temperature is found inside each training part. The net has seen simulated stamps alone. The alerts of
one object weigh 1 together.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve

from tom_alerce_like.plugins.classifiers import labelled
from tom_alerce_like.plugins.classifiers.measures import calibration_error, with_intervals
from tom_alerce_like.plugins.classifiers.stamp import features as seen
from tom_alerce_like.plugins.classifiers.stamp.classifier import LEARNED, StampClassifier, judged, with_satellites
from tom_alerce_like.serving import probabilities

Floats = NDArray[np.float64]
Scorer = Callable[[NDArray[np.float32]], Floats]
#: One division of the objects into parts for each seed.
SEEDS, PARTS = (20260926, 1, 2), 5
SN = LEARNED.index("SN")
#: Completeness at which the purity of supernovae is stated.
COMPLETENESS = 0.9


def examples(data: Path) -> pd.DataFrame:
    """Return the labelled alerts of the five classes; a few tidal disruptions and satellites are left out."""
    table = labelled.examples(data)
    return labelled.weighted(table[table["label"].isin(LEARNED)])


def unseen(data: Path) -> Floats:
    """Return the probabilities (divisions, n, classes) of `examples`, from trees that have not seen the object."""
    table = examples(data)
    features = seen.matrix(table)
    return np.stack([scorer(table, features, seed)(features) for seed in SEEDS])


def scorer(table: pd.DataFrame, features: NDArray[np.float32], seed: int = SEEDS[0]) -> Scorer:
    """Return a function that gives features of ``table`` the probabilities of trees that have not seen the object."""
    from tom_alerce_like.plugins.classifiers.stamp import train

    models = []
    for fit, test in labelled.folds(table, PARTS, seed):
        known = features[fit], table.iloc[fit]
        models.append((train.members(*known), train.temperature(*known), test))

    def score(shown: NDArray[np.float32]) -> Floats:
        made = np.empty((len(table), len(LEARNED)))
        for members, at, test in models:
            made[test] = probabilities(train.logs(members, shown[test]), at)
        scores = with_satellites(made, shown)
        scores[~judged(shown)] = np.nan
        return scores

    return score


def shipped(data: Path) -> Floats:
    """Return the probabilities (1, n, classes) of `examples` that the shipped weights give."""
    return StampClassifier().score(examples(data)).to_numpy()[None]


def figures(data: Path, scores: Floats) -> dict[str, tuple[float, float, float]]:
    """Return the figures of the model card, each with its 95 per cent interval, objects resampled 1,000 times."""
    return measured(examples(data), scores)


def measured(table: pd.DataFrame, scores: Floats) -> dict[str, tuple[float, float, float]]:
    """Return the figures of scores (divisions, n, classes) of a table of examples, means over the divisions."""
    truth = labelled.codes(table["label"], LEARNED)

    def measure(rows: NDArray[np.int64], weight: Floats) -> dict[str, float]:
        each = [measures(truth[rows], division[rows], weight) for division in scores]
        return {f"stamp_{name}": float(np.mean([one[name] for one in each])) for name in each[0]}

    return with_intervals(measure, table["object_id"], table["weight"].to_numpy(), seed=SEEDS[0])


def measures(truth: NDArray[np.int64], scores: Floats, weight: Floats) -> dict[str, float]:
    """Return the figures; what is not judged counts as wrong, and is no part of the calibration error."""
    said = np.where(np.isnan(scores[:, 0]), -1, np.nan_to_num(scores).argmax(axis=1))
    total = np.bincount(truth, weight, len(LEARNED))
    right = np.where(said == truth, weight, 0)
    recalls = np.bincount(truth, right, len(LEARNED)) / np.maximum(total, 1e-9)
    called = weight[said == SN].sum()
    purity, completeness = _best(truth == SN, np.nan_to_num(scores[:, SN]), weight)
    known = said >= 0
    equal = (weight / total[truth])[known]
    confidence = scores[known].max(axis=1)
    return {
        "balanced_accuracy": float(recalls[total > 0].mean()),
        "sn_purity": purity,
        "sn_completeness": completeness,
        "sn_purity_most_probable": float(right[said == SN].sum() / called) if called else np.nan,
        "sn_completeness_most_probable": float(recalls[SN]) if total[SN] else np.nan,
        "ece": calibration_error(confidence, (said == truth)[known], equal),
        "calibration_error_of_labelled_mix": calibration_error(confidence, (said == truth)[known], weight[known]),
    }


def _best(is_sn: NDArray[np.bool_], score: Floats, weight: Floats) -> tuple[float, float]:
    """Return purity and completeness where the purity is largest with a completeness of `COMPLETENESS` or more."""
    if not is_sn.any():
        return np.nan, np.nan
    purity, completeness, _ = precision_recall_curve(is_sn, score, sample_weight=weight)
    enough = np.flatnonzero(completeness >= COMPLETENESS - 1e-9)
    best = enough[purity[enough].argmax()]
    return float(purity[best]), float(completeness[best])


if __name__ == "__main__":
    from tom_alerce_like.plugins.classifiers.stamp.report import main

    main()
