"""Measure the module: ``python -m tom_alerce_like.plugins.classifiers.supernova_type.evaluate DATA``.

The trees learn from the training set of PLAsTiCC alone. They are measured on supernovae of its test set and on the
alerts of ELAsTiCC that Fink scored: other objects, other redshifts, another simulation. Intervals are 95 per cent, from
1,000 resamplings of objects.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import f1_score, roc_auc_score

from tom_alerce_like.plugins.classifiers import labelled
from tom_alerce_like.plugins.classifiers.curves import Curves, sets
from tom_alerce_like.plugins.classifiers.measures import calibration_error, with_intervals
from tom_alerce_like.plugins.classifiers.supernova_type.classifier import CLASSES, PRIOR, judge, seen
from tom_alerce_like.serving import probabilities

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Judge = Callable[[NDArray[np.float32]], Floats]
#: Alerts with so few earlier detections are early.
EARLY = 2
#: Classes of PLAsTiCC's test set, and of ELAsTiCC.
_THREE, _TWO = [0, 1, 2], [0, 1]
#: An alert and its point of the light curve are at the same time to this.
_SAME_DAYS = 1e-4


class Scores(NamedTuple):
    """Probabilities (n, classes) of the objects of `supernovae` and of the alerts of `alerts`."""

    plasticc: Floats
    elasticc: Floats


def supernovae(data: Path) -> tuple[pd.DataFrame, Curves]:
    """Return PLAsTiCC's test supernovae, whose fluxes are freed from dust already, and their light curves."""
    table = sets.plasticc_test(data).assign(mw_ebv=0.0)
    return table, Curves.of(table)


def alerts(data: Path) -> tuple[pd.DataFrame, Curves]:
    """Return ELAsTiCC's alerts that Fink scored, and what was known of their objects at that time.

    ``n_before`` is how often the object had been detected before.
    """
    objects = sets.elasticc(data)
    scores = sets.fink_scores(data)
    place = pd.Index(objects["object_id"]).get_indexer(pd.Index(scores["object_id"]))
    scores, place = scores[place >= 0], place[place >= 0]
    curves = Curves.of(objects).take(place).until(scores["mjd"].to_numpy(float) + _SAME_DAYS)
    said = ["rf_snia_vs_nonia", "snn_snia_vs_nonia"]
    table = objects.iloc[place].reset_index(drop=True).assign(**{name: scores[name].to_numpy() for name in said})
    return table.assign(n_before=curves.count(curves.is_detection) - 1), curves


def unseen(data: Path) -> Scores:
    """Return scores of trees trained on PLAsTiCC's training set in ``data``."""
    from tom_alerce_like.plugins.classifiers.supernova_type import train

    known = train.examples(data)
    model, at = train.trees(known, "LSST"), train.temperature(known, "LSST")
    return _scores(data, lambda shown: probabilities(train.margins(model, shown), at))


def shipped(data: Path) -> Scores:
    """Return scores of the shipped weights."""
    return _scores(data, lambda shown: judge(shown, np.full(len(shown), "LSST")))


def _scores(data: Path, judged: Judge) -> Scores:
    return Scores(judged(seen(*supernovae(data))), judged(seen(*alerts(data))))


def figures(data: Path, scores: Scores) -> dict[str, tuple[float, float, float]]:
    """Return the figures of the model card, each with its 95 per cent interval, objects resampled 1,000 times."""
    test, table = supernovae(data)[0], alerts(data)[0]
    truth = labelled.codes(test["label"], CLASSES)

    def of_test(rows: Ints, weight: Floats) -> dict[str, float]:
        return plasticc_measures(truth[rows], scores.plasticc[rows], weight)

    made = with_intervals(of_test, test["object_id"], np.ones(len(test)))
    is_ia = (table["label"] == "SNIa").to_numpy()
    two = scores.elasticc[:, _TWO]
    ours = two[:, 0] / two.sum(axis=1)
    peers = {f"fink_{name[:3].rstrip('_')}": table[name].to_numpy(float) for name in table if name.endswith("nonia")}
    before = table["n_before"].to_numpy()

    def of_alerts(rows: Ints, weight: Floats) -> dict[str, float]:
        return elasticc_measures(is_ia[rows], ours[rows], before[rows], weight, {k: v[rows] for k, v in peers.items()})

    made |= with_intervals(of_alerts, table["object_id"], np.ones(len(table)))
    worst = max(("plasticc_test_calibration", "elasticc_calibration"), key=lambda name: made[name][0])
    return made | {"supernova_type_ece": made[worst]}


def plasticc_measures(truth: Ints, scores: Floats, weight: Floats) -> dict[str, float]:
    """Return the figures of PLAsTiCC's test set; the answer SLSN is wrong there."""
    said = scores.argmax(axis=1)
    return {
        "plasticc_test_ia_auc": roc_auc_score(truth == 0, scores[:, 0], sample_weight=weight),
        "plasticc_test_macro_f1": _macro_f1(truth, said, weight),
        "plasticc_test_accuracy": float(np.average(said == truth, weights=weight)),
        "plasticc_test_calibration": calibration_error(scores.max(axis=1), said == truth, weight * _mix(truth)),
        "plasticc_test_calibration_of_labelled_mix": calibration_error(scores.max(axis=1), said == truth, weight),
    }


def _macro_f1(truth: Ints, said: Ints, weight: Floats) -> float:
    return f1_score(truth, said, labels=_THREE, average="macro", sample_weight=weight, zero_division=0)


def elasticc_measures(
    is_ia: NDArray[np.bool_], ours: Floats, before: Ints, weight: Floats, peers: dict[str, Floats]
) -> dict[str, float]:
    """Return the figures of ELAsTiCC's alerts, ``ours`` the probability of SNIa where SNII is the other one."""
    made = {}
    for suffix, rows in {"": before >= 0, "_le2": (before >= 0) & (before <= EARLY)}.items():
        for name, said in {"elasticc_auc": ours, **{f"elasticc_{peer}_auc": of for peer, of in peers.items()}}.items():
            made[name + suffix] = roc_auc_score(is_ia[rows], said[rows], sample_weight=weight[rows])
    sure = np.maximum(ours, 1 - ours)
    error = calibration_error(sure, (ours > 0.5) == is_ia, weight * _mix(np.where(is_ia, 0, 1)))
    return made | {"elasticc_calibration": error}


def _mix(truth: Ints) -> Floats:
    """Return weights with which the classes are as frequent as the probabilities suppose."""
    share = np.array([PRIOR[kind] for kind in CLASSES])
    return (share / np.maximum(np.bincount(truth, minlength=len(CLASSES)), 1))[truth]


if __name__ == "__main__":
    from tom_alerce_like.plugins.classifiers.supernova_type.report import main

    main()
