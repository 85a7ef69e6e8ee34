"""How well spectral templates of each class explain a light curve: log evidences, and the parameters of the best.

For each redshift that the host's allows, each day of maximum and each member of the bank, the flux scale is fitted
linearly; its marginal likelihood under a log-normal prior of absolute magnitude is taken in Laplace's approximation.
The sum over days, members and redshifts is the evidence of a class. Only matrix products over points, no search.
"""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.cosmology import distance_modulus_mag
from tom_alerce_like.plugins.classifiers.curves import BANDS, Curves
from tom_alerce_like.plugins.classifiers.supernova_type import bank
from tom_alerce_like.plugins.classifiers.supernova_type.redshifts import Pairs, candidates
from tom_alerce_like.serving import one_thread

Floats = NDArray[np.float64]
#: Days of maximum that are tried, rest frame, from the point of highest signal to noise.
MAXIMA_DAYS = np.arange(-66.0, 25.0, bank.STEP_DAYS)
_N_PHASES = len(bank.PHASES_DAYS)
_N_BINS = _N_PHASES + len(MAXIMA_DAYS) - 1
_START_DAYS = MAXIMA_DAYS[0] + bank.PHASES_DAYS[0] - bank.STEP_DAYS / 2
#: Templates are right to this fraction of the flux.
MODEL_ERROR = 0.07
#: Extinction in each band for E(B-V) = 1, Schlafly & Finkbeiner 2011, doi:10.1088/0004-637X/737/2/103.
EXTINCTION = np.array([4.145, 3.237, 2.273, 1.684, 1.323, 1.088])
_BATCH = 256
#: What is said of the best member of each class, columns NAME_CLASS.
NAMES = ("evidence", "gain", "magnitude", "redshift", "maximum", "colour", "stretch")
COLUMNS = (*(f"{name}_{kind}" for kind in bank.CLASSES for name in NAMES), "null_chi2", "n_points")


class Points(NamedTuple):
    """Points freed from the Milky Way's dust, ordered by row; ``days`` from the best one, ``weight`` in nJy^-2."""

    row: NDArray[np.int64]
    days: Floats
    band: NDArray[np.int64]
    weight: Floats
    weighted: Floats
    squared: Floats


def evidences(
    curves: Curves, redshift: Floats, redshift_err: Floats, mw_ebv: Floats, survey: NDArray[Any]
) -> pd.DataFrame:
    """Return `COLUMNS` for each light curve; NaN without a flux in a band of the survey.

    ``redshift`` is the host's with its error, NaN where unknown; ``mw_ebv`` the reddening by the Milky Way, NaN counts
    as 0; ``survey`` the names of surveys, ZTF or (all others) LSST. For each class: ``evidence`` the log of its
    evidence over that of no light at all; ``gain`` how much the best member lowers chi^2, halved; ``magnitude`` its
    absolute magnitude in B; its ``redshift``; ``maximum``, rest-frame days from its maximum in B to the newest
    detection; ``colour`` (SALT's c, otherwise A_V) and ``stretch`` (SALT's x1). ``null_chi2`` is the chi^2 of no light.
    """
    made = np.full((curves.n, len(COLUMNS)), np.nan)
    survey = np.where(np.asarray(survey) == "ZTF", "ZTF", "LSST")
    for name in np.unique(survey):
        rows = np.flatnonzero(survey == name)
        chosen = curves.take(rows) if len(rows) < curves.n else curves
        with one_thread():
            made[rows] = _survey(chosen, redshift[rows], redshift_err[rows], mw_ebv[rows], str(name))
    return pd.DataFrame(made, columns=list(COLUMNS))


