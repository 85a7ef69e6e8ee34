"""The one temperature that makes probabilities honest: Guo et al. 2017, arXiv:1706.04599. Needs the extra ``train``."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from tom_alerce_like.serving import probabilities


def temperature(unseen: NDArray[Any], codes: NDArray[np.int64], weight: NDArray[np.float64]) -> float:
    """Return the temperature at which logits (n, classes) of unseen objects make their classes likeliest."""

    def loss(log_temperature: float) -> float:
        at_truth = probabilities(unseen, float(np.exp(log_temperature)))[np.arange(len(codes)), codes]
        return float(-(weight * np.log(at_truth)).sum())

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))
