"""Train the module: ``python -m tom_alerce_like.plugins.classifiers.lightcurve.train DATA`` (minutes of one core).

DATA holds lightcurves/, ztf_alerts/ and simulation/. Needs the extra ``train``.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import lightgbm
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from tom_alerce_like.plugins.classifiers import export_lightgbm, labelled
from tom_alerce_like.plugins.classifiers.lightcurve import features as read
from tom_alerce_like.plugins.classifiers.lightcurve import nodes
from tom_alerce_like.plugins.classifiers.lightcurve.classifier import VERSION, WEIGHTS
from tom_alerce_like.plugins.classifiers.lightcurve.lessons import SEED, Lessons, joined, real, simulated
from tom_alerce_like.plugins.classifiers.lightcurve.taxonomy import CLASSES
from tom_alerce_like.serving import probabilities

Floats = NDArray[np.float64]
Model = list[lightgbm.Booster]
#: Share of the weight of a leaf that simulated objects have where real ones are known.
SIMULATED_SHARE = 0.15
#: Real objects that make a leaf's weight full: with fewer, simulated ones weigh more.
_FULL = 40
ROUNDS, SETTINGS = (
    80,
    {
        "learning_rate": 0.1,
        "extra_trees": True,
        "num_leaves": 12,
        "min_child_samples": 30,
        "min_sum_hessian_in_leaf": 1e-6,
        "feature_fraction": 0.5,
        "lambda_l2": 0.001,
        "max_bin": 63,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "seed": SEED % 2**16,
        "verbosity": -1,
    },
)


def weights(lessons: Lessons) -> Floats:
    """Return weights of rows: every leaf the same, objects of a leaf the same among the real and the simulated ones."""
    _, owner = np.unique(lessons.object_id, return_inverse=True)
    of_object = 1 / np.bincount(owner)[owner]
    is_simulated = lessons.source == "simulated"
    made = np.zeros(len(owner))
    for leaf in range(len(CLASSES)):
        mine = lessons.code == leaf
        groups = mine & ~is_simulated, mine & is_simulated
        count = of_object[groups[0]].sum()
        real_share = (1 - SIMULATED_SHARE) * min(1.0, count / _FULL)
        for group, share in zip(groups, (real_share, 1 - real_share), strict=True):
            if group.any():
                made[group] = of_object[group] / of_object[group].sum() * share
        made[mine] /= max(made[mine].sum(), 1e-12)
    return made * len(made) / len(CLASSES)


def fit(lessons: Lessons) -> Model:
    """Return the trees of each node of the tree of classes."""
    weight, made = weights(lessons), []
    for node, place in enumerate(nodes.NODES):
        codes = nodes.codes(lessons.code, node)
        inside = codes >= 0
        known = lightgbm.Dataset(lessons.features[inside], codes[inside], weight=weight[inside], params=SETTINGS)
        settings = SETTINGS | {"objective": "multiclass", "num_class": place.stop - place.start}
        made.append(lightgbm.train(settings, known, ROUNDS))
    return made


def logits(model: Model, features: NDArray[np.float32]) -> Floats:
    """Return the logits (n, `nodes.N_LOGITS`)."""
    return np.concatenate([np.asarray(trees.predict(features, raw_score=True)) for trees in model], axis=1)


def folds(lessons: Lessons, n: int) -> list[labelled.Split]:
    """Split by object."""
    import pandas as pd

    table = pd.DataFrame({"label": lessons.code, "object_id": lessons.object_id})
    return labelled.folds(table, n, SEED)


def temperatures(seen: Lessons, shown: Lessons, made_up: Lessons) -> list[nodes.Temperature]:
    """Return what makes probabilities of each node the likeliest, by a quarter of the objects that trees have not seen.

    ``seen`` and ``shown`` are the same objects, as learned from and as they are.
    """
    fit_rows, _ = folds(shown, 4)[0]
    known = np.isin(shown.object_id, shown.object_id[fit_rows])
    model = fit(joined(seen.take(np.isin(seen.object_id, shown.object_id[fit_rows])), made_up))
    rest = shown.take(~known)
    given, weight = logits(model, rest.features), weights(rest)
    return [_temperature(given[:, place], rest, weight, node) for node, place in enumerate(nodes.NODES)]


def _temperature(given: Floats, rest: Lessons, weight: Floats, node: int) -> nodes.Temperature:
    codes = nodes.codes(rest.code, node)
    inside = np.flatnonzero(codes >= 0)
    detections = read.detections(rest.features)[inside]

    def loss(at: Floats) -> float:
        made = probabilities(nodes.cooled(given[inside], detections, (float(np.exp(at[0])), float(at[1]))), 1.0)
        return float(-(weight[inside] * np.log(made[np.arange(len(inside)), codes[inside]] + 1e-12)).sum())

    found = minimize(loss, [0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-3, "fatol": 1e-3}).x
    return float(np.exp(found[0])), float(np.clip(found[1], 0, 1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    seen, shown, made_up = real(data, True), real(data, False), simulated(data)
    properties = {"temperatures": json.dumps(temperatures(seen, shown, made_up)), "version": VERSION}
    model = fit(joined(seen, made_up))
    columns = range(seen.features.shape[1])
    pairs = zip(model, nodes.NODES, strict=True)
    parts = [export_lightgbm.Part(trees, columns, place.start) for trees, place in pairs]
    export_lightgbm.write(parts, 1, properties, WEIGHTS)
    print(f"{WEIGHTS}: {WEIGHTS.stat().st_size / 1e3:.0f} kB from {len(np.unique(seen.object_id))} real objects")


if __name__ == "__main__":
    main()
