"""Train the module: ``python -m tom_alerce_like.plugins.classifiers.star_galaxy.train DATA``.

DATA holds ztf_alerts/ and star_galaxy/. Writes the weights beside this file, within seconds. Needs the extra ``train``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from tom_alerce_like.plugins.classifiers.star_galaxy import images, truth
from tom_alerce_like.plugins.classifiers.star_galaxy.classifier import VERSION, WEIGHTS, Judge
from tom_alerce_like.plugins.classifiers.star_galaxy.evidence import (
    FROM_COLUMNS,
    FROM_PIXELS,
    of_columns,
    of_pixels,
    of_stamps,
)

#: The evidence of each judge, the most trusted first.
BENCH = {"columns": FROM_COLUMNS, "score": FROM_COLUMNS[:1], "reference": FROM_COLUMNS[1:], "pixels": FROM_PIXELS}
#: Inverse strength of the penalty on slopes, of evidence with unit variance.
PENALTY = 3.0
#: All the small images together weigh as much as so many alerts.
IMAGES_WEIGH = 300.0


class Examples(NamedTuple):
    """Tables of one row for each example: evidence, label (star, galaxy or empty), object_id and weight."""

    alerts: pd.DataFrame
    images: pd.DataFrame


def examples(data: Path) -> Examples:
    """Read what there is to learn from; raises `FileNotFoundError` where a part is missing."""
    return Examples(of_alerts(truth.examples(data)), of_images(data))


def of_alerts(table: pd.DataFrame) -> pd.DataFrame:
    """Return alerts with all their evidence."""
    return pd.concat([table, of_columns(table), of_pixels(table)], axis=1)


def of_images(data: Path) -> pd.DataFrame:
    """Return the small images' labels with their evidence."""
    stamps, table = images.read(data)
    evidence = of_stamps(stamps, np.full(len(stamps), images.PSF_PX))
    return table.assign(**dict(zip(FROM_PIXELS, evidence.T, strict=True)))


def trained(given: Examples) -> tuple[Judge, ...]:
    """Return a judge for each line of the bench.

    That of the pixels learns from both sorts of examples: the slopes are the same for both, the intercept, which holds
    how frequent galaxies are, is that of the alerts.
    """
    *by_columns, by_pixels = BENCH.values()
    others = [fitted(given.alerts, evidence) for evidence in by_columns]
    if given.images.empty:
        return (*others, fitted(given.alerts, by_pixels))
    stamps = given.images.assign(elsewhere=1.0)
    stamps["weight"] *= IMAGES_WEIGH / stamps["weight"].sum()
    both = pd.concat([given.alerts.assign(elsewhere=0.0), stamps], ignore_index=True)
    pixels = fitted(both, (*by_pixels, "elsewhere"))
    return (*others, Judge(by_pixels, pixels.slopes[:-1], pixels.intercept))


def fitted(table: pd.DataFrame, evidence: Sequence[str]) -> Judge:
    """Return the regression on those rows that have the evidence."""
    known = table.dropna(subset=list(evidence))
    values = known[list(evidence)].to_numpy(dtype=float)
    middle, spread = values.mean(axis=0), values.std(axis=0)
    model = LogisticRegression(C=PENALTY, max_iter=1000)
    model.fit((values - middle) / spread, known["label"] == "star", known["weight"])
    slopes: NDArray[np.float64] = model.coef_[0] / spread
    return Judge(tuple(evidence), tuple(slopes.tolist()), float(model.intercept_[0] - slopes @ middle))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    made = [judge._asdict() for judge in trained(examples(options.data))]
    options.out.parent.mkdir(exist_ok=True)
    options.out.write_text(json.dumps({"version": VERSION, "judges": made}, indent=1) + "\n")
    print(options.out.read_text())


if __name__ == "__main__":
    main()
