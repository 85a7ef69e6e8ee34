"""Print the figures at every epoch: ``... kilonova.report DATA [--picture FILE]``, by the shipped weights.

Objects of the simulated nights for judging as they were known at their n-th detection. The picture shows which
kilonovae are found at which distance, and which other objects are flagged.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from tom_alerce_like.cosmology import luminosity_distance_mpc
from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.curves.simulate import unpacked
from tom_alerce_like.plugins.classifiers.kilonova import evaluate, nights, train
from tom_alerce_like.plugins.classifiers.kilonova.classifier import FLAGGED, probability
from tom_alerce_like.plugins.classifiers.kilonova.features import of_curves

DETECTIONS = (2, 3, 5, 8, 12, 20)


def judged(folder: Path, survey: str) -> tuple[dict[int, pd.DataFrame], pd.DataFrame]:
    """Return label and probability of objects at each of `DETECTIONS`, and at the newest alert while new."""
    rng = np.random.default_rng(evaluate.SEED)
    night = nights.night(evaluate.JUDGE, train.templates(folder, survey, False), rng, learning=False)
    curves = Curves.of(night)
    epochs = {}
    for n in DETECTIONS:
        said = probability(of_curves(curves.after(n), train.known(night)))
        has = np.isfinite(said) & (curves.count(curves.is_detection) >= n)
        epochs[n] = night[["label"]].assign(probability=said)[has]
    owner, alerts = nights.all_alerts_of(curves)
    said = probability(of_curves(alerts, {name: values[owner] for name, values in train.known(night).items()}))
    best = pd.Series(said).groupby(owner).max().reindex(range(len(night))).to_numpy()
    return epochs, night[["label", "redshift"]].assign(probability=best)


def draw(ever: dict[str, pd.DataFrame], path: Path) -> None:
    """Draw the part of the kilonovae found by distance, and of the other kinds flagged, at any alert."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    for number, (survey, objects) in enumerate(ever.items()):
        flagged = objects["probability"] >= FLAGGED
        is_kilonova = objects["label"] == nights.KILONOVA
        distance = luminosity_distance_mpc(objects.loc[is_kilonova, "redshift"].to_numpy())
        edges = np.quantile(distance, np.linspace(0, 1, 7))
        place = pd.cut(distance, edges, include_lowest=True, labels=False)
        left.plot(
            pd.Series(distance).groupby(place).mean(), flagged[is_kilonova].groupby(place).mean(), "o-", label=survey
        )
        kinds = flagged[~is_kilonova].groupby(objects["label"]).mean()
        right.barh(np.arange(len(kinds)) + 0.4 * number, kinds, 0.4, label=survey)
        right.set_yticks(np.arange(len(kinds)) + 0.2, kinds.index)
    left.set(xlabel="distance (Mpc)", ylabel="kilonovae found", ylim=(0, 1))
    right.set(xlabel="flagged at any alert")
    left.legend()
    figure.savefig(path, dpi=110)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    ever = {}
    with unpacked(options.data) as folder:
        for survey in train.SURVEYS:
            epochs, ever[survey] = judged(folder, survey)
            for n, rows in epochs.items():
                rows = rows.assign(weight=nights.weights(rows["label"].to_numpy(), nights.SHARES))
                counts = (rows["label"] == nights.KILONOVA).sum(), len(rows)
                print(survey, n, *counts, {key: round(value, 3) for key, value in evaluate.night_figures(rows).items()})
    if options.picture:
        draw(ever, options.picture)


if __name__ == "__main__":
    main()
