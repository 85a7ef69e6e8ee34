"""Print the figures at every epoch: ``python -m tom_alerce_like.plugins.classifiers.microlensing.report DATA``.

Objects of PLAsTiCC's first part as they were known at their n-th detection, by a model that learned from the others.
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    table = sets.plasticc_train(parser.parse_args().data)
    given = train.of_table(table)
    fit, test = train.folds(given, evaluate.PARTS)[0]
    model = train.fitted(train.chosen(given, fit))
    curves = Curves.of(table).take(test)
    columns = table[list(COLUMNS)].to_numpy(np.float32)[test]
    for n in DETECTIONS:
        rows = np.flatnonzero(curves.count(curves.is_detection) >= n)
        features = of_curves(curves.take(rows).after(n))
        features[:, [NAMES.index(name) for name in COLUMNS]] = columns[rows]
        shown = pd.DataFrame({"truth": given.is_lens[test][rows], "probability": model(features)})
        print(n, len(rows), {key: round(value, 3) for key, value in evaluate.measures(shown).items()}, flush=True)


if __name__ == "__main__":
    main()
