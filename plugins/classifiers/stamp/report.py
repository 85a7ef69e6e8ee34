"""Prints the figures of the model card and draws its pictures: ``... stamp.evaluate DATA [--pictures FOLDER]``."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers import labelled, pictures
from tom_alerce_like.plugins.classifiers.stamp import evaluate, measurements, net, shapes
from tom_alerce_like.plugins.classifiers.stamp import features as seen
from tom_alerce_like.plugins.classifiers.stamp.classifier import CLASSES, LEARNED, StampClassifier

Floats = NDArray[np.float64]
Features = NDArray[np.float32]

_PS1 = (*measurements.GROUPS["neighbour"], *measurements.DERIVED["colours"])
_OTHER_SOURCES = (*measurements.GROUPS["second"], *measurements.GROUPS["gaia"])
#: What replies of brokers hold: everything, or less.
AVAILABLE = {
    "everything": (),
    "no stamps": seen.GROUPS["pixels"],
    "no colours": measurements.DERIVED["colours"],
    "no catalogued sources": (*_PS1, *_OTHER_SOURCES),
    "no reference source": measurements.GROUPS["reference"],
    "no position": measurements.DERIVED["sky"],
    "stamps only": measurements.NAMES,
}
#: Features that the module could have done without.
WITHOUT = {"without the net": net.NAMES, "without all pixels": (*shapes.NAMES, *net.NAMES)}
#: Failures of each class that are drawn.
SHOWN = 2


def missing(features: Features, names: tuple[str, ...]) -> Features:
    """Return the features with those of these names struck out."""
    return np.where(np.isin(seen.NAMES, names), np.float32(np.nan), features)


def line(title: str, table: pd.DataFrame, scores: Floats) -> None:
    """Print one line of figures."""
    figures = evaluate.measured(table, scores)
    shown = (
        f"{name.removeprefix('stamp_')} {v:.3f} [{low:.3f}, {high:.3f}]" for name, (v, low, high) in figures.items()
    )
    print(f"{title}: " + ", ".join(shown), flush=True)


def confusion(table: pd.DataFrame, scores: Floats) -> pd.DataFrame:
    """Return objects by label (rows) and most probable class (columns)."""
    said = pd.Series(np.array(CLASSES)[scores.argmax(axis=1)])
    counts = table.groupby([table["label"].to_numpy(), said.to_numpy()])["weight"].sum().unstack(fill_value=0)
    return counts.reindex(index=list(LEARNED), columns=list(CLASSES), fill_value=0)


def failures(table: pd.DataFrame, scores: Floats, path: Path) -> None:
    """Draw the alerts whose true class was given the least, one of each object, as many of each class."""
    truth, said = labelled.codes(table["label"], LEARNED), scores.argmax(axis=1)
    given = scores[np.arange(len(table)), truth]
    order = table.assign(given=given).sort_values("given").drop_duplicates("object_id")
    worst = order.groupby("label").head(SHOWN).sort_values(["label", "given"])
    rows = worst.index.to_numpy()
    pairs = zip(worst["label"], said[rows], scores.max(axis=1)[rows], strict=True)
    pictures.stamps(table.loc[rows], [f"{label}, said {CLASSES[code]} {top:.2f}" for label, code, top in pairs], path)


def satellites(data: Path) -> None:
    """Print what the shipped weights say of the few real satellites, which took no part in training."""
    table = labelled.examples(data)
    scores = StampClassifier().score(table[table["label"] == "satellite"])
    print("satellites:", scores.idxmax(axis=1).value_counts().to_dict(), "of", len(scores))


def main() -> None:
    parser = argparse.ArgumentParser(description=evaluate.__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args()
    table = evaluate.examples(options.data)
    features = seen.matrix(table)
    print(table.groupby("label")["object_id"].nunique().to_dict(), "objects,", len(table), "alerts")
    scorers = [evaluate.scorer(table, features, seed) for seed in evaluate.SEEDS]
    for title, names in AVAILABLE.items():
        line(title, table, np.stack([score(missing(features, names)) for score in scorers]))
    scores = scorers[0](features)
    print("first division, rows label, columns answer:", confusion(table, scores).round(1), sep="\n")
    if options.pictures:
        pictures.confusion(confusion(table, scores).round(1), options.pictures / "stamp_confusion.png")
        failures(table, scores, options.pictures / "stamp_failures.png")
    for title, names in WITHOUT.items():
        less = missing(features, names)
        line(f"{title}, first division", table, evaluate.scorer(table, less)(less)[None])
    satellites(options.data)
