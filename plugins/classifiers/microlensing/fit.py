"""Paczynski's light curve fitted to many objects at once: a grid of times and separations, refined around its best.

In every band the flux is baseline + source x (magnification - 1), both linear and solved for exactly; that allows any
blend. Source fluxes cannot be negative.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np

from tom_alerce_like.plugins.classifiers.curves.curves import BANDS, Curves, Floats
from tom_alerce_like.plugins.classifiers.curves.simulate.lensing import magnification
from tom_alerce_like.plugins.classifiers.curves.simulate.light import Ints

#: Einstein times (days), closest separations (Einstein radii) and shifts from the brightest point (Einstein times).
TIMES_DAYS = np.geomspace(2, 250, 10)
CLOSEST = np.array([0.03, 0.15, 0.4, 0.8])
SHIFTS = np.array([-0.7, -0.3, -0.1, 0.0, 0.1, 0.3, 0.7])
#: Steps around the best, in Einstein times, and as factors; they halve each time.
_STEPS = list(product((-0.15, 0.0, 0.15), (-0.25, 0.0, 0.25), (-0.45, 0.0, 0.45)))
_ROUNDS = 4
#: Part of a flux that no error states, and the least error in nJy.
_FLOOR = 0.02


class Points(NamedTuple):
    """What is fitted: every point with a flux, limits as a flux of zero; ``cell`` numbers object and band."""

    n: int
    row: Ints
    cell: Ints
    mjd: Floats
    flux: Floats
    weight: Floats


class Event(NamedTuple):
    """The best fit of each object, (n,); ``source`` and ``baseline`` are in nJy, (n, bands)."""

    peak_mjd: Floats
    einstein_days: Floats
    closest: Floats
    chi2: Floats
    chi2_flat: Floats
    source: Floats
    baseline: Floats


def points(curves: Curves) -> Points:
    """Return the points to fit."""
    with np.errstate(over="ignore"):
        limit = 10 ** (0.4 * (31.4 - curves.limit_mag))
    limited = np.isfinite(curves.limit_mag) & (curves.limit_mag < 40) & (curves.limit_mag > 0)
    known = np.isfinite(curves.flux_njy)
    flux = np.where(known, curves.flux_njy, 0.0)
    error = np.where(known, np.hypot(curves.flux_err_njy, _FLOOR * flux), limit / 5)
    use = known | limited
    row, band = curves.row[use], curves.band[use]
    return Points(curves.n, row, row * len(BANDS) + band, curves.mjd[use], flux[use], error[use] ** -2.0)


def fitted(given: Points) -> Event:
    """Return the best fit of each object: of the grid, then of ever finer steps around it."""
    fixed = _sums(given)
    brightest = _brightest(given, fixed)
    best = np.full(given.n, np.inf)
    chosen = np.stack([brightest, np.full(given.n, 20.0), np.full(given.n, 0.3)])
    for time, closest, shift in product(TIMES_DAYS, CLOSEST, SHIFTS):
        tried = np.stack([brightest + shift * time, np.full(given.n, time), np.full(given.n, closest)])
        best, chosen = _better(given, fixed, tried, best, chosen)
    for finer in 0.5 ** np.arange(_ROUNDS):
        centre = chosen
        for shift, longer, nearer in _STEPS:
            time = np.clip(centre[1] * np.exp(finer * longer), 1.0, 600.0)
            closest = np.clip(centre[2] * np.exp(finer * nearer), 0.003, 1.5)
            tried = np.stack([centre[0] + finer * shift * centre[1], time, closest])
            best, chosen = _better(given, fixed, tried, best, chosen)
    _, source, baseline = _solved(given, fixed, chosen)
    shape = (given.n, len(BANDS))
    peak, time, closest = chosen
    return Event(peak, time, closest, best, fixed.chi2_flat, source.reshape(shape), baseline.reshape(shape))


def model(given: Points, event: Event) -> Floats:
    """Return the fitted flux at each point, in nJy."""
    brighter = _brighter(given, np.stack([event.peak_mjd, event.einstein_days, event.closest]))
    return event.baseline.ravel()[given.cell] + event.source.ravel()[given.cell] * brighter


class _Fixed(NamedTuple):
    weight: Floats
    flux: Floats
    spread: Floats
    chi2_flat: Floats


def _sums(given: Points) -> _Fixed:
    cells = given.n * len(BANDS)
    weight: Floats = np.bincount(given.cell, given.weight, cells).astype(float)
    mean = np.bincount(given.cell, given.weight * given.flux, cells) / np.maximum(weight, 1e-300)
    spread: Floats = np.bincount(given.cell, given.weight * (given.flux - mean[given.cell]) ** 2, cells).astype(float)
    return _Fixed(weight, mean, spread, spread.reshape(given.n, -1).sum(axis=1))


def _brightest(given: Points, fixed: _Fixed) -> Floats:
    """Return the time of the point that is highest above its band's mean, in its errors."""
    height = (given.flux - fixed.flux[given.cell]) * np.sqrt(given.weight)
    order = np.lexsort((height, given.row))
    last = np.searchsorted(given.row[order], np.arange(given.n), side="right") - 1
    has = np.bincount(given.row, minlength=given.n) > 0
    made = np.zeros(given.n)
    made[has] = given.mjd[order][last[has]]
    return made


def _brighter(given: Points, tried: Floats) -> Floats:
    peak, time, closest = tried
    return magnification(np.hypot(closest[given.row], (given.mjd - peak[given.row]) / time[given.row])) - 1


def _solved(given: Points, fixed: _Fixed, tried: Floats) -> tuple[Floats, Floats, Floats]:
    """Return chi squared (n,), source and baseline of every band of every object."""
    brighter = _brighter(given, tried)
    cells = given.n * len(BANDS)
    weighted = given.weight * brighter
    total = np.maximum(fixed.weight, 1e-300)
    mean = np.bincount(given.cell, weighted, cells) / total
    square = np.bincount(given.cell, weighted * brighter, cells) - total * mean**2
    product_ = np.bincount(given.cell, weighted * given.flux, cells) - total * mean * fixed.flux
    useful = square > 1e-9 * total * np.maximum(mean, 1e-9) ** 2
    source = np.where(useful, product_ / np.where(useful, square, 1.0), 0.0).clip(min=0)
    chi2 = fixed.spread - 2 * source * product_ + source**2 * np.where(useful, square, 0.0)
    return chi2.reshape(given.n, -1).sum(axis=1), source, fixed.flux - source * mean


def _better(given: Points, fixed: _Fixed, tried: Floats, best: Floats, chosen: Floats) -> tuple[Floats, Floats]:
    chi2, _, _ = _solved(given, fixed, tried)
    better = chi2 < best
    return np.where(better, chi2, best), np.where(better, tried, chosen)
