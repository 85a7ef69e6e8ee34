"""Which redshifts of the bank an object may have, by what is known of its host."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.supernova_type import bank

Floats = NDArray[np.float64]
#: The host's redshift: a narrow and a wide part, and any other. The stated error of a photometric redshift is often
#: that of its tail.
NARROW, WIDE, ANY = 0.55, 0.37, 0.08
NARROW_ERR = 0.04


class Pairs(NamedTuple):
    """Objects and the numbers of redshifts that they may have, ordered by redshift, with log probabilities."""

    row: NDArray[np.int64]
    node: NDArray[np.int64]
    log_prior: Floats


def candidates(redshift: Floats, redshift_err: Floats, judged: NDArray[np.bool_]) -> Pairs:
    """Return the redshifts of the bank that each object may have."""
    grid = bank.REDSHIFTS
    width = np.gradient(grid)
    known = (redshift > 0) & (redshift < 4)
    middle = np.where(known, redshift, 0.5)[:, None]
    error = np.where((redshift_err > 0) & (redshift_err < 4), redshift_err, 0.05)[:, None]
    narrow = np.maximum(np.minimum(error, NARROW_ERR * (1 + middle)), 0.6 * np.interp(middle, grid, width))
    wide = np.maximum(error, narrow)
    everywhere = np.where(np.arange(len(grid)) % 5 == 2, 5 / len(grid), 0.0)
    mass = NARROW * _gauss(grid, middle, narrow) * width + WIDE * _gauss(grid, middle, wide) * width + ANY * everywhere
    without = np.where(np.arange(len(grid)) % 2 == 0, 2 / len(grid), 0.0)
    mass = np.where(known[:, None], mass, without)
    # a spectroscopic redshift leaves no other
    exact = known & (redshift_err < 0.003)
    mass[exact] = (_gauss(grid, middle, narrow) * width)[exact]
    row, node = np.nonzero((mass > 3e-3) & judged[:, None])
    order = np.argsort(node, kind="stable")
    return Pairs(row[order], node[order], np.log(mass[row, node])[order])


def _gauss(grid: Floats, middle: Floats, error: Floats) -> Floats:
    return np.exp(-0.5 * ((grid - middle) / error) ** 2) / (error * np.sqrt(2 * np.pi))
