"""The search that the module is measured by: ask about one object at a time, and learn from each answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.anomaly.forest import Judge, Ordinary

Floats = NDArray[np.float64]
#: Given what was asked and answered, how interesting each object is.
Ranking = Callable[[NDArray[np.int64], NDArray[np.bool_]], Floats]
#: Objects of the night that stand for the ordinary ones: nearly all of them are.
ORDINARY = 400


def ask(ranking: Ranking, truth: NDArray[np.bool_], budget: int) -> Floats:
    """Return the share of the true ones that were found after each of ``budget`` questions."""
    asked: list[int] = []
    for _ in range(budget):
        so_far = np.array(asked, np.int64)
        interest = ranking(so_far, truth[so_far]).copy()
        interest[so_far] = -np.inf
        asked.append(int(interest.argmax()))
    return np.cumsum(truth[asked]) / truth.sum()


def ours(features: NDArray[np.floating], seed: int) -> Ranking:
    """Return the module's own ranking: it learns what is ordinary from the night itself."""
    sample = np.random.default_rng(seed).permutation(len(features))[:ORDINARY]
    ordinary = Ordinary(np.asarray(features, float)[sample])
    places = ordinary.scaled(features)
    novelty = ordinary.novelty(places)
    novelty[sample] = ordinary.own_novelty

    def ranking(asked: NDArray[np.int64], answers: NDArray[np.bool_]) -> Floats:
        return Judge(ordinary, np.asarray(features, float)[asked], answers.astype(float)).interest(places, novelty)

    return ranking


def pine_forest(features: NDArray[np.floating], seed: int, **settings: Any) -> Ranking:
    """Return the ranking of coniferest's PineForest, by its documented settings unless others are given."""
    from coniferest.label import Label
    from coniferest.pineforest import PineForest

    known = np.asarray(features, float)
    filled = np.where(np.isnan(known), np.nanmedian(known, axis=0), known)
    forest = PineForest(random_seed=seed, n_jobs=1, **settings)

    def ranking(asked: NDArray[np.int64], answers: NDArray[np.bool_]) -> Floats:
        labels = np.where(answers, Label.ANOMALY, Label.REGULAR)
        forest.fit_known(filled, filled[asked], labels)
        return -forest.score_samples(filled)

    return ranking
