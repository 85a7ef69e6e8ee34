"""What a survey's catalogue says of simulated sources: incomplete, noisy, with fragments, blends and gaps."""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.hosts.simulate.galaxies import Table
from tom_alerce_like.plugins.hosts.simulate.survey import Survey, measured

#: Galaxies larger than the first fall apart into fragments now and then; sources closer than the second are one.
SHREDDED_ARCSEC, BLENDED_ARCSEC = 4.0, 0.9
SHREDDED_SHARE, PARENT_LOST_SHARE = 0.5, 0.04


def listed(rng: np.random.Generator, sources: Table, habits: Survey) -> Table:
    """Return a survey's list: east_arcsec, north_arcsec and the columns of `CATALOGUE_COLUMNS` but place and id."""
    mag = sources["mag"] + 0.02 * rng.standard_normal(len(sources["mag"]))
    steep = rng.uniform(0.15, 0.4)
    # those too large for their magnitude are lost first: half of the surface-brightness effect of a real survey
    limit = habits.depth_mag - 0.75 * np.log10(1 + np.square(sources["re_arcsec"] / habits.seeing_arcsec))
    seen = rng.random(len(mag)) < 1 / (1 + np.exp((mag - limit - 2 * steep) / steep))
    galaxy = sources["is_star"] == 0
    if habits.galaxies_vanish:
        seen &= ~(galaxy & (rng.random(len(mag)) < rng.uniform(0.01, 0.02)))
    shredded = galaxy & (sources["re_arcsec"] > SHREDDED_ARCSEC) & (rng.random(len(mag)) < SHREDDED_SHARE)
    pieces = _shreds(rng, _rows(sources, seen & shredded))
    seen &= ~(shredded & (rng.random(len(mag)) < PARENT_LOST_SHARE))
    kept = _blended(_joined(_rows(sources, seen), pieces))
    return measured(rng, kept, habits)


def _rows(table: Table, chosen: np.ndarray) -> Table:
    return {name: values[chosen] for name, values in table.items()}


def _joined(*tables: Table) -> Table:
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}


def _shreds(rng: np.random.Generator, parents: Table) -> Table:
    """Return fragments of large galaxies: knots of their discs taken for galaxies of their own."""
    which = np.repeat(np.arange(len(parents["mag"])), rng.poisson(2.5, len(parents["mag"])))
    pieces = _rows(parents, which)
    n = len(which)
    radius, angle = pieces["re_arcsec"] * rng.uniform(0.3, 2.5, n), rng.uniform(0, 2 * np.pi, n)
    along, across = radius * np.cos(angle), radius * np.sin(angle) * pieces["axis_ratio"]
    sin, cos = np.sin(np.radians(pieces["pa_deg"])), np.cos(np.radians(pieces["pa_deg"]))
    pieces["east_arcsec"] = pieces["east_arcsec"] + along * sin + across * cos
    pieces["north_arcsec"] = pieces["north_arcsec"] + along * cos - across * sin
    pieces["mag"] = np.minimum(pieces["mag"] + 1.5 + rng.exponential(2.0, n), 23.5)
    pieces["re_arcsec"] = np.maximum(pieces["re_arcsec"] * rng.uniform(0.05, 0.4, n), 0.3)
    pieces["axis_ratio"], pieces["pa_deg"] = rng.uniform(0.3, 1, n), rng.uniform(0, 180, n)
    pieces["is_shred"] = np.ones(n)
    return pieces


def _blended(table: Table) -> Table:
    """Return the sources with those too close to a brighter one added to it."""
    order = np.argsort(table["mag"], kind="stable")
    table = _rows(table, order)
    east, north = table["east_arcsec"], table["north_arcsec"]
    close = np.hypot(east[:, None] - east, north[:, None] - north) < BLENDED_ARCSEC
    brightest = np.argmax(close, axis=1) if len(order) else order
    alone = brightest == np.arange(len(order))
    into = brightest[~alone]
    flux = 10 ** (-0.4 * table["mag"])
    total = flux + np.bincount(into, weights=flux[~alone], minlength=len(flux))
    for name in ("east_arcsec", "north_arcsec"):
        moved = flux * table[name] + np.bincount(into, weights=(flux * table[name])[~alone], minlength=len(flux))
        table[name] = moved / total
    return _rows(table | {"mag": -2.5 * np.log10(total)}, alone)
