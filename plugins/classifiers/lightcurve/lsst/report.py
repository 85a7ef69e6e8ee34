"""Print the figures of the model card: ``python -m tom_alerce_like.plugins.classifiers.lightcurve.lsst.report DATA``.

With ``--pictures FOLDER`` it draws the confusion matrix too. Needs the extra ``train``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.alerts import files
from tom_alerce_like.plugins.classifiers import labelled, measures, pictures
from tom_alerce_like.plugins.classifiers.curves import Curves, sets
from tom_alerce_like.plugins.classifiers.lightcurve.lsst import evaluate, features, train
from tom_alerce_like.plugins.classifiers.lightcurve.lsst.classifier import CLASSES, believed, leaves

Floats = NDArray[np.float64]
EPOCHS = (2, 3, 5, 8, 12, 20)
#: Failures of each class that are told.
TOLD = 2


def confusion(truth: NDArray[np.int64], scores: Floats) -> pd.DataFrame:
    """Return objects by label (rows) and by the class that they are called (columns)."""
    counts = np.zeros((len(CLASSES), len(CLASSES)))
    np.add.at(counts, (truth, evaluate.decided(scores)), 1)
    return pd.DataFrame(counts, CLASSES, CLASSES)


def failures(table: pd.DataFrame, truth: NDArray[np.int64], scores: Floats) -> pd.DataFrame:
    """Return the objects of each class to whose true class the least was given."""
    given = scores[np.arange(len(truth)), truth]
    told = table[["object_id", "label", "host_spec_redshift", "n_detections"]]
    told = told.assign(given=given, said=np.array(CLASSES)[scores.argmax(axis=1)], said_with=scores.max(axis=1))
    return told.sort_values("given").groupby("label").head(TOLD).sort_values("label")


def early(curves: Curves, shown: train.Examples, trained: list[train.Unseeing], at: list[tuple[float, float]]) -> None:
    """Print the figures of objects that have n detections, at their n-th, by trees that have not seen them."""
    splits = [(np.array([], dtype=np.int64), one.test) for one in trained]
    for n in EPOCHS:
        asked = shown._replace(whole=features.measure(curves.after(n), believed(shown.redshift)))
        scores = evaluate.calibrated(shown.redshift, *train.unseen_logits(trained, asked), splits, at)
        reached = curves.count(curves.is_detection) >= n
        print(f"after {n} detections, {reached.sum()} objects:")
        for name, of in zip(evaluate.KNOWN, scores, strict=True):
            said, weight = evaluate.decided(of), np.ones(reached.sum())
            found = evaluate.measures(shown.codes[reached], of[reached], said[reached], weight)
            print(f"  {name}:", ", ".join(f"{figure} {value:.3f}" for figure, value in found.items()), flush=True)


def real(data: Path) -> pd.DataFrame:
    """Return how many real LSST objects of each cross-matched class get each class, from their light curves alone."""
    names = ("fink_lsst_v10_0_ddf_2026-03-10.parquet", "fink_lsst_v10_0_2025-12-31.parquet")
    folder = data / "lsst_alerts"
    table = pd.concat([batch.alerts for batch in files.read([folder / name for name in names])], ignore_index=True)
    labels = pd.read_csv(folder / "summary.csv").assign(alert_id=lambda known: known["diaSourceId"].astype(str))
    table = table.merge(labels[["alert_id", "label"]].drop_duplicates("alert_id"), on="alert_id")
    scores = leaves(table.assign(host_redshift=np.nan), Curves.of(table))
    judged = np.isfinite(scores[:, 0])
    said = np.array(CLASSES)[np.nan_to_num(scores).argmax(axis=1)]
    return pd.crosstab(table["label"].fillna("none"), np.where(judged, said, "not judged"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args()
    table = sets.plasticc_train(options.data)
    curves, shown, splits = Curves.of(table), train.examples(table), train.folds(table)
    table["n_detections"] = curves.count(curves.is_detection)
    trained = train.unseeing(shown, splits)
    far, near = train.unseen_logits(trained, shown)
    at = [train.temperatures(shown, far, near, others) for others, _ in splits]
    scores = evaluate.calibrated(shown.redshift, far, near, splits, at)
    measures.show(evaluate.figures(options.data, scores))
    truth = labelled.codes(table["label"], CLASSES)
    for name, of in zip(evaluate.KNOWN, scores, strict=True):
        each = evaluate.f1(truth, evaluate.decided(of), np.ones(len(truth)))
        print(name, "F1:", ", ".join(f"{label} {value:.3f}" for label, value in zip(CLASSES, each, strict=True)))
    with pd.option_context("display.width", 200, "display.max_columns", 20):
        print(confusion(truth, scores[0]).astype(int), failures(table, truth, scores[0]), sep="\n", flush=True)
        print("real objects:", real(options.data), sep="\n", flush=True)
    if options.pictures:
        pictures.confusion(confusion(truth, scores[0]), options.pictures / "lightcurve_lsst_confusion.png")
    early(curves, shown, trained, at)


if __name__ == "__main__":
    main()
