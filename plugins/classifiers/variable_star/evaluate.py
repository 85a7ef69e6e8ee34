"""Measure the module: ``python -m tom_alerce_like.plugins.classifiers.variable_star.evaluate DATA`` (two minutes).

Cross-validation in five parts, split by star; the temperature is found inside each training part. Intervals are 95 per
cent, from 1,000 resamplings of stars.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from tom_alerce_like.plugins.classifiers import labelled
from tom_alerce_like.plugins.classifiers.curves import sets
from tom_alerce_like.plugins.classifiers.measures import calibration_error, show, with_intervals
from tom_alerce_like.plugins.classifiers.variable_star.classifier import CLASSES, VariableStarClassifier
from tom_alerce_like.serving import probabilities

Floats = NDArray[np.float64]
#: Classes with fewer stars are not measured.
FEWEST_STARS = 8


def stars(data: Path) -> pd.DataFrame:
    """Return the stars of the classes that have at least `FEWEST_STARS` in ``data``."""
    table = sets.real(data, "asas_variables")
    count = table.groupby("sublabel")["object_id"].transform("size")
    return table[(count >= FEWEST_STARS) & table["sublabel"].isin(CLASSES)].reset_index(drop=True)


def unseen(data: Path) -> Floats:
    """Return the probabilities (n, classes) of `stars`, from models that have not seen the star."""
    from tom_alerce_like.plugins.classifiers.variable_star import train

    known = train.examples(stars(data))
    scores = np.empty((len(known.codes), len(CLASSES)))
    for fit, test in train.folds(known.codes, 5):
        part = train.part(known, fit)
        scores[test] = probabilities(train.logits(train.fit(part), known.stars[test]), train.temperature(part))
    return scores


def shipped(data: Path) -> Floats:
    """Return the probabilities (n, classes) of `stars` that the shipped weights give."""
    return VariableStarClassifier().score(stars(data)).to_numpy()


def figures(data: Path, scores: Floats) -> dict[str, tuple[float, float, float]]:
    """Return accuracy, macro F1 over the classes of `stars`, and calibration error, with their intervals."""
    table = stars(data)
    truth = labelled.codes(table["sublabel"], CLASSES)
    present = np.unique(truth)
    filled = np.nan_to_num(scores)
    said = filled.argmax(axis=1)

    def measure(rows: NDArray[np.int64], weight: Floats) -> dict[str, float]:
        right = (said == truth)[rows]
        f1 = f1_score(truth[rows], said[rows], labels=present, average="macro", sample_weight=weight, zero_division=0)
        return {
            "asas_accuracy": float(np.average(right, weights=weight)),
            "asas_macro_f1": float(f1),
            "asas_ece": calibration_error(filled[rows].max(axis=1), right, weight),
        }

    return with_intervals(measure, table["object_id"], np.ones(len(table)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    show(figures(data, unseen(data)))


if __name__ == "__main__":
    main()
