"""Hosts in simulated fields: who names the right galaxy, how sure he may be, and what a wrong one does to the redshift.

Two simulators: that of `benchmarks.host_fields` was built apart from the one that the weights learned from, and its
figures have the plain names; fresh fields of the other one are called ``_training_simulator``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib import import_module

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.host_grades import Answers, fraction, judged, only_right, report
from tom_alerce_like.plugins.hosts.associate import Association, associate
from tom_alerce_like.plugins.hosts.claim import claimed
from tom_alerce_like.plugins.hosts.fields import Fields
from tom_alerce_like.plugins.hosts.plane import to_sky
from tom_alerce_like.plugins.hosts.simulate.sky import Sky
from tom_alerce_like.plugins.hosts.sources.survey import SurveyCatalogue

Floats = NDArray[np.float64]
N, SEED = int(os.environ.get("N") or 1000), int(os.environ.get("SEED") or 20261120)
IN_CHUNK, STAR_MAG = 250, 20.0
SIMULATORS = {"": "benchmarks.host_fields", "_training_simulator": "tom_alerce_like.plugins.hosts.simulate"}


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


def of_stars(sky: Sky) -> NDArray[np.bool_]:
    """Return whether transients on the field's stars of r < 20 are given a host, from the catalogue alone.

    Stars that vary are among the alerts of every survey; this is not what the weights were chosen by.
    """
    stars = sky.sources[sky.sources["is_star"].astype(bool) & (sky.sources["mag"] < STAR_MAG)]
    found = associate(stars["ra_deg"], stars["dec_deg"], [SurveyCatalogue(sky.catalogue)], top=1)
    first = best(found, len(stars))
    return claimed(np.nan_to_num(first.probability), first.none)


def figures(simulator: str, others: dict[str, Callable[[Sky], Answers | None]]) -> None:
    """Measure the associator with all it can have and with less, and others beside it, on one simulator."""
    mine: dict[str, Callable[[Sky], Answers | None]] = {
        "": lambda sky: ours(sky, True, True),
        "_image_only": lambda sky: ours(sky, True, False),
        "_catalogue_only": lambda sky: ours(sky, False, True),
    }
    ways = mine | {f"_{name}": way for name, way in others.items()}
    found: dict[str, list[pd.DataFrame]] = {name: [] for name in ways}
    stars = []
    for sky in skies(simulator):
        stars.append(of_stars(sky))
        for name, way in ways.items():
            said = way(sky)
            if said is not None:
                found[name].append(judged(sky, said))
    for name, tables in found.items():
        if name in mine:
            report(pd.concat(tables), f"{name}{simulator}")
        elif tables:
            only_right(f"host_right{name}{simulator}", pd.concat(tables))
        else:
            print(f"skipped: host_right{name}{simulator}: not installed", flush=True)
    fraction(f"star_given_a_host{simulator}", np.concatenate(stars))
