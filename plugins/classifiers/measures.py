"""Figures of model cards: calibration error, and intervals from resampled objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.exceptions import InputError

Floats = NDArray[np.float64]
Measured = Mapping[str, float]
BINS = 10


def calibration_error(confidence: Floats, right: NDArray[np.bool_], weight: Floats) -> float:
    """Return the expected calibration error: how far confidence and success differ, over bins of confidence.

    For one probability instead of the best of several, ``right`` tells whether the event happened.
    Guo et al. 2017, arXiv:1706.04599.
    """
    number = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gap = np.bincount(number, weights=weight * (confidence - right), minlength=BINS)
    return float(np.abs(gap).sum() / weight.sum())


def with_intervals(
    measure: Callable[[NDArray[np.int64], Floats], Measured],
    object_id: pd.Series,
    weight: Floats,
    n: int = 1000,
    seed: int = 0,
) -> dict[str, tuple[float, float, float]]:
    """Return each figure of ``measure(rows, weight)`` with its 95 per cent interval, objects resampled n times.

    ``rows`` are positions of the rows that were drawn, ``weight`` theirs, times how often the object was drawn. Raises
    `InputError` where there are no rows.
    """
    if not len(object_id):
        raise InputError("no alert that could be measured")
    rng = np.random.default_rng(seed)
    _, owner = np.unique(object_id, return_inverse=True)
    count = owner.max() + 1
    drawn = []
    for _ in range(n):
        times = np.bincount(rng.integers(0, count, count), minlength=count)[owner]
        rows = np.flatnonzero(times)
        drawn.append(measure(rows, (weight * times)[rows]))
    low, high = (pd.DataFrame(drawn).quantile(q) for q in (0.025, 0.975))
    everything = measure(np.arange(len(owner)), weight)
    return {name: (value, low[name], high[name]) for name, value in everything.items()}


def show(figures: Mapping[str, tuple[float, float, float]]) -> None:
    """Print a line for each figure with its interval."""
    for name, (value, low, high) in figures.items():
        print(f"{name} {value:.4f} [{low:.4f}, {high:.4f}]")
