"""Print the figures at every epoch: ``... microlensing.report DATA [--picture FILE]``.

Objects of the first of five parts as they were known at their n-th detection, by models that learned from the others.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from tom_alerce_like.plugins.classifiers.curves import Curves, sets
from tom_alerce_like.plugins.classifiers.microlensing import evaluate, train
from tom_alerce_like.plugins.classifiers.microlensing.features import COLUMNS, NAMES, of_curves

DETECTIONS = (2, 3, 5, 8, 12, 20)


def at_epochs(table: pd.DataFrame, given: train.Examples) -> pd.DataFrame:
    """Return figures of a part of the objects at each of `DETECTIONS`, one row each, with intervals of F1."""
    fit, test = train.folds(given, evaluate.PARTS)[0]
    model = train.fitted(train.chosen(given, fit))
    curves = Curves.of(table).take(test)
    places = [NAMES.index(name) for name in COLUMNS]
    made: dict[int, dict[str, float]] = {}
    for n in DETECTIONS:
        rows = np.flatnonzero(curves.count(curves.is_detection) >= n)
        features = of_curves(curves.take(rows).after(n))
        features[:, places] = given.features[test][rows][:, places]
        shown = pd.DataFrame({"truth": given.is_lens[test][rows], "probability": model(features)})
        whole = evaluate.intervals(shown.assign(object_id=rows), evaluate.measures)
        made[n] = {"objects": float(len(rows)), "lenses": float(shown["truth"].sum())}
        made[n] |= {name: float(value[0]) for name, value in whole.items()}
        made[n] |= {"f1_low": float(whole["f1"][1]), "f1_high": float(whole["f1"][2])}
    return pd.DataFrame(made).T


def draw(epochs: pd.DataFrame, path: Path) -> None:
    """Draw precision, recall and F1 against the number of detections."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 3.4), layout="constrained")
    axes = figure.subplots()
    for name, style in (("precision", "s--"), ("recall", "^--"), ("f1", "o-")):
        axes.plot(epochs.index, epochs[name], style, label=name)
    axes.fill_between(epochs.index, epochs["f1_low"], epochs["f1_high"], alpha=0.2)
    axes.set(xscale="log", xticks=DETECTIONS, xticklabels=DETECTIONS, xlabel="detections", ylim=(0, 1))
    axes.legend()
    figure.savefig(path, dpi=110)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    table = sets.plasticc_train(options.data)
    epochs = at_epochs(table, train.of_plasticc(options.data, True))
    print(epochs.round(3).to_string())
    if options.picture:
        draw(epochs, options.picture)


if __name__ == "__main__":
    main()
