"""Lessons from labelled supernovae: the same objects as they would look elsewhere, at other times, to another survey.

Each training object becomes its best template, times a scale, plus a Gaussian process through what the template misses
(in rest-frame days and log wavelength; its amplitude goes with the template's flux). That surface is observed again at
another redshift with the visits, depths, dust and photometric-redshift errors of other objects, as Boone 2019
(doi:10.3847/1538-3881/ab5182) does with a Gaussian process alone. Copies are cut at some detection.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.supernova_type import bank
from tom_alerce_like.plugins.classifiers.supernova_type.evidence import MAXIMA_DAYS, points_of, scan

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Mean wavelengths of u g r i z y, Angstrom.
WAVELENGTHS = np.array([3670.0, 4830.0, 6220.0, 7550.0, 8680.0, 9710.0])
#: Lengths of the Gaussian process, rest frame; its amplitude as a fraction of the template and of its maximum.
LENGTH_DAYS, LENGTH_LOG = 15.0, 0.25
AMPLITUDE, FLOOR = 0.15, 0.03
MOST_POINTS = 150
#: Probability of a detection: a logistic function of signal to noise, as in the training set of PLAsTiCC.
HALF_SNR, WIDTH_SNR = 5.1, 0.9
#: Electrons for 1 nJy in an exposure.
ELECTRONS = {"LSST": 1.8, "ZTF": 0.02}
#: Fraction of copies that know everything; the others end at a detection drawn from these.
WHOLE = 0.4
ENDS = np.array([1, 2, 2, 3, 3, 4, 5, 6, 8, 10, 12, 16, 20])


class Surface(NamedTuple):
    """A supernova freed from its survey: a member of the bank, its scale, and a Gaussian process beside it."""

    member: int
    scale: float
    position: Floats
    amplitude: Floats
    solution: Floats


class Lessons(NamedTuple):
    """Light curves with what a module may know of them; ``owner`` is the row of the object that each is made from."""

    curves: Curves
    owner: Ints
    redshift: Floats
    redshift_err: Floats
    mw_ebv: Floats
    survey: NDArray[np.str_]


def surfaces(curves: Curves, redshift: Floats, mw_ebv: Floats, labels: pd.Series) -> Iterator[Surface | None]:
    """Yield the surface of each LSST light curve; None without points. ``redshift`` is spectroscopic."""
    templates = bank.load("LSST", learned=False)
    points, _ = points_of(curves, mw_ebv)
    starts = np.searchsorted(points.row, np.arange(curves.n + 1))
    nodes = np.abs(np.log1p(bank.REDSHIFTS)[None] - np.log1p(redshift)[:, None]).argmin(axis=1)
    kinds = pd.Index(bank.CLASSES).get_indexer(pd.Index(labels))
    for row in range(curves.n):
        if starts[row] == starts[row + 1]:
            yield None
            continue
        product, norm, _ = scan(points, starts, np.array([row]), int(nodes[row]), templates)
        signal = np.maximum(product[0], 0) ** 2 / (norm[0] + 1e-20)
        signal[:, templates.kind != kinds[row]] = -1
        shift, member = np.unravel_index(signal.argmax(), signal.shape)
        scale = float(product[0][shift, member] / (norm[0][shift, member] + 1e-20))
        at = slice(starts[row], starts[row + 1])
        days = points.days[at] / (1 + bank.REDSHIFTS[nodes[row]]) - MAXIMA_DAYS[shift]
        yield _fitted(points, at, days, int(nodes[row]), int(member), scale, templates)


def _fitted(points, at, days, node, member, scale, templates) -> Surface:  # type: ignore[no-untyped-def]
    near = np.flatnonzero((days > -25) & (days < 120))
    if len(near) > MOST_POINTS:
        near = near[np.linspace(0, len(near) - 1, MOST_POINTS).astype(int)]
    band, days = points.band[at][near], days[near]
    weight = points.weight[at][near]
    model = scale * template_flux(templates, node, member, band, days)
    residual = points.weighted[at][near] / weight - model
    amplitude = AMPLITUDE * model + FLOOR * scale * _largest(templates, node, member)
    position = _position(days, band, bank.REDSHIFTS[node])
    kernel = amplitude[:, None] * amplitude * matern(position, position)
    solution = np.linalg.solve(kernel + np.diag(1 / weight), residual)
    return Surface(member, scale, position, amplitude, solution)


def template_flux(templates: bank.Bank, node: int, member: int, band: Ints, days: Floats) -> Floats:
    """Return fluxes of a member of the bank at rest-frame days from its maximum, between the bank's phases linear."""
    body = templates.flux_njy[node].reshape(-1, len(bank.PHASES_DAYS), len(templates.kind))[:, :, member]
    place = np.clip((days - bank.PHASES_DAYS[0]) / bank.STEP_DAYS, 0, len(bank.PHASES_DAYS) - 1.001)
    low = place.astype(np.int64)
    share = place - low
    flux = body[band, low] * (1 - share) + body[band, low + 1] * share
    return np.where(days < bank.PHASES_DAYS[0], 0.0, flux)


def _largest(templates: bank.Bank, node: int, member: int) -> float:
    return float(templates.flux_njy[node][:, member].max())


def _position(days: Floats, band: Ints, redshift: float) -> Floats:
    return np.column_stack([days / LENGTH_DAYS, np.log(WAVELENGTHS[band] / (1 + redshift)) / LENGTH_LOG])


def matern(first: Floats, second: Floats) -> Floats:
    """Return the Matern kernel of order 3/2."""
    distance = np.sqrt(3 * ((first[:, None] - second[None]) ** 2).sum(axis=2) + 1e-12)
    return (1 + distance) * np.exp(-distance)


def flux_at(surface: Surface, templates: bank.Bank, node: int, band: Ints, days: Floats) -> Floats:
    """Return the fluxes of a surface at another redshift, in nJy."""
    model = surface.scale * template_flux(templates, node, surface.member, band, days)
    amplitude = AMPLITUDE * model + FLOOR * surface.scale * _largest(templates, node, surface.member)
    amplitude[days < bank.PHASES_DAYS[0]] = 0
    missed = matern(_position(days, band, bank.REDSHIFTS[node]), surface.position) @ (
        surface.amplitude * surface.solution
    )
    return np.maximum(model + amplitude * missed, 0)
