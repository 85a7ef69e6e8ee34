"""Measure the module: ``python -m tom_alerce_like.plugins.classifiers.star_galaxy.evaluate DATA``.

Prints the figures of the model card and draws its pictures into the folder given as ``--pictures``. Five-fold
cross-validation, split by object. The alerts of one object weigh 1 together; intervals are 95 per cent, from 1,000
resamplings of objects.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from tom_alerce_like.plugins.classifiers import labelled
from tom_alerce_like.plugins.classifiers.measures import calibration_error, show, with_intervals
from tom_alerce_like.plugins.classifiers.star_galaxy import images, report, train, truth
from tom_alerce_like.plugins.classifiers.star_galaxy.classifier import WEIGHTS, Judge, decided, judges
from tom_alerce_like.plugins.classifiers.star_galaxy.train import Examples

Floats = NDArray[np.float64]
Figures = dict[str, tuple[float, float, float]]
SEED, FOLDS = 20260926, 5


def unseen(data: Path) -> Examples:
    """Return the examples with probabilities of a star, by judges that saw no such object.

    ``module`` is what the module says; the other columns are what the judges of `train.BENCH` say, each for itself.
    """
    given = everything(data)
    made = [
        scored(Examples(given.alerts.iloc[of_alerts[1]], given.images.iloc[of_images[1]]), judge)
        for of_alerts, of_images, judge in _folds(given)
    ]
    return Examples(pd.concat([one.alerts for one in made]), pd.concat([one.images for one in made]))


def shipped(data: Path) -> Examples:
    """Return the same by the weights of the package; raises `FileNotFoundError` where ``data`` lacks the alerts."""
    return scored(everything(data), judges(WEIGHTS))


def everything(data: Path) -> Examples:
    """Return the examples, and the alerts whose nearest source only the naive truth knows: these have no label.

    Without the small images their table is empty.
    """
    table = truth.alerts(data)
    table = table.assign(label=truth.labels(table), naive=truth.naive(table))
    table = labelled.weighted(table[(table["label"] != "") | (table["naive"] != "")])
    there = (data / images.FILE).is_file()
    columns = ["label", "object_id", "weight", "height", *train.FROM_PIXELS]
    return Examples(train.of_alerts(table), train.of_images(data) if there else pd.DataFrame(columns=columns))


def _folds(given: Examples) -> Iterator[tuple[labelled.Split, labelled.Split, tuple[Judge, ...]]]:
    nothing = (np.arange(0), np.arange(0))
    of_images = labelled.folds(given.images, FOLDS, SEED) if len(given.images) else [nothing] * FOLDS
    for one, other in zip(labelled.folds(given.alerts, FOLDS, SEED), of_images, strict=True):
        seen = given.alerts.iloc[one[0]]
        seen = labelled.weighted(seen[seen["label"] != ""])
        yield one, other, train.trained(Examples(seen, given.images.iloc[other[0]]))


def scored(given: Examples, by: tuple[Judge, ...]) -> Examples:
    """Return the examples with what the judges say; a source that they do not judge is as likely a star as not."""
    said = {name: judge.says(given.alerts) for name, judge in zip(train.BENCH, by, strict=True)}
    said = {name: np.nan_to_num(star, nan=0.5) for name, star in (said | {"module": decided(given.alerts, by)}).items()}
    pixels = np.nan_to_num(by[-1].says(given.images), nan=0.5)
    return Examples(given.alerts.assign(**said), given.images.assign(pixels=pixels))


def figures(data: Path, scores: Examples) -> Figures:
    """Return each figure with its interval: AUC of module, of the score of PS1 alone and of pixels; calibration error.

    ``star_galaxy_naive_auc`` is that of the module against the truth "in Gaia or not", `truth.naive`.
    """
    known = scores.alerts[scores.alerts["label"] != ""].fillna({"star_galaxy_score": 0.5})
    naive = scores.alerts[scores.alerts["naive"] != ""]
    made = {
        "star_galaxy_auc": auc(known, "module"),
        "star_galaxy_ps1_score_auc": auc(known, "star_galaxy_score"),
        "star_galaxy_fallback_auc": auc(known, "pixels"),
        "star_galaxy_naive_auc": auc(naive.assign(label=naive["naive"]), "module"),
        "star_galaxy_ece": error(known, "module"),
    }
    return made | ({"star_galaxy_pixels_auc": auc(scores.images, "pixels")} if len(scores.images) else {})


def auc(table: pd.DataFrame, column: str) -> tuple[float, float, float]:
    """Return the area under the ROC curve and its interval."""
    star, said = (table["label"] == "star").to_numpy(), table[column].to_numpy()

    def measure(rows: NDArray[np.int64], weight: Floats) -> dict[str, float]:
        both = 0 < star[rows].sum() < len(rows)
        return {"auc": roc_auc_score(star[rows], said[rows], sample_weight=weight) if both else np.nan}

    return with_intervals(measure, table["object_id"], table["weight"].to_numpy(), seed=SEED)["auc"]


def error(table: pd.DataFrame, column: str) -> tuple[float, float, float]:
    """Return the calibration error of the probability of a star and its interval."""
    star, said = (table["label"] == "star").to_numpy(), table[column].to_numpy()

    def measure(rows: NDArray[np.int64], weight: Floats) -> dict[str, float]:
        return {"ece": calibration_error(said[rows], star[rows], weight)}

    return with_intervals(measure, table["object_id"], table["weight"].to_numpy(), seed=SEED)["ece"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pictures", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    scores = unseen(options.data)
    show(figures(options.data, scores))
    for title, table, column in report.parts(scores):
        print(f"{title}: {column}, {table['label'].value_counts().to_dict()}")
        for name, (value, low, high) in {"auc": auc(table, column), "ece": error(table, column)}.items():
            print(f"    {name} {value:.4f} [{low:.4f}, {high:.4f}]")
    report.tell(options.data, scores)
    if options.pictures:
        report.draw(scores, options.pictures)


if __name__ == "__main__":
    main()
