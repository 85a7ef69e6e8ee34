"""Hosts in simulated fields: who names the right galaxy, how sure he may be, and what a wrong one does to the redshift.

Two simulators: that of `benchmarks.host_fields` was built apart from the one that the weights learned from, and its
figures have the plain names; fresh fields of the other one are called ``_training_simulator``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from benchmarks.figure import figure
from tom_alerce_like.plugins.classifiers.measures import calibration_error
from tom_alerce_like.plugins.hosts.associate import Association, associate
from tom_alerce_like.plugins.hosts.claim import claimed
from tom_alerce_like.plugins.hosts.evaluate import wilson
from tom_alerce_like.plugins.hosts.fields import Fields
from tom_alerce_like.plugins.hosts.plane import to_sky
from tom_alerce_like.plugins.hosts.simulate.sky import Sky
from tom_alerce_like.plugins.hosts.sources.survey import SurveyCatalogue
from tom_alerce_like.sky import separation_arcsec

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
N, SEED = int(os.environ.get("N") or 1000), int(os.environ.get("SEED") or 20261120)
IN_CHUNK = 250
SIMULATORS = {"": "benchmarks.host_fields", "_training_simulator": "tom_alerce_like.plugins.hosts.simulate"}
RIGHT_ARCSEC, BRIGHT_MAG, FAINT_MAG, FAR_ARCSEC = 2.0, 22.0, 23.4, 10.0
#: A redshift is wrong when it is off by more than this times 1 + z.
WRONG_REDSHIFT = 0.01


@dataclass(frozen=True)
class Answers:
    """Where somebody sees the hosts of n fields (degrees, NaN: nowhere), how surely, and how surely nowhere."""

    ra_deg: Floats
    dec_deg: Floats
    probability: Floats
    none: Floats


def skies(simulator: str) -> Iterator[Sky]:
    """Return fields in chunks that fit into memory, N in all, from seeds that nothing was trained on."""
    make = import_module(SIMULATORS[simulator]).sky
    for number, start in enumerate(range(0, N, IN_CHUNK)):
        yield make(min(IN_CHUNK, N - start), SEED + 7919 * (number + 1))


def ours(sky: Sky, images: bool, catalogue: bool) -> Answers:
    """Return the best candidate of the associator from images, from the catalogue or from both."""
    found = associate(
        sky.fields.ra_deg,
        sky.fields.dec_deg,
        [SurveyCatalogue(sky.catalogue)] if catalogue else [],
        fields=sky.fields if images else None,
        redshift=sky.fields.redshift,
        top=1,
    )
    return best(found, len(sky.fields))


def best(found: Association, n: int) -> Answers:
    """Return the first candidate of each place."""
    table = found.candidates.set_index("row").reindex(range(n))
    values = [table[name].to_numpy(float) for name in ("ra_deg", "dec_deg", "probability")]
    return Answers(*values, np.asarray(found.none))


def at(fields: Fields, offsets: Floats) -> Answers:
    """Return what a method of images says, from its offsets (east, north) in arcsec."""
    ra, dec = to_sky(*offsets.T, fields.ra_deg, fields.dec_deg)
    unknown = np.full(len(ra), np.nan)
    return Answers(ra, dec, unknown, unknown)


def of_offsets(sky: Sky, offsets: Floats) -> Answers:
    """Return the same for a simulated sky."""
    return at(sky.fields, offsets)


def judged(sky: Sky, said: Answers) -> pd.DataFrame:
    """Return one row a field: how far the answer is from the host, and what is true of the field."""
    host = sky.truth
    apart = separation_arcsec(said.ra_deg, said.dec_deg, host["host_ra_deg"], host["host_dec_deg"])
    return pd.DataFrame(
        {
            "error_arcsec": apart,
            "right": apart < RIGHT_ARCSEC,
            "probability": np.nan_to_num(said.probability),
            "none": said.none,
            "mag": host["host_mag"].to_numpy(float),
            "offset_arcsec": host["offset_arcsec"].to_numpy(float),
            "is_hostless": host["is_hostless"].to_numpy(bool),
            "wrong_redshift": wrong_redshift(sky, said),
        }
    )


def wrong_redshift(sky: Sky, said: Answers) -> Bools:
    """Return where the true redshift of what was chosen is not the host's: the brightest source within 1.5 arcsec."""
    sources, n = sky.sources, len(sky.truth)
    row = sources["row"].to_numpy()
    apart = separation_arcsec(sources["ra_deg"], sources["dec_deg"], said.ra_deg[row], said.dec_deg[row])
    # those close by in the order of brightness, then all others in that of distance
    order = np.where(apart < 1.5, sources["mag"].to_numpy() - 100, apart)
    chosen = sources.assign(order=order).sort_values("order").drop_duplicates("row").set_index("row").reindex(range(n))
    of_star = chosen["is_star"].fillna(True).to_numpy(bool)
    host = sky.truth["host_redshift"].to_numpy(float)
    off = np.abs(chosen["redshift"].to_numpy(float) - host) > WRONG_REDSHIFT * (1 + host)
    return np.asarray(off | of_star | ~np.isfinite(said.ra_deg))


