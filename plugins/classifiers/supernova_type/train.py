"""Train the module: ``python -m tom_alerce_like.plugins.classifiers.supernova_type.train DATA`` (minutes of one core).

DATA holds the training set of PLAsTiCC, from which alone the trees learn. Writes the weights beside this file. Needs
the extra ``train``.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import lightgbm
import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from tom_alerce_like.plugins.classifiers import calibrate, export_lightgbm, labelled
from tom_alerce_like.plugins.classifiers.curves import Curves, sets
from tom_alerce_like.plugins.classifiers.supernova_type import bank, features, lessons, observe
from tom_alerce_like.plugins.classifiers.supernova_type.classifier import (
    CLASSES,
    PRIOR,
    SURVEYS,
    VERSION,
    WEIGHTS,
    seen,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SEED = 20261120
#: Copies of each supernova by survey.
COPIES = {"LSST": 5, "ZTF": 2}
_PARTS = 3
#: Trees and their leaves by survey.
_SIZES = {"LSST": (300, 20), "ZTF": (120, 12)}
_SETTINGS: dict[str, Any] = {
    "learning_rate": 0.08,
    "min_child_samples": 40,
    "reg_lambda": 5.0,
    "colsample_bytree": 0.3,
    "subsample": 0.7,
    "subsample_freq": 1,
    "extra_trees": True,
    "n_jobs": 1,
    "verbose": -1,
}


class Examples(NamedTuple):
    """Features of lessons; ``owner`` is the supernova that each was made from, ``kind`` the class of each owner.

    ``survey`` is by whom the lesson was seen.
    """

    features: NDArray[np.float32]
    owner: Ints
    kind: Ints
    survey: NDArray[np.str_]

    @property
    def codes(self) -> Ints:
        """Return the class of each lesson."""
        return self.kind[self.owner]


def examples(data: Path) -> Examples:
    """Return the supernovae of PLAsTiCC's training set, as they are and as copies; templates of the bank left out."""
    table = sets.plasticc_train(data)
    curves = Curves.of(table)
    sky = observe.sky(table, curves)
    rows = np.flatnonzero(table["label"].isin(CLASSES) & ~table["object_id"].isin(bank.learned_objects()))
    # PLAsTiCC's fluxes are freed from dust already
    table, curves = table.iloc[rows].assign(mw_ebv=0.0), curves.take(rows)
    redshift, ebv = (table[name].to_numpy(float) for name in ("host_spec_redshift", "mw_ebv"))
    surfaces = list(lessons.surfaces(curves, redshift, ebv, table["label"]))
    parts, owners, surveys = [seen(table, curves)], [np.arange(len(table))], [np.full(len(table), "LSST")]
    for survey, n in COPIES.items():
        made = observe.copies(surfaces, n, survey, sky, np.random.default_rng([SEED, n]))
        parts.append(features.matrix(made.curves, made.redshift, made.redshift_err, made.mw_ebv, made.survey))
        owners.append(made.owner)
        surveys.append(made.survey)
    kind = labelled.codes(table["label"], CLASSES)
    return Examples(np.concatenate(parts), np.concatenate(owners), kind, np.concatenate(surveys))


def weights(codes: Ints) -> Floats:
    """Return weights with which the classes are as frequent as `PRIOR` says."""
    share = np.array([PRIOR[kind] for kind in CLASSES])
    weight = (share / np.maximum(np.bincount(codes, minlength=len(CLASSES)), 1))[codes]
    return weight / weight.mean()


def trees(known: Examples, survey: str, owners: Ints | None = None) -> lightgbm.LGBMClassifier:
    """Return boosted trees that have learned from the lessons of a survey, all of them or those of some supernovae."""
    rows = known.survey == survey
    if owners is not None:
        rows &= np.isin(known.owner, owners)
    n, leaves = _SIZES[survey]
    model = lightgbm.LGBMClassifier(n_estimators=n, num_leaves=leaves, random_state=SEED, **_SETTINGS)
    return model.fit(known.features[rows], known.codes[rows], weights(known.codes[rows]))


def temperature(known: Examples, survey: str) -> float:
    """Return the temperature that makes probabilities of unseen supernovae the likeliest."""
    unseen = np.full((len(known.owner), len(CLASSES)), np.nan)
    splitter = StratifiedKFold(_PARTS, shuffle=True, random_state=SEED)
    for fit, test in splitter.split(known.kind, known.kind):
        rows = np.isin(known.owner, test) & (known.survey == survey)
        unseen[rows] = margins(trees(known, survey, fit), known.features[rows])
    rows = known.survey == survey
    return calibrate.temperature(unseen[rows], known.codes[rows], weights(known.codes[rows]))


def margins(model: lightgbm.LGBMClassifier, shown: NDArray[np.float32]) -> Floats:
    """Return logits, shape (n, classes)."""
    return np.asarray(model.predict(shown, raw_score=True))


def write(known: Examples, path: Path) -> None:
    """Write the trees of all surveys, each with targets of its own, and their temperatures."""
    columns = range(len(features.NAMES))
    parts, properties = [], {"version": VERSION}
    for number, survey in enumerate(SURVEYS):
        parts.append(export_lightgbm.Part(trees(known, survey).booster_, columns, number * len(CLASSES)))
        properties[f"temperature_{survey}"] = repr(temperature(known, survey))
    export_lightgbm.write(parts, 1, properties, path)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args(arguments)
    known = examples(options.data)
    write(known, options.out)
    print(f"{options.out}: {options.out.stat().st_size / 1e3:.0f} kB from {len(known.owner)} lessons")


if __name__ == "__main__":
    main()
