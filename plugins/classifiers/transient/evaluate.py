"""Measure the module on unseen objects: ``python -m tom_alerce_like.plugins.classifiers.transient.evaluate DATA``.

Cross-validation in five parts, split by object; the temperature is found inside each training part. The alerts of one
object weigh 1 together. Intervals are 95 per cent, from 1,000 resamplings of objects.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix, roc_auc_score

from tom_alerce_like.plugins.classifiers import labelled
from tom_alerce_like.plugins.classifiers.measures import calibration_error
from tom_alerce_like.plugins.classifiers.measures import with_intervals as intervals
from tom_alerce_like.plugins.classifiers.transient import train
from tom_alerce_like.plugins.classifiers.transient.classifier import CLASSES
from tom_alerce_like.plugins.classifiers.transient.features import COLUMNS, GROUPS, matrix
from tom_alerce_like.serving import probabilities

Floats = NDArray[np.float64]
SN = CLASSES.index("SN")

#: What replies of brokers hold: everything, or less.
AVAILABLE = {
    "all columns": COLUMNS,
    "no catalogued neighbour": GROUPS["reference"] + GROUPS["image"],
    "no image measurements": GROUPS["neighbour"] + GROUPS["reference"],
    "neighbour only": GROUPS["neighbour"],
}
#: Sets of columns that the module could have had.
ALTERNATIVES = {
    "as it is": COLUMNS,
    "and is_positive": (*COLUMNS, "is_positive"),
    "and history": (*COLUMNS, "n_detections", "n_observations"),
    "and sso_distance_arcsec": (*COLUMNS, "sso_distance_arcsec"),
    "without reference_source_arcsec": tuple(name for name in COLUMNS if name != "reference_source_arcsec"),
}


def unseen(table: pd.DataFrame, columns: tuple[str, ...], calibrated: bool) -> Callable[[NDArray[np.float32]], Floats]:
    """Return a function that gives features of ``table`` the probabilities of a model that has not seen the object."""
    features = matrix(table, columns)
    models = []
    for fit, test in train.folds(table, 5):
        at = train.temperature(features[fit], table.iloc[fit]) if calibrated else 1.0
        models.append((train.trees(features[fit], table.iloc[fit], columns), at, test))

    def score(shown: NDArray[np.float32]) -> Floats:
        made = np.empty((len(table), len(CLASSES)))
        for model, at, test in models:
            made[test] = probabilities(model.decision_function(shown[test]), at)
        return made

    return score


def measures(truth: NDArray[np.int64], scores: Floats, weight: Floats) -> dict[str, float]:
    """Return the figures of the model card."""
    said = scores.argmax(axis=1)
    right = np.where(said == truth, weight, 0)
    recalls = [right[truth == code].sum() / weight[truth == code].sum() for code in range(len(CLASSES))]
    called = weight[said == SN].sum()
    return {
        "balanced accuracy": float(np.mean(recalls)),
        "SN purity": right[said == SN].sum() / called if called else np.nan,
        "SN completeness": recalls[SN],
        "SN AUC": roc_auc_score(truth == SN, scores[:, SN], sample_weight=weight),
        "log loss": float(-np.average(np.log(scores[np.arange(len(truth)), truth]), weights=weight)),
        "ECE": calibration_error(scores.max(axis=1), said == truth, weight),
    }


def with_intervals(table: pd.DataFrame, scores: Floats) -> dict[str, tuple[float, float, float]]:
    """Return each measure with its 95 per cent interval, objects resampled."""
    truth = labelled.codes(table["label"], CLASSES)

    def measure(rows: NDArray[np.int64], weight: Floats) -> dict[str, float]:
        return measures(truth[rows], scores[rows], weight)

    return intervals(measure, table["object_id"], table["weight"].to_numpy(), seed=train.SEED)


def report(title: str, table: pd.DataFrame, scores: Floats) -> None:
    """Print one line of figures."""
    figures = with_intervals(table, scores).items()
    print(f"{title}: " + ", ".join(f"{name} {v:.3f} [{low:.3f}, {high:.3f}]" for name, (v, low, high) in figures))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    table = train.examples(parser.parse_args().data)
    print(table.groupby("label")["object_id"].nunique().to_dict(), "objects,", len(table), "alerts")
    score, features = unseen(table, COLUMNS, calibrated=True), matrix(table)
    for title, columns in AVAILABLE.items():
        shown = np.where([name in columns for name in COLUMNS], features, np.float32(np.nan))
        report(title, table, score(shown))
    said = pd.Index(CLASSES).take(score(features).argmax(axis=1))
    table_of = confusion_matrix(table["label"], said, labels=list(CLASSES), sample_weight=table["weight"])
    print("rows truth, columns answer:", pd.DataFrame(table_of, CLASSES, CLASSES).round(1), sep="\n")
    for title, columns in ALTERNATIVES.items():
        report(f"columns {title}, not calibrated", table, unseen(table, columns, False)(matrix(table, columns)))


if __name__ == "__main__":
    main()
