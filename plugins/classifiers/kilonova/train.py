"""Train the module: ``python -m tom_alerce_like.plugins.classifiers.kilonova.train DATA``.

DATA holds simulation/sncosmo_data.tar.xz; everything that is learned from is simulated. Writes the weights beside this
file. Needs the extra ``train``.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import lightgbm
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from tom_alerce_like.plugins.classifiers.calibrate import line
from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.curves.simulate import Templates, unpacked
from tom_alerce_like.plugins.classifiers.curves.simulate.templates import SOURCES
from tom_alerce_like.plugins.classifiers.export_lightgbm import Part, write
from tom_alerce_like.plugins.classifiers.kilonova import nights
from tom_alerce_like.plugins.classifiers.kilonova.classifier import VERSION, WEIGHTS, judged
from tom_alerce_like.plugins.classifiers.kilonova.features import COLUMNS, NAMES, of_curves
from tom_alerce_like.serving import calibrated

SEED = 20261120
SURVEYS = ("ZTF", "LSST")
#: Objects of each kind and survey.
LEARN = {
    **dict.fromkeys(("SNII", "shock cooling", "dwarf nova", "fader"), 2000),
    **dict.fromkeys(("SNIIn", "TDE", "AGN"), 1000),
    **{nights.KILONOVA: 5000, "SNIa": 2500, "SNIbc": 2500, "stellar flare": 150},
}
#: Alerts that are drawn of each object. Each is learned from with all that is known and as detections alone, which
#: counts half; supernovae then count more, for there they are taken for kilonovae most.
COPIES, BARE_WEIGHT, OF_SUPERNOVAE = 4, 0.5, {"SNIa": 6.0, "SNII": 3.0, "SNIbc": 3.0}
#: What fades faster is never less of a kilonova.
_MONOTONE = ("recent_fading", "long_fading", "fastest_fall_mag_per_day")
_SETTINGS = {
    "objective": "binary",
    "learning_rate": 0.06,
    "num_leaves": 24,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "monotone_constraints": [int(name in _MONOTONE) for name in NAMES],
    "monotone_constraints_method": "intermediate",
    "num_threads": 1,
    "deterministic": True,
    "seed": SEED,
    "verbose": -1,
}
_TREES = 250


class Examples(NamedTuple):
    """Features, truth, weight and the object's number, one of each for each alert."""

    features: NDArray[np.float32]
    is_kilonova: NDArray[np.bool_]
    weight: Floats
    owner: NDArray[np.int64]


@dataclass(frozen=True)
class Model:
    """Trees and what makes their margins honest."""

    trees: lightgbm.Booster
    slope: float
    offset: float

    def __call__(self, features: NDArray[np.float32]) -> Floats:
        """Return the probability of a kilonova, (n,): NaN where the module does not judge."""
        margin = np.asarray(self.trees.predict(features, raw_score=True, num_threads=1))
        return np.where(judged(features), calibrated(margin, self.slope, self.offset), np.nan)


def templates(folder: Path, survey: str, learning: bool) -> Templates:
    """Return the templates of supernovae to learn from, or those to be judged on."""
    everything = [name for names in SOURCES.values() for name in names]
    chosen = [name for name in everything if (name in nights.LEARNED) == learning]
    return Templates.of(folder, survey, chosen, np.random.default_rng(SEED))


def known(table: pd.DataFrame) -> dict[str, Floats]:
    """Return what features read of a table beside its light curves."""
    return {name: table[name].to_numpy(float) for name in COLUMNS}


def examples(tables: list[pd.DataFrame], rng: np.random.Generator) -> Examples:
    """Return alerts of simulated objects, each twice: with all that is known, and as bare detections."""
    table = pd.concat(tables, ignore_index=True)
    curves, columns = Curves.of(table), known(table)
    made = []
    for _ in range(COPIES):
        shown = nights.alerts_of(curves, rng)
        made += [of_curves(shown, columns), of_curves(shown.select(shown.is_detection), {})]
    features = np.concatenate(made)
    enough = judged(features)
    owner = np.tile(np.arange(len(table)), 2 * COPIES)[enough]
    bare = np.tile(np.repeat([False, True], len(table)), COPIES)[enough]
    label = table["label"].to_numpy()[owner]
    of_bare = BARE_WEIGHT * pd.Series(label).map(OF_SUPERNOVAE).fillna(1.0).to_numpy()
    weight = nights.weights(label, nights.shares(learning=True)) * np.where(bare, of_bare, 1.0)
    return Examples(features[enough], label == nights.KILONOVA, weight, owner)


def trees(given: Examples) -> lightgbm.Booster:
    """Return boosted trees."""
    lessons = lightgbm.Dataset(given.features, given.is_kilonova.astype(int), weight=given.weight)
    return lightgbm.train(_SETTINGS, lessons, _TREES)


def fitted(given: Examples) -> Model:
    """Return trees trained on all examples, calibrated on objects that each of three other ensembles did not see."""
    margin = np.empty(len(given.owner))
    for fit, test in GroupKFold(3).split(margin, groups=given.owner):
        part = trees(Examples(*(values[fit] for values in given)))
        margin[test] = part.predict(given.features[test], raw_score=True, num_threads=1)
    return Model(trees(given), *line(margin, given.is_kilonova, given.weight))


def trained(folder: Path) -> Model:
    """Return the model of the simulated nights of both surveys; ``folder`` is that of the templates."""
    rng = np.random.default_rng(SEED)
    tables = [nights.night(LEARN, templates(folder, survey, True), rng, learning=True) for survey in SURVEYS]
    return fitted(examples(tables, rng))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    with unpacked(options.data) as folder:
        model = trained(folder)
    properties = {"version": VERSION, "slope": repr(model.slope), "offset": repr(model.offset)}
    write([Part(model.trees, range(len(NAMES)), 0)], 1, properties, options.out)
    print(f"{options.out}: {options.out.stat().st_size / 1e3:.0f} kB, {properties}")


if __name__ == "__main__":
    main()
