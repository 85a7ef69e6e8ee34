"""Variables: a damped random walk about each band's mean brightness.

Kelly, Bechtold and Siemiginowska 2009, arXiv:0903.4518 (the process). Several time scales and amplitudes are weighted
by how well they explain the points, so a periodic star that is sampled too thinly to be followed is forecast with its
own scatter.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.forecast.points import Points
from tom_alerce_like.plugins.forecast.transient import Normals

Floats = NDArray[np.float64]

TIME_SCALES_DAYS = np.array([0.05, 1.0, 10.0, 100.0, 1000.0])
#: Amplitude of the walk as a part of the typical flux.
AMPLITUDES = np.array([0.02, 0.06, 0.15, 0.4, 1.0])
#: So many of the pairs of both that explain the points best are forecast with.
_KEPT = 6
#: How alike the walk is in two bands; the spread of the bands' means about the typical flux, as a part of it, and how
#: alike they are.
_SAME_WALK, _MEAN_SPREAD, _SAME_MEAN = 0.8, 1.0, 0.85


def condition(points: Points, day: Floats, band: NDArray[np.int64]) -> Normals:
    """Return what fluxes (nJy) to expect at ``day`` (since the first detection) and ``band``, both (n, q)."""
    count = points.weight.sum(axis=1)
    typical = np.sqrt((points.weight * points.flux**2).sum(axis=1) / np.maximum(count, 1)).clip(1e-30)
    scaled = points.flux / typical[:, None]
    level = np.sign(scaled.sum(axis=1))[:, None]
    residual = points.weight * (scaled - level)
    noise = np.where(points.weight > 0, points.variance / typical[:, None] ** 2, 1.0)
    known = points.weight[:, None, :]
    gap_in, alike_in, shared_in = _between(points.day, points.band, points, known * points.weight[..., None])
    gap_out, alike_out, shared_out = _between(day, band, points, known)
    scales, amplitudes = (grid.ravel() for grid in np.meshgrid(TIME_SCALES_DAYS, AMPLITUDES))
    diagonal = np.arange(points.width)

    def kernel(scale: Floats | float, amplitude: Floats | float) -> Floats:
        found = amplitude**2 * alike_in * np.exp(-gap_in / scale) + shared_in
        found[:, diagonal, diagonal] += noise
        return found

    fits = [_log_density(kernel(*pair), residual) for pair in zip(scales, amplitudes, strict=True)]
    log_weight = np.stack(fits, axis=1) - np.log(len(fits))
    top = log_weight.max(axis=1, keepdims=True)
    evidence = top[:, 0] + np.log(np.exp(log_weight - top).sum(axis=1))
    best = np.argsort(-log_weight, axis=1)[:, :_KEPT]
    answers = []
    for scale, amplitude in zip(scales[best.T][..., None, None], amplitudes[best.T][..., None, None], strict=True):
        reach = amplitude**2 * alike_out * np.exp(-gap_out / scale) + shared_out
        gain = np.linalg.solve(kernel(scale, amplitude), np.swapaxes(reach, 1, 2))
        variance = amplitude[:, 0] ** 2 + _MEAN_SPREAD**2 - (gain * np.swapaxes(reach, 1, 2)).sum(axis=1)
        answers.append(((gain * residual[..., None]).sum(axis=1), variance.clip(1e-10)))
    mean, variance = (np.stack(parts, axis=1) for parts in zip(*answers, strict=True))
    log_weight = np.take_along_axis(log_weight, best, axis=1)
    log_weight -= np.log(np.exp(log_weight - log_weight[:, :1]).sum(axis=1, keepdims=True)) + log_weight[:, :1]
    unit = typical[:, None, None]
    density = evidence - count * (np.log(typical) + 0.5 * np.log(2 * np.pi))
    return Normals(density, log_weight, (level[..., None] + mean) * unit, variance * unit**2)


def _between(day: Floats, band: NDArray[np.int64], points: Points, known: Floats) -> tuple[Floats, Floats, Floats]:
    """Return time between places and points, how alike their walks are, and the covariance of their bands' means."""
    same = band[:, :, None] == points.band[:, None, :]
    gap = np.abs(day[:, :, None] - points.day[:, None, :])
    return gap, known * np.where(same, 1.0, _SAME_WALK), known * np.where(same, 1.0, _SAME_MEAN) * _MEAN_SPREAD**2


def _log_density(kernel: Floats, residual: Floats) -> Floats:
    factor = np.linalg.cholesky(kernel)
    white = np.linalg.solve(factor, residual[..., None])[..., 0]
    return -0.5 * (white**2).sum(axis=1) - np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
