"""The module that serves: the best evidence that an alert has, and logistic regressions of it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers import pixels
from tom_alerce_like.plugins.classifiers.star_galaxy.evidence import NUMBERS, of_columns, of_pixels

Floats = NDArray[np.float64]
WEIGHTS = Path(__file__).parent / "weights" / "star_galaxy.json"
CLASSES = ("star", "galaxy")
VERSION = "1.0"


class Judge(NamedTuple):
    """A logistic regression: the probability of a star is 1 / (1 + exp(-(evidence @ slopes + intercept)))."""

    evidence: tuple[str, ...]
    slopes: tuple[float, ...]
    intercept: float

    def says(self, evidence: pd.DataFrame) -> Floats:
        """Return the probability of a star, (n,); NaN for rows that lack a piece of the evidence."""
        terms = evidence[list(self.evidence)].to_numpy() * np.array(self.slopes)
        return 1 / (1 + np.exp(-(terms.sum(axis=1) + self.intercept)))


@cache
def judges(path: Path) -> tuple[Judge, ...]:
    """Return the regressions of a file of weights, the most trusted first and that of the pixels last."""
    stored = json.loads(path.read_text())["judges"]
    return tuple(Judge(tuple(one["evidence"]), tuple(one["slopes"]), one["intercept"]) for one in stored)


def decided(evidence: pd.DataFrame, by: tuple[Judge, ...]) -> Floats:
    """Return what the first judge says who has all of its evidence, (n,); NaN where none has."""
    star = np.full(len(evidence), np.nan)
    for judge in by:
        star = np.where(np.isnan(star), judge.says(evidence), star)
    return star


class StarGalaxyClassifier:
    """Tells whether the nearest catalogued source is a point; docs/modules/star_galaxy.md is its model card.

    Alerts without the columns are judged by the nearest source in their template.
    """

    name = "star_galaxy"
    version = VERSION
    columns = (*NUMBERS, *pixels.COLUMNS)
    classes = CLASSES

    def score(self, alerts: pd.DataFrame) -> pd.DataFrame:
        """Return the probability of each class; NaN where there is no source or nothing to judge it by."""
        *by_columns, by_pixels = judges(WEIGHTS)
        star = decided(of_columns(alerts), tuple(by_columns))
        left = np.flatnonzero(np.isnan(star))
        star[left] = by_pixels.says(of_pixels(alerts.iloc[left]))
        return pd.DataFrame(np.column_stack([star, 1 - star]), index=alerts.index, columns=list(CLASSES))
