"""Train the module: ``python -m tom_alerce_like.plugins.classifiers.variable_star.train DATA`` (minutes of one core).

DATA holds lightcurves/. Every star is shown as it is, and as copies that another survey might have: fewer points over a
shorter time, noisier, as differences from an unknown reference. Needs the extra ``train``.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import StratifiedKFold

from tom_alerce_like.plugins.classifiers import calibrate, labelled
from tom_alerce_like.plugins.classifiers.curves import Curves, sets
from tom_alerce_like.plugins.classifiers.export import not_above, write_trees
from tom_alerce_like.plugins.classifiers.variable_star import features
from tom_alerce_like.plugins.classifiers.variable_star.classifier import CLASSES, VERSION, WEIGHTS
from tom_alerce_like.plugins.classifiers.variable_star.classifier import logits as logits_of

Floats = NDArray[np.float64]
Features = NDArray[np.float32]
SEED = 20261120
N_TREES = 50
#: Copies of each star, what they weigh beside the star itself, and their points.
COPIES, COPY_WEIGHT, COPY_POINTS = 1, 0.6, (30, 250)


class Examples(NamedTuple):
    """Features of the stars as they are, codes of their classes, and features of copies (copies, n, features)."""

    stars: Features
    codes: NDArray[np.int64]
    copies: NDArray[np.float32]


def stars(data: Path) -> pd.DataFrame:
    """Return the stars of the module's classes."""
    table = sets.real(data, "asas_variables")
    return table[table["sublabel"].isin(CLASSES)].reset_index(drop=True)


def examples(table: pd.DataFrame) -> Examples:
    """Return features of the stars and of their copies."""
    curves = Curves.of(table)
    rng = np.random.default_rng(SEED)
    total = np.ones(len(table), bool)
    made = [features.matrix(*copies(curves, rng)) for _ in range(COPIES)]
    return Examples(features.matrix(curves, total), labelled.codes(table["sublabel"], CLASSES), np.stack(made))


def copies(curves: Curves, rng: np.random.Generator) -> tuple[Curves, NDArray[np.bool_]]:
    """Return each star with fewer points, over a shorter time and noisier; half of them as differences."""
    first, last = curves.first(curves.is_detection), curves.last(curves.is_detection)
    length = np.exp(rng.uniform(np.log(300), np.log(2500), curves.n))
    start = first + rng.random(curves.n) * np.maximum(last - first - length, 0)
    inside = (curves.mjd >= start[curves.row]) & (curves.mjd <= (start + length)[curves.row])
    cut = curves.select(inside)
    wanted = np.exp(rng.uniform(np.log(COPY_POINTS[0]), np.log(COPY_POINTS[1]), curves.n))
    part = wanted / np.maximum(np.diff(cut.offsets), 1)
    cut = cut.select(rng.random(len(cut.mjd)) < part[cut.row])
    noise = rng.lognormal(np.log(0.02), 0.7, curves.n)[cut.row] * np.abs(cut.flux_njy)
    flux = cut.flux_njy + noise * rng.standard_normal(len(noise))
    total = rng.random(curves.n) < 0.5
    flux = np.where(total[cut.row], np.maximum(flux, 0.05 * np.abs(cut.flux_njy)), flux)
    error = np.hypot(cut.flux_err_njy, noise)
    return Curves(cut.n, cut.row, cut.mjd, cut.band, flux, error, cut.limit_mag, cut.is_detection, cut.is_forced), total


def fit(known: Examples) -> ExtraTreesClassifier:
    """Return trees trained on stars and copies; every class weighs the same but for a square root."""
    shown = np.concatenate([known.stars, *known.copies])
    codes = np.tile(known.codes, 1 + len(known.copies))
    share = np.bincount(known.codes, minlength=len(CLASSES)) / len(known.codes)
    weight = 1 / np.sqrt(np.maximum(share, 1e-3))[codes]
    weight *= np.repeat([1, *[COPY_WEIGHT] * len(known.copies)], len(known.codes))
    judged = np.isfinite(shown).any(axis=1)
    trees = ExtraTreesClassifier(N_TREES, max_features=0.6, min_samples_leaf=2, random_state=SEED)
    return trees.fit(shown[judged], codes[judged], weight[judged])


def logits(trees: ExtraTreesClassifier, shown: Features) -> Floats:
    """Return logits (n, classes)."""
    shares = np.zeros((len(shown), len(CLASSES)))
    shares[:, trees.classes_] = trees.predict_proba(shown)
    return logits_of(shares)


def part(known: Examples, rows: NDArray[np.int64]) -> Examples:
    """Return some of the stars with their copies."""
    return Examples(known.stars[rows], known.codes[rows], known.copies[:, rows])


def folds(codes: NDArray[np.int64], n: int) -> list[labelled.Split]:
    """Split by star."""
    return list(StratifiedKFold(n, shuffle=True, random_state=SEED).split(codes, codes))


def temperature(known: Examples) -> float:
    """Return the temperature that makes probabilities of unseen stars the likeliest."""
    unseen = np.empty((len(known.codes), len(CLASSES)))
    for train, test in folds(known.codes, 4):
        unseen[test] = logits(fit(part(known, train)), known.stars[test])
    return calibrate.temperature(unseen, known.codes, np.ones(len(known.codes)))


def write(trees: ExtraTreesClassifier, properties: dict[str, str]) -> None:
    """Write the trees as ONNX."""
    made: dict[str, list[Any]] = {}
    for number, tree in enumerate(trees.estimators_):
        for name, values in _rows(tree.tree_, number, trees.classes_).items():
            made.setdefault(name, []).extend(values)
    write_trees({"n_targets": len(CLASSES), **made}, trees.n_features_in_, properties, WEIGHTS)


def _rows(tree: Any, number: int, classes: NDArray[np.int64]) -> dict[str, list[Any]]:
    """Return a tree in the words of the ONNX operator; a leaf adds its shares of the classes."""
    leaf = tree.children_left < 0
    node, place = np.nonzero(leaf[:, None] & (tree.value[:, 0] > 1e-6))
    return {
        "nodes_treeids": [number] * tree.node_count,
        "nodes_nodeids": list(range(tree.node_count)),
        "nodes_featureids": np.where(leaf, 0, tree.feature).tolist(),
        "nodes_modes": np.where(leaf, "LEAF", "BRANCH_LEQ").tolist(),
        "nodes_values": not_above(np.where(leaf, 0.0, tree.threshold)).tolist(),
        "nodes_truenodeids": np.where(leaf, 0, tree.children_left).tolist(),
        "nodes_falsenodeids": np.where(leaf, 0, tree.children_right).tolist(),
        "nodes_missing_value_tracks_true": tree.missing_go_to_left.astype(int).tolist(),
        "target_treeids": [number] * len(node),
        "target_nodeids": node.tolist(),
        "target_ids": classes[place].tolist(),
        "target_weights": (tree.value[node, 0, place] / N_TREES).tolist(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    known = examples(stars(parser.parse_args().data))
    write(fit(known), {"temperature": repr(temperature(known)), "version": VERSION})
    print(f"{WEIGHTS}: {WEIGHTS.stat().st_size / 1e3:.0f} kB from {len(known.codes)} stars")


if __name__ == "__main__":
    main()
