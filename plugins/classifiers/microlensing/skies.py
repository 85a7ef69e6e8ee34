"""Simulated light curves of ZTF to learn from: lensed stars, and what else rises and fades or varies."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tom_alerce_like.plugins.classifiers.curves.simulate import Templates, observe, others, ztf
from tom_alerce_like.plugins.classifiers.curves.simulate import lensing as lenses
from tom_alerce_like.plugins.classifiers.curves.simulate.light import Light, redshifts

LENS = "Microlensing"
FIRST_DAY, LAST_DAY, FAINTEST_MAG, FARTHEST_Z = -250.0, 200.0, 20.0, 0.1
#: Part of the galaxies whose redshift is known.
KNOWN_HOSTS = 0.3
#: Objects of each kind.
COUNTS = {
    LENS: 700,
    **dict.fromkeys(("SNIa", "SNII", "SNIbc", "TDE", "AGN", "dwarf nova", "stellar flare", "fader"), 500),
    "periodic": 1500,
}


def ztf_sky(templates: Templates, rng: np.random.Generator) -> pd.DataFrame:
    """Return simulated objects of ZTF that were detected three times or more, with label; stars lie behind dust."""
    tables = []
    for kind, n in COUNTS.items():
        seen = observe(_light(kind, n, templates, rng), ztf(n, FIRST_DAY, LAST_DAY, rng), rng, least=3)
        stellar = kind in (LENS, "periodic", "dwarf nova", "stellar flare")
        dust = rng.lognormal(np.log(0.4), 0.9, len(seen)) if stellar else rng.lognormal(np.log(0.04), 0.7, len(seen))
        redshift = np.where(rng.random(len(seen)) < KNOWN_HOSTS, rng.uniform(0.02, FARTHEST_Z, len(seen)), np.nan)
        redshift = np.where(stellar, np.nan, redshift)
        tables.append(seen.assign(label=kind, mw_ebv=dust, host_redshift=redshift))
    table = pd.concat(tables, ignore_index=True)
    return table.assign(object_id=[f"ZTF simulated {number}" for number in range(len(table))])


def _light(kind: str, n: int, templates: Templates, rng: np.random.Generator) -> Light:
    if kind.startswith("SN"):
        return templates.draw(n, kind, FARTHEST_Z, rng)[0]
    if kind == "TDE":
        return others.tidal_disruption(redshifts(n, 2 * FARTHEST_Z, rng), rng)
    draw = {
        LENS: lenses.microlensing,
        "periodic": lenses.periodic,
        "AGN": others.active_nucleus,
        "dwarf nova": others.dwarf_nova,
        "stellar flare": others.stellar_flare,
        "fader": others.fader,
    }[kind]
    return draw(n, FAINTEST_MAG, rng)
