"""Knots, arms and shreds that a list gives apart from their galaxy: which candidates are parts of which."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tom_alerce_like.plugins.hosts.places import space

Floats = NDArray[np.float64]

#: A part lies this deep in the galaxy's half-light ellipse, is this much smaller and this much fainter.
DEPTH, SMALLER, FAINTER_MAG = 1.5, 2.5, 2.0
#: A source of its own redshift is no part: so many errors from the galaxy's, or from the transient's; fewer are enough
#: where the source is the likelier host.
OWN_SIGMA, LIKELIER_SIGMA = 3.0, 2.0
#: Least errors of redshifts that are believed, over 1 + z: of spectra (galaxies turn and move in groups) and others;
#: and the error of others that the catalogue does not give.
SPEC_ERR, PHOTO_ERR, USUAL_PHOTO_ERR = 0.0012, 0.02, 0.05
#: Candidates this close are one: the brightest point and the centre of light of a galaxy. Where a catalogue does not
#: list both it is also this part of the larger half-light axis, at most so far.
ONE_ARCSEC, ONE_AXIS, ONE_AT_MOST_ARCSEC = 0.7, 0.35, 2.0
_GENERATIONS = 4


def wholes(candidates: pd.DataFrame, probability: Floats) -> NDArray[np.int64]:
    """Return for each candidate the number of that which it is part of, or its own.

    Needs the columns of `evidence.weighed`. A probable star is no part of a galaxy, nor is a galaxy part of a
    star; what a catalogue lists is no part of what only an image shows.
    """
    parent, listed = candidates["parent"].to_numpy(), candidates["in_catalogue"].to_numpy(bool)
    star, mag = np.nan_to_num(candidates["p_star"].to_numpy(float)), candidates["parent_mag"].to_numpy(float)
    inside = (candidates["parent_dlr"].to_numpy() < DEPTH) & (candidates["parent_size"].to_numpy() > np.log(SMALLER))
    part = (parent >= 0) & inside & ~(mag <= FAINTER_MAG) & (star < 0.5) & (star[parent] < 0.5)
    part &= listed[parent] | ~listed
    every = np.arange(len(parent))
    part &= ~(
        _redshifts_apart(candidates, every, parent)
        > np.where(probability > probability[parent], LIKELIER_SIGMA, OWN_SIGMA)
    )
    made = _chained(np.where(part, parent, every))
    made = _chained(_next_to(candidates, np.bincount(made, probability, len(made)).astype(float))[made])
    # a link of the chain may have no redshift
    return np.where(_redshifts_apart(candidates, every, made) > OWN_SIGMA, every, made)


def _redshifts_apart(candidates: pd.DataFrame, one: NDArray[np.int64], other: NDArray[np.int64]) -> Floats:
    """Return how many errors the redshifts of some candidates are from those of others, NaN where one is not known.

    They are infinitely far where the transient's redshift is that of the first and not that of the other.
    """
    z, is_spec = candidates["redshift"].to_numpy(float), candidates["redshift_kind"].to_numpy(str) == "spec"
    z, given = np.where(z > 0, z, np.nan), candidates["redshift_err"].to_numpy(float)
    usual, least = np.where(is_spec, SPEC_ERR, USUAL_PHOTO_ERR), np.where(is_spec, SPEC_ERR, PHOTO_ERR)
    err = np.maximum(np.where(given > 0, given, usual * (1 + z)), least * (1 + z))
    pull = candidates["redshift_pull"].to_numpy(float)
    is_own = (pull[one] < OWN_SIGMA) & (pull[other] > OWN_SIGMA)
    return np.where(is_own, np.inf, np.abs(z[one] - z[other]) / np.hypot(err[one], err[other]))


def _next_to(candidates: pd.DataFrame, probability: Floats) -> NDArray[np.int64]:
    """Return for each candidate the most probable one right next to it, or itself."""
    place = candidates[["east_arcsec", "north_arcsec"]].to_numpy(float)
    near = np.empty((0, 2), int)
    if len(place):
        near = cKDTree(space(candidates)).query_pairs(ONE_AT_MOST_ARCSEC, output_type="ndarray")
    listed, a = candidates["in_catalogue"].to_numpy(bool), np.nan_to_num(candidates["a_arcsec"].to_numpy(float))
    apart = np.hypot(*(place[near[:, 0]] - place[near[:, 1]]).T)
    reach = np.where(listed[near].all(1), ONE_ARCSEC, np.maximum(ONE_ARCSEC, ONE_AXIS * a[near].max(1)))
    pairs = near[apart < reach]
    less, more = np.where((probability[pairs[:, :1]] > probability[pairs[:, 1:]]), pairs[:, ::-1], pairs).T
    one = ~(_redshifts_apart(candidates, less, more) > OWN_SIGMA)
    less, more = less[one], more[one]
    made = np.arange(len(place))
    order = np.lexsort((less, probability[more]))
    made[less[order]] = more[order]
    return made


def _chained(whole: NDArray[np.int64]) -> NDArray[np.int64]:
    for _ in range(_GENERATIONS):
        whole = whole[whole]
    return whole
