"""What a population of transients has in common: mean light curve and how its members differ, from sparse data.

Each light curve is magnitudes c at the knots, drawn from a normal distribution, seen at a few places with noise, its
brightest time unknown. Mean and covariance are found by expectation and maximisation; the brightest time is drawn
anew in each turn from what the data of the object say of it (stochastic EM, Celeux and Diebolt 1985).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.forecast.basis import PEAK_DAYS, first_guess, places, smooth_covariance
from tom_alerce_like.plugins.forecast.points import Points

Floats = NDArray[np.float64]

_TURNS, _PSEUDO_OBJECTS, _CHUNK = 8, 6.0, 128


@dataclass(frozen=True)
class Learned:
    """Mean (SIZE,) and covariance (SIZE, SIZE) of magnitudes at the knots, log prior of `PEAK_DAYS`, time scale."""

    mean: Floats
    covariance: Floats
    log_prior: Floats
    scale: float


class _Seen(NamedTuple):
    """Where the points of (n) objects lie between knots, (n, m, 2), and how far from the mean, (n, m)."""

    knots: NDArray[np.int64]
    weights: Floats
    residual: Floats
    kernel: Floats


def learn(points: Points, scale: float, seed: int = 0) -> Learned:
    """Learn a population from light curves that are known as a whole; ``scale`` stretches the phases."""
    rng = np.random.default_rng(seed)
    n, prior = len(points), smooth_covariance(0.3, 0.15, 0.15)
    model = Learned(first_guess(), smooth_covariance(1.0, 0.4, 0.6), np.zeros(len(PEAK_DAYS)), scale)
    for _ in range(_TURNS):
        turns = [_turn(points.of(slice(at, at + _CHUNK)), model, rng) for at in range(0, n, _CHUNK)]
        first, second, times = (sum(parts) for parts in zip(*turns, strict=True))
        mean = first / n
        covariance = (second - n * np.outer(mean, mean) + _PSEUDO_OBJECTS * prior) / (n + _PSEUDO_OBJECTS)
        model = Learned(mean, covariance, np.log((times + 0.5) / (times + 0.5).sum()), scale)
    return model


def _turn(points: Points, model: Learned, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Return sums over objects: of E[c], of E[c c'], and of the chance of each brightest time."""
    evidence = np.stack([_evidence(points, _seen(points, model, peak)) for peak in PEAK_DAYS], axis=1)
    chance = np.exp(evidence + model.log_prior - (evidence + model.log_prior).max(axis=1, keepdims=True))
    chance /= chance.sum(axis=1, keepdims=True)
    drawn = (chance.cumsum(axis=1) < rng.random((len(chance), 1))).sum(axis=1).clip(0, len(PEAK_DAYS) - 1)
    seen = _seen(points, model, PEAK_DAYS[drawn][:, None])
    spread = np.einsum("nmk,nmkd->nmd", seen.weights, model.covariance[seen.knots])
    gain = np.linalg.solve(seen.kernel, spread)
    mean = model.mean + np.einsum("nmd,nm->nd", gain, seen.residual)
    covariance = len(mean) * model.covariance - np.tensordot(spread, gain, axes=([0, 1], [0, 1]))
    return mean.sum(axis=0), mean.T @ mean + covariance, chance.sum(axis=0)


def _seen(points: Points, model: Learned, peak: Floats | float) -> _Seen:
    knots, weights = places(points.band, points.day / model.scale - peak)
    weights = weights * points.is_positive[..., None]
    residual = points.is_positive * points.magnitudes[0] - (weights * model.mean[knots]).sum(axis=-1)
    kernel = np.zeros((len(points), points.width, points.width))
    for i in range(2):
        for j in range(2):
            pairs = model.covariance[knots[:, :, None, i], knots[:, None, :, j]]
            kernel += weights[:, :, None, i] * weights[:, None, :, j] * pairs
    diagonal = np.arange(points.width)
    kernel[:, diagonal, diagonal] += points.magnitudes[1]
    return _Seen(knots, weights, residual, kernel)


def _evidence(points: Points, seen: _Seen) -> Floats:
    factor = np.linalg.cholesky(seen.kernel)
    white = np.linalg.solve(factor, seen.residual[..., None])[..., 0]
    diagonal = np.arange(points.width)
    return -0.5 * (white**2).sum(axis=1) - np.log(factor[:, diagonal, diagonal]).sum(axis=1)