def _survey(curves: Curves, redshift: Floats, redshift_err: Floats, mw_ebv: Floats, survey: str) -> Floats:
    templates = bank.load(survey)
    points, newest = points_of(curves, mw_ebv, farther(redshift))
    redshift = np.where(redshift > 0, np.maximum(redshift, bank.REDSHIFTS[0]), redshift)
    n_points = np.bincount(points.row, minlength=curves.n)
    pairs = candidates(redshift, redshift_err, n_points > 0)
    starts = np.searchsorted(points.row, np.arange(curves.n + 1))
    found = []
    edges = np.searchsorted(pairs.node, np.arange(len(bank.REDSHIFTS) + 1))
    for node, (low, high) in enumerate(itertools.pairwise(edges)):
        for start in range(low, high, _BATCH):
            rows = pairs.row[start : min(start + _BATCH, high)]
            found.append(_best(*scan(points, starts, rows, node, templates), templates)[: len(rows)])
    made = np.full((curves.n, len(COLUMNS)), np.nan)
    if found:
        _gather(made, pairs, np.concatenate(found), newest)
    made[:, -1] = n_points
    return made


def farther(redshift: Floats) -> Floats:
    """Return how much fainter a galaxy nearer than the bank's first redshift would be there; 1 for others, unknown."""
    near = (redshift > 0) & (redshift < bank.REDSHIFTS[0])
    nearest, first = np.where(near, np.maximum(redshift, 1e-4), bank.REDSHIFTS[0]), bank.REDSHIFTS[:1]
    return 10 ** (0.4 * (distance_modulus_mag(nearest) - distance_modulus_mag(first)))


def points_of(curves: Curves, mw_ebv: Floats, scale: Floats | None = None) -> tuple[Points, Floats]:
    """Return points freed from dust, their time from that of highest signal to noise, and that of the newest.

    Fluxes of each object are multiplied by its ``scale``, shape (n,).
    """
    of_limit = 10 ** (0.4 * (31.4 - np.clip(curves.limit_mag, 0, 40))) / 5
    error = np.where(np.isnan(curves.flux_err_njy), of_limit, curves.flux_err_njy)
    flux = np.where(np.isnan(curves.flux_njy), 0.0, curves.flux_njy)
    # numbers beyond these are no measurements, and would not fit float32
    good = (error > 1e-3) & (error < 1e12) & (np.abs(flux) < 1e10)
    row, mjd, band = curves.row[good], curves.mjd[good], curves.band[good]
    flux, error = flux[good], error[good]
    ebv = np.nan_to_num(np.clip(mw_ebv, 0, 3))
    dust = 10 ** (0.4 * EXTINCTION[band] * ebv[row]) * (1 if scale is None else scale[row])
    # the best points are detections where there are any
    signal = flux / error + 1e3 * curves.is_detection[good]
    order = np.lexsort((signal, row))
    last = np.append(np.flatnonzero(np.diff(row[order])), len(order) - 1) if len(order) else order
    centre = np.full(curves.n, np.nan)
    centre[row[order[last]]] = mjd[order[last]]
    newest = curves.last(curves.is_detection)
    newest = np.where(np.isnan(newest), centre, newest) - centre
    flux, error = flux * dust, error * dust
    weight = 1 / (error**2 + (MODEL_ERROR * flux) ** 2)
    return Points(row, mjd - centre[row], band, weight, weight * flux, weight * flux**2), newest


def scan(
    points: Points, starts: NDArray[np.int64], rows: NDArray[np.int64], node: int, templates: bank.Bank
) -> tuple[Any, Any, Any]:
    """Return sums over points of weight * flux * model and of weight * model^2, shape (objects, maxima, members).

    Objects are at the redshift number ``node``; also returned is the chi^2 of no light. There are two rows or more.
    """
    lengths = starts[rows + 1] - starts[rows]
    owner = np.repeat(np.arange(len(rows)), lengths)
    which = np.repeat(starts[rows] - np.cumsum(lengths) + lengths, lengths) + np.arange(len(owner))
    stretched = points.days[which] / (1 + bank.REDSHIFTS[node])
    place = np.floor((stretched - _START_DAYS) / bank.STEP_DAYS).astype(np.int64)
    inside = (place >= 0) & (place < _N_BINS)
    owner, which, place = owner[inside], which[inside], place[inside]
    cell = (owner * len(BANDS) + points.band[which]) * _N_BINS + place
    # a single row would be multiplied in another order than the rows of a table
    shape = (max(len(rows), 2), len(BANDS), _N_BINS)
    size = shape[0] * len(BANDS) * _N_BINS
    weight = np.bincount(cell, points.weight[which], size).reshape(shape).astype(np.float32)
    weighted = np.bincount(cell, points.weighted[which], size).reshape(shape).astype(np.float32)
    null = np.bincount(owner, points.squared[which], shape[0])
    model = templates.flux_njy[node]
    square = templates.square_njy2[node]
    n_members = model.shape[1]
    product = np.empty((shape[0], len(MAXIMA_DAYS), n_members), np.float32)
    norm = np.empty_like(product)
    for shift in range(len(MAXIMA_DAYS)):
        window = slice(shift, shift + _N_PHASES)
        product[:, shift] = weighted[:, :, window].reshape(shape[0], -1) @ model
        norm[:, shift] = weight[:, :, window].reshape(shape[0], -1) @ square
    return product, norm, null


