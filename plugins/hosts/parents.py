"""Knots, arms and shreds that a list gives apart from their galaxy: which candidates are parts of which."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]

#: A part lies this deep in the galaxy's half-light ellipse, is this much smaller and this much fainter.
DEPTH, SMALLER, FAINTER_MAG = 1.5, 2.5, 2.0
#: A source of its own redshift is no part: least difference, over 1 + z.
OWN_REDSHIFT = 0.005
#: Candidates this close are one: the brightest point and the centre of light of a galaxy. Where a catalogue does not
#: list both it is also this part of the larger half-light axis, at most so far.
ONE_ARCSEC, ONE_AXIS, ONE_AT_MOST_ARCSEC = 0.7, 0.35, 2.0
_GENERATIONS = 4
_APART_ARCSEC = 1e5


def wholes(candidates: pd.DataFrame, probability: Floats) -> NDArray[np.int64]:
    """Return for each candidate the number of that which it is part of, or its own.

    Needs the columns of `evidence.weighed`. A probable star is no part of a galaxy, nor is a galaxy part of a
    star; what a catalogue lists is no part of what only an image shows.
    """
    parent, listed = candidates["parent"].to_numpy(), candidates["in_catalogue"].to_numpy(bool)
    star, mag = np.nan_to_num(candidates["p_star"].to_numpy(float)), candidates["parent_mag"].to_numpy(float)
    inside = (candidates["parent_dlr"].to_numpy() < DEPTH) & (candidates["parent_size"].to_numpy() > np.log(SMALLER))
    part = (parent >= 0) & inside & ~(mag <= FAINTER_MAG) & (star < 0.5) & (star[parent] < 0.5)
    part &= ~_own_redshift(candidates, parent) & (listed[parent] | ~listed)
    made = _chained(np.where(part, parent, np.arange(len(parent))))
    return _chained(_next_to(candidates, np.bincount(made, probability, len(made)).astype(float))[made])


def _own_redshift(candidates: pd.DataFrame, parent: NDArray[np.int64]) -> NDArray[np.bool_]:
    z, is_spec = candidates["redshift"].to_numpy(float), candidates["redshift_kind"].to_numpy(str) == "spec"
    differs = np.abs(z - z[parent]) > OWN_REDSHIFT * (1 + z)
    return np.asarray(is_spec & is_spec[parent] & differs)


def _next_to(candidates: pd.DataFrame, probability: Floats) -> NDArray[np.int64]:
    """Return for each candidate the most probable one right next to it, or itself."""
    place = candidates[["east_arcsec", "north_arcsec"]].to_numpy(float)
    space = np.column_stack([place, candidates["row"].to_numpy() * _APART_ARCSEC])
    near = (
        cKDTree(space).query_pairs(ONE_AT_MOST_ARCSEC, output_type="ndarray") if len(space) else np.empty((0, 2), int)
    )
    listed, a = candidates["in_catalogue"].to_numpy(bool), np.nan_to_num(candidates["a_arcsec"].to_numpy(float))
    apart = np.hypot(*(place[near[:, 0]] - place[near[:, 1]]).T)
    reach = np.where(listed[near].all(1), ONE_ARCSEC, np.maximum(ONE_ARCSEC, ONE_AXIS * a[near].max(1)))
    pairs = near[apart < reach]
    less, more = np.where((probability[pairs[:, :1]] > probability[pairs[:, 1:]]), pairs[:, ::-1], pairs).T
    made = np.arange(len(space))
    order = np.lexsort((less, probability[more]))
    made[less[order]] = more[order]
    return made


def _chained(whole: NDArray[np.int64]) -> NDArray[np.int64]:
    for _ in range(_GENERATIONS):
        whole = whole[whole]
    return whole