def fraction(name: str, event: Bools | pd.Series, peer: tuple[str, float] | None = None) -> None:
    """Print how often something happened, with the 95 per cent Wilson interval."""
    happened = np.asarray(event, bool)
    if not len(happened):
        print(f"skipped: {name}: no such field", flush=True)
        return
    value, low, high = wilson(int(happened.sum()), len(happened))
    figure(name, value, "fraction", peer)
    figure(f"{name}_low", low, "fraction")
    figure(f"{name}_high", high, "fraction")


def report(table: pd.DataFrame, suffix: str = "") -> None:
    """Print every figure of the associator's answers."""
    seen = table[~table["is_hostless"] & (table["mag"] < BRIGHT_MAG)]
    faint = table[~table["is_hostless"] & table["mag"].between(BRIGHT_MAG, FAINT_MAG)]
    lost = table[table["is_hostless"]]
    fraction(f"host_right{suffix}", seen["right"])
    fraction(f"host_right_gt10arcsec{suffix}", seen.loc[seen["offset_arcsec"] > FAR_ARCSEC, "right"])
    fraction(f"host_right_faint{suffix}", faint["right"])
    fraction(f"wrong_z_from_wrong_host{suffix}", seen["wrong_redshift"])
    figure(f"host_error_median{suffix}", float(seen["error_arcsec"].median()), "arcsec")
    certain = table["probability"].to_numpy()
    figure(f"ece{suffix}", calibration_error(certain, table["right"].to_numpy(), np.ones(len(table))), "fraction")
    figure(f"brier{suffix}", float(((certain - table["right"]) ** 2).mean()), "fraction")
    if len(lost):
        both = pd.concat([seen, lost])
        figure(f"hostless_auc{suffix}", float(roc_auc_score(both["is_hostless"], both["none"])), "fraction")
    fraction(f"hostless_false_host{suffix}", claimed(lost["probability"], lost["none"]))
    fraction(f"hostless_false_host_p99{suffix}", lost["probability"] > 0.99)


def only_right(name: str, table: pd.DataFrame) -> None:
    """Print how often somebody else, or ourselves with less to go on, is right."""
    seen = table[~table["is_hostless"] & (table["mag"] < BRIGHT_MAG)]
    fraction(name, seen["right"])
    fraction(f"{name}_gt10arcsec", seen.loc[seen["offset_arcsec"] > FAR_ARCSEC, "right"])


def figures(simulator: str, others: dict[str, Callable[[Sky], Answers | None]]) -> None:
    """Measure the associator, and others beside it, on one simulator."""
    ways: dict[str, Callable[[Sky], Any]] = {
        "": lambda sky: ours(sky, True, True),
        "_image_only": lambda sky: ours(sky, True, False),
        "_catalogue_only": lambda sky: ours(sky, False, True),
    }
    ways |= {f"_{name}": way for name, way in others.items()}
    found: dict[str, list[pd.DataFrame]] = {name: [] for name in ways}
    for sky in skies(simulator):
        for name, way in ways.items():
            said = way(sky)
            if said is not None:
                found[name].append(judged(sky, said))
    report(pd.concat(found.pop("")), simulator)
    for name, tables in found.items():
        if tables:
            only_right(f"host_right{name}{simulator}", pd.concat(tables))
        else:
            print(f"skipped: host_right{name}{simulator}: not installed", flush=True)
