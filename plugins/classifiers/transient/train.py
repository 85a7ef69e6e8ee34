"""Train the module: ``python -m tom_alerce_like.plugins.classifiers.transient.train DATA``.

DATA holds ztf_alerts/alerts_labelled.parquet. Writes the weights beside this file and prints every figure of the model
card. Needs the extra ``train``.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from tom_alerce_like.plugins.classifiers import calibrate, labelled
from tom_alerce_like.plugins.classifiers.export import write
from tom_alerce_like.plugins.classifiers.transient.classifier import CLASSES, VERSION, WEIGHTS
from tom_alerce_like.plugins.classifiers.transient.features import COLUMNS, GROUPS, matrix

Floats = NDArray[np.float64]

SEED = 20260926
#: Labels that become another class.
RENAMED = {"satellite": "bogus"}
#: Besides the alert itself, copies of it from which groups and single columns are struck out.
COPIES, LOST_GROUP, LOST_COLUMN = 4, 0.5, 0.15


def examples(data: Path) -> pd.DataFrame:
    """Return labelled alerts of the module's classes; objects of others (a few tidal disruptions) are left out."""
    table = labelled.examples(data)
    table["label"] = table["label"].replace(RENAMED)
    return labelled.weighted(table[table["label"].isin(CLASSES)])


def struck_out(features: NDArray[np.float32], columns: Sequence[str], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return a copy in which groups and single columns are missing, as in the replies of brokers."""
    groups = list(GROUPS.values())
    group_of = [next((number for number, group in enumerate(groups) if name in group), -1) for name in columns]
    lost = (rng.random((len(features), len(groups) + 1)) < LOST_GROUP)[:, group_of]
    return np.where(lost | (rng.random(features.shape) < LOST_COLUMN), np.float32(np.nan), features)


def trees(
    features: NDArray[np.float32], table: pd.DataFrame, columns: Sequence[str] = COLUMNS
) -> HistGradientBoostingClassifier:
    """Return boosted trees trained on the examples and their struck-out copies."""
    rng = np.random.default_rng(SEED)
    shown = np.concatenate([features, *(struck_out(features, columns, rng) for _ in range(COPIES))])
    model = HistGradientBoostingClassifier(
        max_iter=120,
        learning_rate=0.05,
        max_leaf_nodes=6,
        min_samples_leaf=15,
        l2_regularization=3.0,
        max_features=0.5,
        random_state=SEED,
    )
    codes = labelled.codes(table["label"], CLASSES)
    return model.fit(shown, np.tile(codes, COPIES + 1), np.tile(table["weight"], COPIES + 1))


def folds(table: pd.DataFrame, n: int) -> list[labelled.Split]:
    """Split by object: all alerts of an object are on one side."""
    return labelled.folds(table, n, SEED)


def temperature(features: NDArray[np.float32], table: pd.DataFrame) -> float:
    """Return the temperature that makes probabilities of unseen objects the likeliest."""
    unseen = np.empty((len(table), len(CLASSES)))
    for train, test in folds(table, 4):
        unseen[test] = trees(features[train], table.iloc[train]).decision_function(features[test])
    return calibrate.temperature(unseen, labelled.codes(table["label"], CLASSES), table["weight"].to_numpy())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    table = examples(options.data)
    features = matrix(table)
    properties = {"temperature": repr(temperature(features, table)), "version": VERSION}
    write(trees(features, table), properties, options.out)
    print(f"{options.out}: {options.out.stat().st_size / 1e3:.0f} kB from {len(table)} alerts")


if __name__ == "__main__":
    main()
