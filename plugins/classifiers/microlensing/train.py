"""Train the module: ``python -m tom_alerce_like.plugins.classifiers.microlensing.train DATA``.

DATA holds PLAsTiCC's training set and simulation/sncosmo_data.tar.xz. Writes the weights beside this file. Needs the
extra ``train``.
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
from scipy.optimize import minimize
from sklearn.model_selection import StratifiedKFold

from tom_alerce_like.plugins.classifiers.curves import sets
from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.curves.simulate import Templates, unpacked
from tom_alerce_like.plugins.classifiers.export_lightgbm import Part, write
from tom_alerce_like.plugins.classifiers.microlensing import skies
from tom_alerce_like.plugins.classifiers.microlensing.classifier import VERSION, WEIGHTS, calibrated, judged
from tom_alerce_like.plugins.classifiers.microlensing.features import NAMES, matrix

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
    "learning_rate": 0.04,
    "num_leaves": 10,
    "min_data_in_leaf": 15,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 3.0,
    "scale_pos_weight": 5.0,
    "num_threads": 1,
    "deterministic": True,
    "seed": SEED,
    "verbose": -1,
}
_TREES = 350


class Examples(NamedTuple):
    """Features, truth and survey of objects, one each."""

    features: NDArray[np.float32]
    is_lens: NDArray[np.bool_]
    object_id: NDArray
    survey: NDArray


@dataclass(frozen=True)
class Model:
    """Trees and what makes their margins honest."""

    trees: lightgbm.Booster
    slope: float
    offset: float

    def __call__(self, features: NDArray[np.float32]) -> Floats:
        """Return the probability of a lens, (n,): NaN where the module does not judge."""
        margin = np.asarray(self.trees.predict(features, raw_score=True, num_threads=1))
        return np.where(judged(features), calibrated(margin, self.slope, self.offset), np.nan)


def examples(data: Path) -> Examples:
    """Return PLAsTiCC's objects and simulated ones of ZTF. Raises `FileNotFoundError` where a file is missing."""
    with unpacked(data) as folder:
        rng = np.random.default_rng(SEED)
        simulated = skies.ztf_sky(Templates.of(folder, "ZTF", TEMPLATES, rng), rng)
    return joined(of_table(sets.plasticc_train(data)), of_table(simulated))


def of_table(table: pd.DataFrame) -> Examples:
    """Return the examples of a labelled table."""
    names = (table[name].to_numpy(str) for name in ("object_id", "survey"))
    return Examples(matrix(table), (table["label"] == skies.LENS).to_numpy(), *names)


def joined(*parts: Examples) -> Examples:
    """Return several examples as one."""
    return Examples(*(np.concatenate(values) for values in zip(*parts, strict=True)))


def chosen(given: Examples, rows: NDArray) -> Examples:
    """Return some of the examples."""
    return Examples(*(values[rows] for values in given))


def trees(given: Examples) -> lightgbm.Booster:
    """Return boosted trees."""
    return lightgbm.train(_SETTINGS, lightgbm.Dataset(given.features, given.is_lens.astype(int)), _TREES)


def folds(given: Examples, n: int) -> list[tuple[NDArray, NDArray]]:
    """Return the rows of each of n divisions to learn from and to judge: as many lenses of each survey in each."""
    kind = np.char.add(given.survey.astype(str), given.is_lens.astype(str))
    return list(StratifiedKFold(n, shuffle=True, random_state=SEED).split(kind, kind))


def fitted(given: Examples) -> Model:
    """Return trees trained on all examples, calibrated on those that each of three other ensembles did not see."""
    margin = np.empty(len(given.is_lens))
    for fit, test in folds(given, 3):
        margin[test] = trees(chosen(given, fit)).predict(given.features[test], raw_score=True, num_threads=1)

    def loss(line: Floats) -> float:
        said = np.clip(calibrated(margin, *line), 1e-12, 1 - 1e-12)
        return float(-np.log(np.where(given.is_lens, said, 1 - said)).sum())

    slope, offset = minimize(loss, [1.0, 0.0], method="Nelder-Mead").x
    return Model(trees(given), float(slope), float(offset))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    model = fitted(examples(options.data))
    properties = {"version": VERSION, "slope": repr(model.slope), "offset": repr(model.offset)}
    write([Part(model.trees, range(len(NAMES)), 0)], 1, properties, options.out)
    print(f"{options.out}: {options.out.stat().st_size / 1e3:.0f} kB, {properties}")


if __name__ == "__main__":
    main()
