"""A straight line through the magnitudes of all bands at once: how fast it fades, its colour, how fast that changes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.curves.simulate.light import COLOUR_SCALE, Ints

#: What is expected before anything is seen, and its spread: fading (mag/day), colour (mag), reddening (mag/day).
_EXPECTED, _SPREAD = np.array([0.0, 0.2, 0.0]), np.array([1.5, 1.0, 0.5])
#: Scatter that no error states, in mag.
_JITTER = 0.05


class Line(NamedTuple):
    """``value`` and ``error`` (n, 3) are of fading, colour and reddening; ``level`` is in r at time 0, in mag."""

    level: Floats
    value: Floats
    error: Floats
    misfit: Floats


def line(n: int, row: Ints, days: Floats, band: Ints, mag: Floats, mag_err: Floats) -> Line:
    """Fit mag = level + fading t - colour x - reddening t x to the points of n objects.

    Slopes have priors, so any number of points gives an answer and an honest error; ``misfit`` is chi squared over the
    degrees of freedom that are left, NaN without any.
    """
    x = COLOUR_SCALE[band]
    design = np.stack([np.ones(len(row)), days, -x, -x * days])
    weight = 1 / (mag_err**2 + _JITTER**2)
    normal = np.empty((n, 4, 4))
    right = np.empty((n, 4))
    for i in range(4):
        right[:, i] = np.bincount(row, weight * design[i] * mag, n)
        for j in range(i, 4):
            normal[:, i, j] = normal[:, j, i] = np.bincount(row, weight * design[i] * design[j], n)
    prior = np.concatenate([[1e-6], _SPREAD**-2.0])
    normal[:, range(4), range(4)] += prior
    right[:, 1:] += prior[1:] * _EXPECTED
    inverse = np.linalg.inv(normal)
    solved = np.einsum("nij,nj->ni", inverse, right)
    off = mag - (design * solved[row].T).sum(axis=0)
    chi2, count = np.bincount(row, weight * off**2, n), np.bincount(row, minlength=n)
    with np.errstate(divide="ignore", invalid="ignore"):
        misfit = np.where(count > 4, chi2 / (count - 4), np.nan)
    return Line(solved[:, 0], solved[:, 1:], np.sqrt(inverse[:, range(1, 4), range(1, 4)]), misfit)
