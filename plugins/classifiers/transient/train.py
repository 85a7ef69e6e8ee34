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
from scipy.optimize import minimize_scalar
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedGroupKFold

from tom_alerce_like.alerts import files
from tom_alerce_like.plugins.classifiers.transient.classifier import CLASSES, VERSION, WEIGHTS, probabilities
from tom_alerce_like.plugins.classifiers.transient.export import write
from tom_alerce_like.plugins.classifiers.transient.features import COLUMNS, GROUPS, matrix

Floats = NDArray[np.float64]

SEED = 20260926
#: Labels that become another class; those of no class are left out.
RENAMED = {"satellite": "bogus"}
#: Besides the alert itself, copies of it from which groups and single columns are struck out.
COPIES, LOST_GROUP, LOST_COLUMN = 4, 0.5, 0.15


def examples(data: Path) -> pd.DataFrame:
    """Return labelled alerts with columns label and weight: the alerts of one object weigh 1 together.

    Labels of quality C and objects of other classes (two tidal disruptions) are left out.
    """
    path = data / "ztf_alerts" / "alerts_labelled.parquet"
    alerts = pd.concat([batch.alerts for batch in files.read(path)], ignore_index=True)
    labels = pd.read_parquet(path, columns=["candid", "label", "label_quality"])
    labels = labels.assign(alert_id=labels.pop("candid").astype(str)).drop_duplicates("alert_id")
    table = alerts.merge(labels, on="alert_id", how="inner")
    table["label"] = table["label"].replace(RENAMED)
    table = table[table["label"].isin(CLASSES) & (table["label_quality"] != "C")].reset_index(drop=True)
    return table.assign(weight=1 / table.groupby("object_id")["alert_id"].transform("count"))


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
    codes = codes_of(table["label"])
    return model.fit(shown, np.tile(codes, COPIES + 1), np.tile(table["weight"], COPIES + 1))


def codes_of(labels: Sequence[str] | pd.Series) -> NDArray[np.int64]:
    """Return the number of each label's class."""
    return pd.Index(CLASSES).get_indexer(pd.Index(labels))


def folds(table: pd.DataFrame, n: int, seed: int = SEED) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Split by object: all alerts of an object are on one side."""
    splitter = StratifiedGroupKFold(n, shuffle=True, random_state=seed)
    return list(splitter.split(table, table["label"], table["object_id"]))


def temperature(features: NDArray[np.float32], table: pd.DataFrame) -> float:
    """Return the temperature that makes probabilities of unseen objects the likeliest."""
    unseen = np.empty((len(table), len(CLASSES)))
    for train, test in folds(table, 4):
        unseen[test] = trees(features[train], table.iloc[train]).decision_function(features[test])
    codes, weight = codes_of(table["label"]), table["weight"].to_numpy()

    def loss(log_temperature: float) -> float:
        at_truth = probabilities(unseen, float(np.exp(log_temperature)))[np.arange(len(codes)), codes]
        return float(-(weight * np.log(at_truth)).sum())

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))


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
