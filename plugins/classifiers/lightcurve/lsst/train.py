"""Train trees and nets: ``python -m tom_alerce_like.plugins.classifiers.lightcurve.lsst.train DATA``.

DATA holds plasticc/. Writes the weights beside this file (three minutes of a core). Needs the extra ``train``.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, NamedTuple

import lightgbm
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers import calibrate, export_lightgbm, labelled
from tom_alerce_like.plugins.classifiers.curves import Curves, sets
from tom_alerce_like.plugins.classifiers.export_lightgbm import Part
from tom_alerce_like.plugins.classifiers.lightcurve.lsst import features, net_export
from tom_alerce_like.plugins.classifiers.lightcurve.lsst.classifier import (
    ALONE,
    CLASSES,
    EXTRAGALACTIC,
    GALACTIC,
    VERSION,
    WITH_REDSHIFT,
    softened,
)
from tom_alerce_like.plugins.classifiers.lightcurve.lsst.net import Net, fitted

Floats = NDArray[np.float64]
Shown = NDArray[np.float32]
SEED, PARTS = 20261120, 5
#: A spectroscopic redshift is known so well.
SPEC_ERR = 0.001
#: Days before its first detection from which a survey gives forced photometry with its alerts.
FORCED_DAYS = 30.0
#: Number of the detection at which early curves end.
FIRST_CUT, LAST_CUT = 2, 30
#: What a whole light curve counts with spectroscopic and photometric redshift, and an early one with either.
WEIGHTS = {"spec": 1.0, "photo": 0.7, "early spec": 0.3, "early photo": 0.3}
ALONE_WEIGHTS = {"whole": 1.0, "early": 0.4}
#: What the net counts beside the trees, which count the rest.
NET_SHARE = 0.4
_SETTINGS: dict[str, Any] = {
    "num_leaves": 10,
    "min_child_samples": 15,
    "colsample_bytree": 0.15,
    "subsample": 0.8,
    "subsample_freq": 1,
    "reg_lambda": 3.0,
    "extra_trees": True,
    "max_bin": 127,
    "n_jobs": 1,
    "verbose": -1,
}
_WITH_REDSHIFT = {"learning_rate": 0.13, "n_estimators": 160}
_ALONE = {"learning_rate": 0.13, "n_estimators": 120}


class Examples(NamedTuple):
    """Features of labelled objects: as they are and cut early, at rest for the redshifts (spectroscopic, photometric).

    ``redshift`` and ``error`` (2, n) are 0 for objects of our Galaxy.
    """

    codes: NDArray[np.int64]
    redshift: Floats
    error: Floats
    whole: tuple[Floats, Floats]
    early: tuple[Floats, Floats]

    def far(self, known: str) -> Shown:
        """Return the features with redshift of one of the kinds of `WEIGHTS`."""
        observed, at_rest = self.early if known.startswith("early") else self.whole
        kind = int(known.endswith("photo"))
        return features.with_redshift(observed, at_rest[kind], self.redshift[kind], self.error[kind])


def examples(table: pd.DataFrame, early: bool = True) -> Examples:
    """Return the features of a labelled table of `sets.plasticc_train`, of ``early`` curves only where asked for."""
    curves = Curves.of(table)
    galactic = table["is_galactic"].to_numpy()
    spec, photo = (table[name].to_numpy(float) for name in ("host_spec_redshift", "host_redshift"))
    redshift = np.stack([np.where(np.isfinite(spec), spec, photo), photo])
    error = np.stack([np.full(len(table), SPEC_ERR), table["host_redshift_err"].to_numpy(float)])
    whole = features.measure(curves, redshift)
    cut_early = features.measure(cut(curves, np.random.default_rng(SEED)), redshift) if early else whole
    for values in (redshift, error):
        values[:, galactic] = 0.0
    return Examples(labelled.codes(table["label"], CLASSES), redshift, error, whole, cut_early)


def cut(curves: Curves, rng: np.random.Generator) -> Curves:
    """Return light curves as they were known at a detection drawn evenly in its logarithm, the second to the 30th.

    Objects with fewer detections are known as far as they go: so all have their share of early curves. A third has all
    points before, a third those from 30 days before the first detection, a third detections only.
    """
    count = np.maximum(curves.count(curves.is_detection), 2)
    keep = np.round(FIRST_CUT * (LAST_CUT / FIRST_CUT) ** rng.random(curves.n)).astype(int)
    number = np.cumsum(curves.is_detection)
    before = np.concatenate([[0], number])[curves.offsets[:-1]]
    nth = number - before[curves.row]
    end = curves.first(curves.is_detection & (nth == np.minimum(keep, count)[curves.row]))
    start = curves.first(curves.is_detection) - FORCED_DAYS
    known = rng.integers(0, 3, curves.n)[curves.row]
    recent = curves.mjd >= start[curves.row]
    shown = (known == 0) | ((known == 1) & recent) | curves.is_detection
    return curves.select(shown & (curves.mjd <= end[curves.row]))


class Judge(NamedTuple):
    """Trees and a net that were trained on the same examples."""

    trees: lightgbm.LGBMClassifier
    net: Net

    def logits(self, shown: Shown) -> Floats:
        """Return the weighted mean of both, shape (n, classes)."""
        of_trees = np.asarray(self.trees.predict(shown, raw_score=True))
        return (1 - NET_SHARE) * of_trees + NET_SHARE * self.net.logits(shown)

    def write(self, temperature: float, path: Path) -> None:
        """Write one ONNX graph."""
        booster = self.trees.booster_
        properties = {"temperature": repr(temperature), "version": VERSION}
        export_lightgbm.write([Part(booster, range(booster.num_feature()), 0)], 1, properties, path)
        net_export.add(self.net, NET_SHARE, path)


def with_redshift(shown: Examples, rows: NDArray[np.int64]) -> Judge:
    """Return a judge of the classes `EXTRAGALACTIC`, trained on the extragalactic ones among the rows."""
    rows = rows[shown.codes[rows] >= len(GALACTIC)]
    made = [shown.far(known)[rows] for known in WEIGHTS]
    return _fitted(made, shown.codes[rows] - len(GALACTIC), list(WEIGHTS.values()), _WITH_REDSHIFT)


def alone(shown: Examples, rows: NDArray[np.int64]) -> Judge:
    """Return a judge of all classes that knows the light curve alone."""
    made = [observed[rows].astype(np.float32) for observed, _ in (shown.whole, shown.early)]
    return _fitted(made, shown.codes[rows], list(ALONE_WEIGHTS.values()), _ALONE)


def _fitted(copies: list[Shown], codes: NDArray[np.int64], weights: list[float], settings: dict[str, Any]) -> Judge:
    judged = np.concatenate([np.isfinite(copy[:, 0]) for copy in copies])
    weight = np.repeat(weights, len(codes))[judged]
    shown, codes = np.concatenate(copies)[judged], np.tile(codes, len(copies))[judged]
    trees = lightgbm.LGBMClassifier(**_SETTINGS, **settings, random_state=SEED)
    return Judge(trees.fit(shown, codes, sample_weight=weight), fitted(shown, codes, weight, SEED))


def folds(table: pd.DataFrame) -> list[labelled.Split]:
    """Split by object in `PARTS`."""
    return labelled.folds(table, PARTS, SEED)


class Unseeing(NamedTuple):
    """Judges that have seen nothing of the objects ``test``."""

    with_redshift: Judge
    alone: Judge
    test: NDArray[np.int64]


def unseeing(shown: Examples, splits: list[labelled.Split]) -> list[Unseeing]:
    """Return judges for each division of the objects."""
    return [Unseeing(with_redshift(shown, fit), alone(shown, fit), test) for fit, test in splits]


def unseen_logits(trained: list[Unseeing], asked: Examples) -> tuple[Floats, Floats]:
    """Return softened margins of the whole light curves in ``asked`` by judges that have not seen the object.

    With redshift (2, n, 9) for the spectroscopic and the photometric one, NaN for objects of our Galaxy; alone (n, 14).
    """
    far = np.full((2, len(asked.codes), len(EXTRAGALACTIC)), np.nan)
    near = np.empty((len(asked.codes), len(CLASSES)))
    for one in trained:
        observed = asked.whole[0]
        near[one.test] = softened(one.alone.logits(observed[one.test].astype(np.float32)), observed[one.test])
        galaxies = one.test[asked.redshift[0, one.test] > 0]
        for kind, known in enumerate(("spec", "photo")):
            margins = one.with_redshift.logits(asked.far(known)[galaxies])
            far[kind, galaxies] = softened(margins, observed[galaxies])
    return far, near


def temperatures(shown: Examples, far: Floats, near: Floats, rows: NDArray[np.int64]) -> tuple[float, float]:
    """Return the temperatures that make the margins of rows likeliest: with redshift of both kinds, and alone."""
    galaxies = rows[np.isfinite(far[0, rows, 0])]
    codes = np.tile(shown.codes[galaxies] - len(GALACTIC), 2)
    both = far[:, galaxies].reshape(-1, len(EXTRAGALACTIC))
    first = calibrate.temperature(both, codes, np.ones(len(codes)))
    return first, calibrate.temperature(near[rows], shown.codes[rows], np.ones(len(rows)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    table = sets.plasticc_train(parser.parse_args().data)
    shown = examples(table)
    everything = np.arange(len(table))
    found = temperatures(shown, *unseen_logits(unseeing(shown, folds(table)), shown), everything)
    for path, at, judge in zip((WITH_REDSHIFT, ALONE), found, (with_redshift, alone), strict=True):
        judge(shown, everything).write(at, path)
        print(f"{path.name}: {path.stat().st_size / 1e3:.0f} kB, temperature {at:.2f}")


if __name__ == "__main__":
    main()
