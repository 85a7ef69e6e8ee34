"""Train the module: ``python -m tom_alerce_like.plugins.classifiers.microlensing.train DATA``.

DATA holds PLAsTiCC's training set and simulation/sncosmo_data.tar.xz. Writes the files of weights beside
this file. Needs the extra ``train``.
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
from sklearn.model_selection import StratifiedGroupKFold

from tom_alerce_like.plugins.classifiers.calibrate import line
from tom_alerce_like.plugins.classifiers.curves import Curves, sets
from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.curves.simulate import Templates, unpacked
from tom_alerce_like.plugins.classifiers.export_lightgbm import Part, write
from tom_alerce_like.plugins.classifiers.microlensing import skies
from tom_alerce_like.plugins.classifiers.microlensing.classifier import (
    HOSTED,
    VERSION,
    WEIGHTS,
    has_galaxy,
    judged,
)
from tom_alerce_like.plugins.classifiers.microlensing.features import COLUMNS, NAMES, matrix, of_curves
from tom_alerce_like.serving import calibrated

SEED = 20261120
TEMPLATES = (
    "hsiao",
    "v19-2013fs-corr",
    "v19-2009kr-corr",
    "s11-2005lc",
    "v19-2007y-corr",
    "v19-2004fe-corr",
    "s11-2005hl",
)
_SETTINGS = {
    "objective": "binary",
    "learning_rate": 0.08,
    "num_leaves": 10,
    "min_data_in_leaf": 15,
    "feature_fraction": 0.2,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 3.0,
    "extra_trees": True,
    "max_bin": 127,
    "num_threads": 1,
    "deterministic": True,
    "seed": SEED,
    "verbose": -1,
}
_TREES = 300
#: Highest point of a simulated lens above its baseline, in its errors, from which it is learned from.
LEAST_HEIGHT = 4.0


class Examples(NamedTuple):
    """Features, truth, object and survey; ``is_cut`` tells light curves that were cut early."""

    features: NDArray[np.float32]
    is_lens: NDArray[np.bool_]
    object_id: NDArray
    survey: NDArray
    is_cut: NDArray[np.bool_]


@dataclass(frozen=True)
class Model:
    """Trees and what makes their margins honest."""

    trees: lightgbm.Booster
    slope: float
    offset: float

    def __call__(self, features: NDArray[np.float32]) -> Floats:
        """Return the probability of a lens, (n,): NaN where the module does not judge."""
        margin = np.asarray(self.trees.predict(features, raw_score=True, num_threads=1))
        said = calibrated(margin, self.slope, self.offset)
        return np.where(judged(features), np.where(has_galaxy(features), HOSTED, said), np.nan)


def examples(data: Path, weights: str) -> Examples:
    """Return the objects that weights of a name learn from. Raises `FileNotFoundError` where a file is missing."""
    if weights != "ztf":
        return of_plasticc(data, weights == "lsst_star")
    rng = np.random.default_rng(SEED)
    with unpacked(data) as folder:
        simulated = skies.ztf_sky(Templates.of(folder, "ZTF", TEMPLATES, rng), rng)
    made = joined(of_table(simulated), cut_early(simulated, rng))
    return chosen(made, np.flatnonzero(~made.is_lens | visible(made.features)))


def visible(features: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return where an event can be seen at all; a lens that nobody noticed looks like a constant star."""
    return features[:, NAMES.index("height_snr")] > np.log10(LEAST_HEIGHT)


def of_plasticc(data: Path, knows_galaxies: bool) -> Examples:
    """Return PLAsTiCC's objects: with a redshift of 0 for those of our Galaxy, or none known at all."""
    table = sets.plasticc_train(data)
    redshift = np.where(table["is_galactic"], 0.0, table["host_redshift"])
    return of_table(table.assign(host_redshift=redshift if knows_galaxies else np.nan))


def of_table(table: pd.DataFrame) -> Examples:
    """Return the examples of a labelled table."""
    return _described(table, matrix(table), False)


def cut_early(table: pd.DataFrame, rng: np.random.Generator) -> Examples:
    """Return the examples of the same objects as they were known at one of their detections."""
    features = of_curves(skies.cut(Curves.of(table), rng))
    features[:, [NAMES.index(name) for name in COLUMNS]] = table[list(COLUMNS)].to_numpy(np.float32)
    return _described(table, features, True)


def _described(table: pd.DataFrame, features: NDArray[np.float32], is_cut: bool) -> Examples:
    object_id, survey = (table[name].to_numpy(str) for name in ("object_id", "survey"))
    is_lens = (table["label"] == skies.LENS).to_numpy()
    return Examples(features, is_lens, object_id, survey, np.full(len(table), is_cut))


def joined(*parts: Examples) -> Examples:
    """Return several examples as one."""
    return Examples(*(np.concatenate(values) for values in zip(*parts, strict=True)))


def chosen(given: Examples, rows: NDArray) -> Examples:
    """Return some of the examples."""
    return Examples(*(values[rows] for values in given))


def trees(given: Examples) -> lightgbm.Booster:
    """Return boosted trees; what has a galaxy is judged without them, and not learned from."""
    star = judged(given.features) & ~has_galaxy(given.features)
    lessons = lightgbm.Dataset(given.features[star], given.is_lens[star].astype(int))
    return lightgbm.train(_SETTINGS, lessons, _TREES)


def folds(given: Examples, n: int) -> list[tuple[NDArray, NDArray]]:
    """Return the rows of each of n divisions to learn from and to judge, split by object: as many lenses in each."""
    divisions = StratifiedGroupKFold(n, shuffle=True, random_state=SEED)
    return list(divisions.split(given.is_lens, given.is_lens, given.object_id))


def fitted(given: Examples) -> Model:
    """Return trees trained on all examples, calibrated on those that each of three other ensembles did not see."""
    margin = np.empty(len(given.is_lens))
    for fit, test in folds(given, 3):
        margin[test] = trees(chosen(given, fit)).predict(given.features[test], raw_score=True, num_threads=1)
    star = judged(given.features) & ~has_galaxy(given.features)
    return Model(trees(given), *line(margin[star], given.is_lens[star]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    for name, path in WEIGHTS.items():
        model = fitted(examples(data, name))
        properties = {"version": VERSION, "slope": repr(model.slope), "offset": repr(model.offset)}
        write([Part(model.trees, range(len(NAMES)), 0)], 1, properties, path)
        print(f"{path}: {path.stat().st_size / 1e3:.0f} kB, {properties}")


if __name__ == "__main__":
    main()
