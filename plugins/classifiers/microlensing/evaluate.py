"""Measure the module: ``python -m tom_alerce_like.plugins.classifiers.microlensing.evaluate DATA``.

PLAsTiCC and simulated objects of ZTF by five-fold cross-validation split by object, calibrated inside each training
part; real variable stars, which are never learned from, with all that was known after each of several numbers of
detections. Intervals are 95 per cent, objects resampled.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves import Curves, sets
from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.measures import calibration_error, show, with_intervals
from tom_alerce_like.plugins.classifiers.microlensing import train
from tom_alerce_like.plugins.classifiers.microlensing.classifier import FLAGGED, WEIGHTS, probability
from tom_alerce_like.plugins.classifiers.microlensing.features import of_curves

VARIABLES = ("asas_variables", "sdss_s82_rrlyrae")
#: Detections after which real variables are judged.
EPOCHS = (8, 12, 20, 40, 80)
PARTS = 5
#: What the figures of each set of objects are called: the second knows of no galaxy, none of ours.
_SETS = {"plasticc": "lsst_star", "plasticc_no_host": "lsst", "ztf_simulated": "ztf", "ztf_early": "ztf early"}
Judge = Callable[[NDArray[np.float32]], Floats]


def unseen(data: Path) -> pd.DataFrame:
    """Return set, object_id, truth and probability of objects that the model did not see."""
    made = []
    for name in WEIGHTS:
        given = train.examples(data, name)
        said = np.empty(len(given.is_lens))
        for fit, test in train.folds(given, PARTS):
            model = train.fitted(train.chosen(given, fit))
            said[test] = model(given.features[test])
        made.append(_rows(name, given, said))
    return pd.concat([*made, variables(data, model)], ignore_index=True)


def shipped(data: Path) -> pd.DataFrame:
    """Return the same by the weights of the package, of PLAsTiCC and of real variables."""
    made = []
    for name in ("lsst_star", "lsst"):
        given = train.examples(data, name)
        made.append(_rows(name, given, probability(given.features, np.ones(len(given.is_lens), bool))))
    real = variables(data, lambda features: probability(features, np.zeros(len(features), bool)))
    return pd.concat([*made, real], ignore_index=True)


def variables(data: Path, judge: Judge) -> pd.DataFrame:
    """Return probabilities of real variable stars after each number of `EPOCHS`; the columns are unknown."""
    table = sets.real(data, *VARIABLES)
    curves = Curves.of(table)
    made = []
    for epoch in EPOCHS:
        enough = np.flatnonzero(curves.count(curves.is_detection) >= epoch)
        said = judge(of_curves(curves.take(enough).after(epoch)))
        rows = {"object_id": table["object_id"].to_numpy()[enough], "truth": False, "probability": said}
        made.append(pd.DataFrame(rows).assign(set="variables", epoch=epoch))
    return pd.concat(made, ignore_index=True)


def figures(data: Path, scores: pd.DataFrame) -> dict[str, tuple[float, float, float]]:
    """Return F1, precision, recall and calibration, and how often a real variable is called a lens at an epoch."""
    made: dict[str, tuple[float, float, float]] = {}
    for name, members in _SETS.items():
        rows = scores[scores["set"] == members]
        if len(rows):
            made |= {f"microlensing_{name}_{key}": value for key, value in intervals(rows, measures).items()}
    real = scores[(scores["set"] == "variables") & scores["probability"].notna()]
    if len(real):
        made |= intervals(
            real, lambda part: {"microlensing_variables_flagged": float((part["probability"] >= FLAGGED).mean())}
        )
    return made


def measures(rows: pd.DataFrame) -> dict[str, float]:
    """Return the figures of labelled objects; an object that is not judged is called no lens."""
    said, truth = rows["probability"].fillna(0.0).to_numpy(), rows["truth"].to_numpy(bool)
    flagged = said >= FLAGGED
    found = (flagged & truth).sum()
    return {
        "f1": 2 * found / max(flagged.sum() + truth.sum(), 1),
        "precision": found / flagged.sum() if flagged.any() else np.nan,
        "recall": found / truth.sum() if truth.any() else np.nan,
        "ece": calibration_error(said, truth, np.ones(len(rows))),
    }


def _rows(name: str, given: train.Examples, said: Floats) -> pd.DataFrame:
    members = np.where(given.is_cut, f"{name} early", name)
    rows = {"set": members, "object_id": given.object_id, "truth": given.is_lens, "probability": said}
    return pd.DataFrame(rows).assign(epoch=0)


def intervals(
    rows: pd.DataFrame, measure: Callable[[pd.DataFrame], dict[str, float]]
) -> dict[str, tuple[float, float, float]]:
    """Return what is measured of rows, with its intervals."""
    rows = rows.reset_index(drop=True)

    def resampled(drawn: NDArray[np.int64], weight: Floats) -> dict[str, float]:
        return measure(rows.iloc[np.repeat(drawn, weight.astype(int))])

    return with_intervals(resampled, rows["object_id"], np.ones(len(rows)), n=300)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    show(figures(data, unseen(data)))


if __name__ == "__main__":
    main()
