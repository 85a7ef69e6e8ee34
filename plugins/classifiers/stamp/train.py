"""Train the module: ``python -m tom_alerce_like.plugins.classifiers.stamp.train DATA``.

DATA holds ztf_alerts/alerts_labelled.parquet. Writes the weights beside this file. Needs the extra ``train``.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import lightgbm
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers import calibrate, export_lightgbm, labelled
from tom_alerce_like.plugins.classifiers.export_lightgbm import Part
from tom_alerce_like.plugins.classifiers.stamp import evaluate, measurements, net, shapes
from tom_alerce_like.plugins.classifiers.stamp import features as seen
from tom_alerce_like.plugins.classifiers.stamp.classifier import LEARNED, PAIRS, VERSION, WEIGHTS, answers
from tom_alerce_like.plugins.classifiers.stamp.missing import struck_out

Floats = NDArray[np.float64]
Features = NDArray[np.float32]

SEED = 20261120
#: Ensembles whose answers are averaged; each has its own copies and its own draws.
MEMBERS = 3
#: Copies of an alert from which features are struck out; itself it counts as so many of them.
COPIES, WHOLE = 2, 6.0
_PLACE = (*measurements.GROUPS["neighbour"], *measurements.GROUPS["second"], *measurements.GROUPS["reference"])
#: What answers the question of a pair: all of the packet but how the difference image fared, and what is at the place.
ASKED = {
    ("AGN", "VS"): [name for name in measurements.NAMES if name not in measurements.GROUPS["image"]],
    ("SN", "asteroid"): [
        *(*_PLACE, *measurements.DERIVED["sky"], *net.NAMES),
        *(name for name in shapes.NAMES if name.startswith("template")),
    ],
}
_COLUMNS = [[seen.NAMES.index(name) for name in ASKED[pair]] for pair in PAIRS]
#: Parts by which the temperature is found.
_PARTS = 4
_SETTINGS: dict[str, Any] = {
    "learning_rate": 0.07,
    "num_leaves": 12,
    "min_child_samples": 5 * (COPIES + 1),
    "reg_lambda": 3.0,
    "colsample_bytree": 0.3,
    "subsample": 0.7,
    "subsample_freq": 1,
    "extra_trees": True,
    "n_estimators": 200,
    "n_jobs": 1,
    "verbose": -1,
}


class Member(NamedTuple):
    """Trees for the classes, and trees for each pair of classes."""

    classes: lightgbm.LGBMClassifier
    pairs: list[lightgbm.LGBMClassifier]

    def margins(self, features: Features) -> Floats:
        """Return what the trees say, shape (n, learned + pairs)."""
        asked = zip(self.pairs, _COLUMNS, strict=True)
        pairs = [trees.predict(features[:, columns], raw_score=True) for trees, columns in asked]
        return np.column_stack([self.classes.predict(features, raw_score=True), *pairs])

    def parts(self) -> list[Part]:
        """Return the trees as the export wants them."""
        asked = zip(self.pairs, _COLUMNS, strict=True)
        pairs = [Part(trees.booster_, columns, len(LEARNED) + n) for n, (trees, columns) in enumerate(asked)]
        return [Part(self.classes.booster_, range(len(seen.NAMES)), 0), *pairs]


def balanced(table: pd.DataFrame) -> Floats:
    """Return weights with which every object of a class counts the same, and every class."""
    weight = table["weight"]
    return (weight / weight.groupby(table["label"]).transform("sum") * weight.sum() / len(LEARNED)).to_numpy()


def member(features: Features, table: pd.DataFrame, number: int) -> Member:
    """Return one of the ensembles, trained on the examples and their struck-out copies."""
    rng = np.random.default_rng([SEED, number])
    shown = np.concatenate([features, *(struck_out(features, rng) for _ in range(COPIES))])
    codes = np.tile(labelled.codes(table["label"], LEARNED), COPIES + 1)
    weight = balanced(table)
    weights = np.concatenate([weight * WHOLE, *[weight] * COPIES]) / (WHOLE + COPIES)
    pairs = []
    for pair, columns in zip(PAIRS, _COLUMNS, strict=True):
        first, second = (codes == LEARNED.index(name) for name in pair)
        rows = first | second
        pairs.append(_trees(number).fit(shown[rows][:, columns], first[rows], weights[rows]))
    return Member(_trees(number).fit(shown, codes, weights), pairs)


def _trees(number: int) -> lightgbm.LGBMClassifier:
    return lightgbm.LGBMClassifier(**_SETTINGS, random_state=SEED + number)


def members(features: Features, table: pd.DataFrame) -> list[Member]:
    """Return the ensembles whose margins are averaged."""
    return [member(features, table, number) for number in range(MEMBERS)]


def logs(trained: Sequence[Member], features: Features) -> Floats:
    """Return log probabilities before calibration, shape (n, classes)."""
    return answers(np.mean([one.margins(features) for one in trained], axis=0))


def temperature(features: Features, table: pd.DataFrame) -> float:
    """Return the temperature that makes probabilities of unseen objects the likeliest, classes equally frequent."""
    unseen = np.empty((len(table), len(LEARNED)))
    for fit, test in labelled.folds(table, _PARTS, SEED):
        unseen[test] = logs(members(features[fit], table.iloc[fit]), features[test])
    return calibrate.temperature(unseen, labelled.codes(table["label"], LEARNED), balanced(table))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    table = evaluate.examples(options.data)
    features = seen.matrix(table)
    properties = {"temperature": repr(temperature(features, table)), "version": VERSION}
    trained = members(features, table)
    parts = [part for one in trained for part in one.parts()]
    export_lightgbm.write(parts, MEMBERS, properties, options.out)
    print(f"{options.out}: {options.out.stat().st_size / 1e3:.0f} kB from {len(table)} alerts")


if __name__ == "__main__":
    main()
