"""Measure the module: ``python -m tom_alerce_like.plugins.classifiers.lightcurve.evaluate DATA`` (minutes of one core).

Real objects, cross-validated in three parts split by object; simulated ones are only learned from. The temperatures are
found inside each training part. Figures are of every object as it was known at the largest number of detections of
`lessons.EPOCHS` that it has, from the fifth on, without its host; each leaf weighs the same. The calibration error is
that of all epochs together. Leaves with few objects are not measured. Intervals are 95 per cent, from 1,000 resamplings
of objects.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from tom_alerce_like.plugins.classifiers.lightcurve import features as read
from tom_alerce_like.plugins.classifiers.lightcurve import nodes
from tom_alerce_like.plugins.classifiers.lightcurve.classifier import served
from tom_alerce_like.plugins.classifiers.lightcurve.lessons import Lessons, joined, real, simulated
from tom_alerce_like.plugins.classifiers.measures import calibration_error, with_intervals

Floats = NDArray[np.float64]
PARTS = 3
#: Objects of a leaf, and detections of an object, of which fewer are not measured.
FEWEST_OBJECTS, FEWEST_DETECTIONS = 10, 5


@cache
def examples(data: Path) -> Lessons:
    """Return real objects at every epoch. Raises `FileNotFoundError` where their files are missing."""
    return real(data, False)


def unseen(data: Path) -> Floats:
    """Return the probabilities (rows, leaves) of `examples`, from trees that have not seen the object."""
    from tom_alerce_like.plugins.classifiers.lightcurve import train

    shown, seen, made_up = examples(data), real(data, True), simulated(data)
    scores = np.empty((len(shown.code), len(nodes.BRANCH)))
    for _, test in train.folds(shown, PARTS):
        scores[test] = without(shown.object_id[test], seen, shown, made_up, shown.features[test])
    return scores


def without(
    names: NDArray[np.str_], seen: Lessons, shown: Lessons, made_up: Lessons, features: NDArray[np.float32]
) -> Floats:
    """Return the probabilities of a model that was not taught the objects of these names."""
    from tom_alerce_like.plugins.classifiers.lightcurve import train

    seen, shown = (lessons.take(~np.isin(lessons.object_id, names)) for lessons in (seen, shown))
    model, at = train.fit(joined(seen, made_up)), train.temperatures(seen, shown, made_up)
    return nodes.leaves(train.logits(model, features), read.detections(features), at)


def shipped(data: Path) -> Floats:
    """Return the probabilities (rows, leaves) of `examples` that the shipped weights give."""
    return served(examples(data).features)


def figures(data: Path, scores: Floats) -> dict[str, tuple[float, float, float]]:
    """Return macro F1 of branches and leaves and the calibration error, with their intervals."""
    return measured(examples(data), scores)


def measured(shown: Lessons, scores: Floats) -> dict[str, tuple[float, float, float]]:
    """Return the figures of all objects at their newest epoch; the calibration error is that of all epochs together."""
    rows = newest(shown)
    rows = rows[enough(shown.code[rows])]
    return at(shown.take(rows), scores[rows]) | _calibration(shown, scores, np.unique(shown.code[rows]))


def _calibration(shown: Lessons, scores: Floats, measured: NDArray[np.int64]) -> dict[str, tuple[float, float, float]]:
    """Return the error over all epochs: all leaves weigh the same, so do their objects, so do their epochs."""
    rows = np.flatnonzero(np.isin(shown.code, measured))
    _, owner = np.unique(shown.object_id[rows], return_inverse=True)
    code, weight = shown.code[rows], 1 / np.bincount(owner)[owner]
    weight /= np.bincount(code, weight)[code]
    best, right = scores[rows].max(axis=1), scores[rows].argmax(axis=1) == code

    def measure(drawn: NDArray[np.int64], weight: Floats) -> dict[str, float]:
        return {"lightcurve_ece": calibration_error(best[drawn], right[drawn], weight)}

    return with_intervals(measure, pd.Series(shown.object_id[rows]), weight)


def newest(shown: Lessons) -> NDArray[np.int64]:
    """Return the row of each object's largest epoch, of objects with `FEWEST_DETECTIONS` or more."""
    order = np.lexsort((shown.detections, shown.object_id))
    last = np.append(shown.object_id[order][1:] != shown.object_id[order][:-1], True)
    rows = order[last]
    return np.sort(rows[shown.detections[rows] >= FEWEST_DETECTIONS])


def enough(code: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which rows are of a leaf with `FEWEST_OBJECTS` or more."""
    return np.asarray(np.bincount(code, minlength=len(nodes.BRANCH))[code] >= FEWEST_OBJECTS)


def at(shown: Lessons, scores: Floats) -> dict[str, tuple[float, float, float]]:
    """Return the figures of rows, one for each object, every leaf of the same weight."""
    truth, present = shown.code, np.unique(shown.code)
    branch = scores @ np.eye(nodes.BRANCH.max() + 1)[nodes.BRANCH]
    weight = 1 / np.bincount(truth)[truth]
    leaf_said, branch_said = scores.argmax(axis=1), branch.argmax(axis=1)

    def measure(rows: NDArray[np.int64], drawn: Floats) -> dict[str, float]:
        how = {"average": "macro", "sample_weight": drawn, "zero_division": 0}
        right = (leaf_said == truth)[rows]
        return {
            "lightcurve_top_macro_f1": f1_score(nodes.BRANCH[truth][rows], branch_said[rows], **how),
            "lightcurve_macro_f1": f1_score(truth[rows], leaf_said[rows], labels=present, **how),
            "lightcurve_accuracy": float(np.average(right, weights=drawn)),
            "lightcurve_ece": calibration_error(scores[rows].max(axis=1), right, drawn),
        }

    return with_intervals(measure, pd.Series(shown.object_id), weight)


if __name__ == "__main__":
    from tom_alerce_like.plugins.classifiers.lightcurve.report import main

    main()
