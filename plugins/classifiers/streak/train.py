"""Train the module: ``python -m tom_alerce_like.plugins.classifiers.streak.train DATA``.

DATA holds ztf_alerts/alerts_labelled.parquet and, for more of the same, alerts_unlabelled.parquet. Writes the weights
beside this file. Needs the extra ``train``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from tom_alerce_like.plugins.classifiers import labelled
from tom_alerce_like.plugins.classifiers.export import write
from tom_alerce_like.plugins.classifiers.streak import examples
from tom_alerce_like.plugins.classifiers.streak.classifier import CLASSES, VERSION, WEIGHTS
from tom_alerce_like.plugins.classifiers.streak.examples import Examples

SEED = 20261120
LINES = 12_000
#: The mix for which probabilities are calibrated: one alert in ten holds a line. Fink found satellite glints to be
#: about that share of what ZTF detects only once.
MIX = {"asteroid streak": 0.05, "satellite": 0.05, "none": 0.9}
#: How much a real alert counts more than a copy of it or an artefact.
_REAL = 2.0


def everything(data: Path) -> tuple[Examples, Examples, Examples]:
    """Return the real alerts, the simulated lines on them, and more without a line."""
    alerts = examples.real(data)
    return examples.of_alerts(alerts), examples.lines(alerts, LINES, SEED), examples.others(alerts, SEED)


def trees(given: Examples) -> HistGradientBoostingClassifier:
    """Return boosted trees trained on examples."""
    codes = labelled.codes(given.table["label"], CLASSES)
    weight = np.where(given.table["is_real"], _REAL, 1.0)
    model = HistGradientBoostingClassifier(
        max_iter=500,
        learning_rate=0.03,
        max_leaf_nodes=10,
        min_samples_leaf=10,
        l2_regularization=3.0,
        max_features=0.2,
        random_state=SEED,
    )
    model.fit(given.features, codes, weight)
    share = np.bincount(codes, weight) / weight.sum()
    # learnt from about as many lines as not, told what is usual: a shift of the logits (Saerens et al. 2002)
    model._baseline_prediction += np.log([MIX[name] for name in CLASSES] / share)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    given = examples.learnt(*everything(options.data))
    write(trees(given), {"version": VERSION}, options.out)
    print(f"{options.out}: {options.out.stat().st_size / 1e3:.0f} kB from {len(given.table)} stamps")


if __name__ == "__main__":
    main()
