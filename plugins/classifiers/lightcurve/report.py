"""Everything else that the model card shows: epochs, sources left out, hosts, confusion."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from tom_alerce_like.plugins.classifiers import pictures
from tom_alerce_like.plugins.classifiers.lightcurve import evaluate, nodes
from tom_alerce_like.plugins.classifiers.lightcurve.lessons import EPOCHS, Lessons, real, simulated
from tom_alerce_like.plugins.classifiers.lightcurve.taxonomy import CLASSES
from tom_alerce_like.plugins.classifiers.measures import show

Floats = evaluate.Floats


def epochs(shown: Lessons, scores: Floats) -> None:
    """Print the figures after each number of detections."""
    for number in EPOCHS:
        rows = np.flatnonzero(shown.detections == number)
        rows = rows[evaluate.enough(shown.code[rows])]
        print(f"after {number} detections, {len(rows)} objects, {len(np.unique(shown.code[rows]))} leaves")
        show(evaluate.at(shown.take(rows), scores[rows]))


def sources(shown: Lessons, seen: Lessons, made_up: Lessons) -> None:
    """Print how often branch and leaf are right for each source of real objects, when none of it was learned from."""
    rows = evaluate.newest(shown)
    for source in np.unique(shown.source):
        mine = rows[shown.source[rows] == source]
        names = shown.object_id[shown.source == source]
        scores = evaluate.without(names, seen, shown, made_up, shown.features[mine])
        truth, said = shown.code[mine], scores.argmax(axis=1)
        branch = np.mean(nodes.BRANCH[truth] == nodes.BRANCH[said])
        leaves = {
            CLASSES[code]: f"{np.mean(said[truth == code] == code):.2f} of {np.sum(truth == code)}"
            for code in np.unique(truth)
        }
        print(
            f"without {source}: branch of the leaf right {branch:.3f}, leaf {np.mean(truth == said):.3f} {leaves}",
            flush=True,
        )


def confusion(shown: Lessons, scores: Floats) -> pd.DataFrame:
    """Return objects by leaf (rows) and answer (columns), at their newest epoch."""
    rows = evaluate.newest(shown)
    table = np.zeros((len(CLASSES), len(CLASSES)), int)
    np.add.at(table, (shown.code[rows], scores[rows].argmax(axis=1)), 1)
    return pd.DataFrame(table, list(CLASSES), list(CLASSES))


def main() -> None:
    parser = argparse.ArgumentParser(description=evaluate.__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args()
    shown, scores = evaluate.examples(options.data), evaluate.unseen(options.data)
    show(evaluate.measured(shown, scores))
    table = confusion(shown, scores)
    print("rows truth, columns answer:", table.to_string(), sep="\n")
    if options.pictures:
        pictures.confusion(table, options.pictures / "lightcurve_confusion.png")
    epochs(shown, scores)
    seen, made_up = real(options.data, True), simulated(options.data)
    sources(shown, seen, made_up)


if __name__ == "__main__":
    main()
