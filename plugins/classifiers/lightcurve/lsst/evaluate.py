"""Measure the trees on objects that they have not seen: five parts by object, 95 per cent intervals.

The temperatures of each part are found on the unseen scores of the other four.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers import labelled
from tom_alerce_like.plugins.classifiers.curves import sets
from tom_alerce_like.plugins.classifiers.lightcurve.lsst.classifier import CLASSES, combined, served
from tom_alerce_like.plugins.classifiers.measures import calibration_error, with_intervals
from tom_alerce_like.serving import probabilities

Floats = NDArray[np.float64]
#: What is known besides the light curve: all metadata, all but spectra, and nothing.
KNOWN = ("plasticc", "plasticc_photoz", "plasticc_lc_only")
#: To find each class and not the frequent ones only, the most probable class is that of probability / share ** this.
TOWARDS_RARE = 0.4


def unseen(data: Path) -> Floats:
    """Return probabilities (`KNOWN`, n, 14) of `sets.plasticc_train`, from trees that have not seen the object."""
    from tom_alerce_like.plugins.classifiers.lightcurve.lsst import train

    table = sets.plasticc_train(data)
    shown, splits = train.examples(table), train.folds(table)
    far, near = train.unseen_logits(train.unseeing(shown, splits), shown)
    at = [train.temperatures(shown, far, near, others) for others, _ in splits]
    return calibrated(shown.redshift, far, near, splits, at)


def calibrated(
    redshift: Floats, far: Floats, near: Floats, splits: list[labelled.Split], at: list[tuple[float, float]]
) -> Floats:
    """Return probabilities (`KNOWN`, n, 14) for margins as `train.unseen_logits` gives them."""
    of_galaxies, alone = np.full(far.shape, np.nan), np.empty(near.shape)
    for (_, test), (with_redshift, without) in zip(splits, at, strict=True):
        of_galaxies[:, test] = [probabilities(kind, with_redshift) for kind in far[:, test]]
        alone[test] = probabilities(near[test], without)
    return np.stack([*(combined(*known, alone) for known in zip(redshift, of_galaxies, strict=True)), alone])


def shipped(data: Path) -> Floats:
    """Return probabilities (`KNOWN`, n, 14) of `sets.plasticc_train` that the shipped weights give."""
    from tom_alerce_like.plugins.classifiers.lightcurve.lsst import train

    shown = train.examples(sets.plasticc_train(data), early=False)
    observed, at_rest = shown.whole
    each = [served(observed, *known) for known in zip(at_rest, shown.redshift, shown.error, strict=True)]
    nothing = np.full(len(observed), np.nan)
    return np.stack([*each, served(observed, at_rest[0], nothing, nothing)])


def figures(data: Path, scores: Floats) -> dict[str, tuple[float, float, float]]:
    """Return the figures of the model card, each with its 95 per cent interval, objects resampled 1,000 times."""
    table = sets.plasticc_train(data)
    truth = labelled.codes(table["label"], CLASSES)
    said = [decided(of) for of in scores]

    def measure(rows: NDArray[np.int64], weight: Floats) -> dict[str, float]:
        found: dict[str, float] = {}
        for name, of, chosen in zip(KNOWN, scores, said, strict=True):
            each = measures(truth[rows], of[rows], chosen[rows], weight)
            found |= {f"{name}_{figure}": value for figure, value in each.items()}
        return found

    return with_intervals(measure, table["object_id"], np.ones(len(table)))


def decided(scores: Floats) -> NDArray[np.int64]:
    """Return the number of the class that each object is called; -1 where it is not judged."""
    share = np.maximum(np.nanmean(scores, axis=0), 1e-6)
    return np.where(np.isnan(scores[:, 0]), -1, np.nan_to_num(scores / share**TOWARDS_RARE).argmax(axis=1))


def measures(truth: NDArray[np.int64], scores: Floats, said: NDArray[np.int64], weight: Floats) -> dict[str, float]:
    """Return the figures; what is not judged counts as wrong in F1, and as even odds in the log loss."""
    even = np.where(np.isnan(scores), 1 / len(CLASSES), scores)
    best = even.argmax(axis=1)
    at_truth = np.clip(even[np.arange(len(truth)), truth], 1e-6, 1)
    return {
        "macro_f1": macro_f1(truth, best, weight),
        "macro_f1_towards_rare": macro_f1(truth, said, weight),
        "logloss": float(-np.average(np.log(at_truth), weights=weight)),
        "ece": calibration_error(even.max(axis=1), best == truth, weight),
    }


def macro_f1(truth: NDArray[np.int64], said: NDArray[np.int64], weight: Floats) -> float:
    """Return the mean of F1 over the classes that are there."""
    return float(np.mean(f1(truth, said, weight)[np.unique(truth)]))


def f1(truth: NDArray[np.int64], said: NDArray[np.int64], weight: Floats) -> Floats:
    """Return F1 of each class."""
    n = len(CLASSES)
    right = np.bincount(truth, weight * (said == truth), n)
    called = np.bincount(said[said >= 0], weight[said >= 0], n)
    return 2 * right / np.maximum(called + np.bincount(truth, weight, n), 1e-9)
