"""Simulated nights: kilonovae among all else that is new on the sky, each object as it was known at one alert.

The night that the module learns from and the night that it is judged on are made of different things: other models of
kilonovae, other templates of supernovae, and kinds of contaminants that were never learned.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.curves.simulate import Templates, kilonova, lsst, observe, others, ztf
from tom_alerce_like.plugins.classifiers.curves.simulate.light import Ints, Light, redshift_at, redshifts, summed
from tom_alerce_like.plugins.classifiers.kilonova.classifier import SHORTEST_DAYS

CADENCE = {"ZTF": ztf, "LSST": lsst}
#: How far kilonovae are seen (Mpc), supernovae (redshift) and other things (mag).
FARTHEST_MPC, FARTHEST_Z, FAINTEST = {"ZTF": 200, "LSST": 600}, {"ZTF": 0.1, "LSST": 0.6}, {"ZTF": 20.0, "LSST": 23.5}
#: Days after the first detection within which an object counts as new.
NEW_DAYS = 15.0
FIRST_DAY, LAST_DAY = -40.0, 60.0
KILONOVA = "KN"
#: Share of each kind among the new objects that are judged on a night.
SHARES = {
    KILONOVA: 0.05,
    "SNIa": 0.42,
    "SNII": 0.17,
    "SNIIn": 0.05,
    "SNIbc": 0.10,
    "shock cooling": 0.03,
    "TDE": 0.02,
    "AGN": 0.08,
    "dwarf nova": 0.068,
    "stellar flare": 0.002,
    "fast blue": 0.005,
    "afterglow": 0.005,
}
#: What takes the place of the kinds that are never learned, on the night that the module learns from.
IN_THEIR_PLACE = {"fader": 0.03}
NEVER_LEARNED = ("afterglow", "fast blue")
#: Templates that are learned from; the others are for judging.
LEARNED = (
    *("salt3", "v19-2013fs-corr", "v19-2009kr-corr", "s11-2005lc", "s11-2006jl", "v19-2006aa-corr", "v19-2009ip-corr"),
    *("v19-2011ei-corr", "v19-2005bf-corr", "v19-2007y-corr", "v19-2004fe-corr", "v19-1998bw-corr", "v19-2009bb-corr"),
    *("s11-2005hl", "s11-2006fo"),
)


def night(counts: Mapping[str, int], templates: Templates, rng: np.random.Generator, learning: bool) -> pd.DataFrame:
    """Return simulated objects, so many of each kind, one row each, with their kind as label."""
    tables = [objects(kind, counts[kind], templates, rng, learning) for kind in shares(learning)]
    return pd.concat(tables, ignore_index=True)


def weights(label: NDArray[Any], wanted: Mapping[str, float]) -> Floats:
    """Return the weight of each object that gives every kind its share; their mean is 1."""
    kinds, number, count = np.unique(label.astype(str), return_inverse=True, return_counts=True)
    return (np.array([wanted[kind] for kind in kinds]) / count)[number] * len(label)


def shares(learning: bool) -> dict[str, float]:
    """Return the share of each kind on the night for learning or for judging."""
    if not learning:
        return SHARES
    return {kind: share for kind, share in SHARES.items() if kind not in NEVER_LEARNED} | IN_THEIR_PLACE


def objects(kind: str, n: int, templates: Templates, rng: np.random.Generator, learning: bool) -> pd.DataFrame:
    """Return n objects of a kind that were detected again on a later night while new."""
    made: list[pd.DataFrame] = []
    while sum(map(len, made)) < n:
        light, z = _light(kind, 2 * n + 50, templates, rng, learning)
        visits = CADENCE[templates.survey](len(z), FIRST_DAY, LAST_DAY, rng)
        seen = observe(light, visits, rng, least=2)
        curves = Curves.of(seen)
        again = curves.count(alerts_while_new(curves)) > 0
        made.append(seen.assign(label=kind, redshift=z[seen["number"]])[again])
    table = pd.concat(made, ignore_index=True).iloc[:n]
    return _with_hosts(table.assign(object_id=[f"{kind} {number}" for number in range(n)]), rng)


def _light(kind: str, n: int, templates: Templates, rng: np.random.Generator, learning: bool) -> tuple[Light, Floats]:
    survey = templates.survey
    faintest, z_max, unknown = FAINTEST[survey], FARTHEST_Z[survey], np.full(n, np.nan)
    if kind == KILONOVA:
        distance = FARTHEST_MPC[survey] * rng.random(n) ** (1 / 3)
        z = redshift_at(np.maximum(distance, 10.0))
        return (kilonova.draw if learning else kilonova.draw_layered)(z, rng), z
    if kind.startswith("SN"):
        return templates.draw(n, kind, z_max, rng)
    if kind == "shock cooling":
        light, z = templates.draw(n, "SNIbc", z_max / 2, rng)
        delay = rng.uniform(15, 22, n)
        early = others.shock_cooling(z, rng)
        return summed(lambda row, days, band: light(row, days - delay[row], band), early), z
    at: dict[str, Callable[[Floats, np.random.Generator], Light]] = {
        "TDE": others.tidal_disruption,
        "fast blue": others.fast_blue,
    }
    if kind in at:
        z = redshifts(n, 1.5 * z_max, rng)
        return at[kind](z, rng), z
    if kind in ("AGN", "afterglow"):
        unknown = rng.uniform(0.05, 2.0, n)
    by_mag: dict[str, Callable[[int, float, np.random.Generator], Light]] = {
        "AGN": others.active_nucleus,
        "dwarf nova": others.dwarf_nova,
        "stellar flare": others.stellar_flare,
        "afterglow": others.afterglow,
        "fader": others.fader,
    }
    return by_mag[kind](n, faintest, rng), unknown


def _with_hosts(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Give the redshift of the host to half of the objects: mostly photometric; one in eight has another galaxy's."""
    n = len(table)
    error = np.where(
        rng.random(n) < 0.7, rng.lognormal(np.log(0.04), 0.7, n) * (1 + table["redshift"].fillna(0.3)), 1e-4
    )
    other = np.where(rng.random(n) < 0.5, rng.uniform(0.01, 0.2, n), rng.uniform(0.1, 1.5, n))
    known = np.where(rng.random(n) < 0.12, other, table["redshift"])
    said = np.where(rng.random(n) < 0.5, np.abs(known + error * rng.standard_normal(n)) + 1e-3, np.nan)
    return table.assign(host_redshift=said, host_redshift_err=np.where(np.isnan(said), np.nan, error))


def alerts_of(curves: Curves, rng: np.random.Generator) -> Curves:
    """Return each object as it was known at one of its alerts while it is new, drawn from those of a later night."""
    which = alerts_while_new(curves)
    count = curves.count(which)
    drawn = np.minimum((rng.random(len(curves)) * count).astype(int), count - 1)
    place = np.cumsum(count) - count + drawn
    times = np.full(len(curves), -np.inf)
    times[count > 0] = curves.mjd[which][place[count > 0]]
    return curves.until(times)


def all_alerts_of(curves: Curves, days: float = NEW_DAYS) -> tuple[Ints, Curves]:
    """Return each object as it was known at every alert of a later night, and the number of the object of each."""
    which = alerts_while_new(curves, days)
    owner = curves.row[which]
    return owner, curves.take(owner).until(curves.mjd[which])


def alerts_while_new(curves: Curves, days: float = NEW_DAYS) -> NDArray[np.bool_]:
    """Return which detections are alerts of a later night than the first, within so many days after it."""
    detected = curves.is_detection & (curves.flux_njy > 0)
    since = curves.mjd - curves.first(detected)[curves.row]
    return detected & (since >= SHORTEST_DAYS) & (since <= days)
