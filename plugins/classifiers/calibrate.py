"""What makes probabilities honest: one temperature (Guo et al. 2017, arXiv:1706.04599), or a line (Platt 1999).

Needs the extra ``train``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression

from tom_alerce_like.serving import probabilities


def temperature(unseen: NDArray[Any], codes: NDArray[np.int64], weight: NDArray[np.float64]) -> float:
    """Return the temperature at which logits (n, classes) of unseen objects make their classes likeliest."""

    def loss(log_temperature: float) -> float:
        at_truth = probabilities(unseen, float(np.exp(log_temperature)))[np.arange(len(codes)), codes]
        return float(-(weight * np.log(at_truth)).sum())

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))


def line(
    margin: NDArray[Any], is_true: NDArray[np.bool_], weight: NDArray[np.float64] | None = None
) -> tuple[float, float]:
    """Return the slope and offset at which margins (n,) of unseen objects make what is true of them the likeliest."""
    model = LogisticRegression(C=1e6).fit(margin[:, None], is_true, sample_weight=weight)
    return float(model.coef_[0, 0]), float(model.intercept_[0])