def _best(product: Any, norm: Any, null: Any, templates: bank.Bank) -> Floats:
    """Return what the best member of each class says, shape (objects, classes, names + 1)."""
    signal = np.maximum(product, 0) / np.sqrt(norm + 1e-20)
    scale = np.maximum(product, 1e-12) / (norm + 1e-20)
    variance = 1 / (signal * signal + 1e-3)
    prior = (0.921 * templates.scatter) ** 2 + variance
    log_scale = np.log(np.clip(scale, 1e-4, 1e4))
    gain = signal * signal / 2
    log_evidence = gain - log_scale**2 / (2 * prior) + 0.5 * np.log(variance / prior) + templates.log_weight
    made = np.empty((len(product), len(bank.CLASSES), len(NAMES) + 1))
    for number in range(len(bank.CLASSES)):
        members = np.flatnonzero(templates.kind == number)
        part = slice(members[0], members[-1] + 1)
        flat = log_evidence[:, :, part].reshape(len(product), -1)
        best = flat.argmax(axis=1)
        rows = np.arange(len(flat))
        top = flat[rows, best]
        made[:, number, 0] = top + np.log(np.exp(flat - top[:, None]).sum(axis=1) / len(MAXIMA_DAYS))
        shift, member = best // len(members), best % len(members) + members[0]
        made[:, number, 1] = gain[rows, shift, member]
        made[:, number, 2] = templates.absolute[member] - 1.0857 * log_scale[rows, shift, member]
        made[:, number, 4] = MAXIMA_DAYS[shift]
        made[:, number, 5] = templates.colour[member]
        made[:, number, 6] = templates.stretch[member]
    made[:, :, 7] = null[:, None]
    return made


def _gather(made: Floats, pairs: Pairs, found: Floats, newest: Floats) -> None:
    """Sum the evidences of each object over its redshifts, and keep the best."""
    redshift = bank.REDSHIFTS[pairs.node]
    found[:, :, 3] = redshift[:, None]
    found[:, :, 4] = newest[pairs.row, None] / (1 + redshift[:, None]) - found[:, :, 4]
    order = np.argsort(pairs.row, kind="stable")
    row, values = pairs.row[order], found[order]
    starts = np.flatnonzero(np.append(True, row[1:] != row[:-1]))
    owner = np.cumsum(np.append(True, row[1:] != row[:-1])) - 1
    for number in range(len(bank.CLASSES)):
        log_evidence = values[:, number, 0] + pairs.log_prior[order]
        top = np.maximum.reduceat(log_evidence, starts)
        total = top + np.log(np.add.reduceat(np.exp(log_evidence - top[owner]), starts))
        best = np.flatnonzero(log_evidence == top[owner])
        first = best[np.append(True, np.diff(owner[best]) > 0)]
        at = slice(number * len(NAMES), (number + 1) * len(NAMES))
        made[row[starts], at] = values[first, number, : len(NAMES)]
        made[row[starts], number * len(NAMES)] = total
    made[row[starts], -2] = values[first, 0, 7]
