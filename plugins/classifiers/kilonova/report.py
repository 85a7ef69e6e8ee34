"""Print the figures at every epoch: ``python -m tom_alerce_like.plugins.classifiers.kilonova.report DATA``.

Objects of the simulated nights for judging as they were known at their n-th detection, by the shipped weights.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.curves.simulate import unpacked
from tom_alerce_like.plugins.classifiers.kilonova import evaluate, nights, train
from tom_alerce_like.plugins.classifiers.kilonova.classifier import probability
from tom_alerce_like.plugins.classifiers.kilonova.features import of_curves

DETECTIONS = (2, 3, 5, 8, 12, 20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    with unpacked(parser.parse_args().data) as folder:
        for survey in train.SURVEYS:
            rng = np.random.default_rng(evaluate.SEED)
            night = nights.night(evaluate.JUDGE, train.templates(folder, survey, False), rng, learning=False)
            curves = Curves.of(night)
            for n in DETECTIONS:
                said = probability(of_curves(curves.after(n), train.known(night)))
                has = np.isfinite(said) & (curves.count(curves.is_detection) >= n)
                rows = night[["label"]].assign(probability=said)[has]
                rows = rows.assign(weight=nights.weights(rows["label"].to_numpy(), nights.SHARES))
                counts = (rows["label"] == nights.KILONOVA).sum(), len(rows)
                print(survey, n, *counts, {key: round(value, 3) for key, value in evaluate.night_figures(rows).items()})


if __name__ == "__main__":
    main()
