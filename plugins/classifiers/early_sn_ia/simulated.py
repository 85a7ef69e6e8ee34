"""Simulated rises of ZTF and LSST: supernovae from templates, tidal disruptions, active nuclei, dwarf novae."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.curves.simulate import Templates, lsst, observe, others, unpacked, ztf
from tom_alerce_like.plugins.classifiers.curves.simulate.light import Light, redshifts
from tom_alerce_like.plugins.classifiers.curves.simulate.photosphere import Photosphere
from tom_alerce_like.plugins.classifiers.curves.simulate.templates import SOURCES

#: Objects that are drawn for each survey; less than half of them are found.
DRAWN = {"SNIa": 4000, "SNII": 1600, "SNIIn": 900, "SNIbc": 1600, "SLSN": 1200, "TDE": 1200, "AGN": 800, "CV": 500}
#: Largest redshift of each class.
LARGEST_Z = {
    "ZTF": {"SNIa": 0.13, "SNII": 0.06, "SNIIn": 0.12, "SNIbc": 0.09, "SLSN": 0.4, "TDE": 0.3},
    "LSST": {"SNIa": 0.6, "SNII": 0.3, "SNIIn": 0.6, "SNIbc": 0.4, "SLSN": 1.5, "TDE": 1.0},
}
_FAINTEST = {"ZTF": 20.0, "LSST": 24.0}
_VISITS = {"ZTF": ztf, "LSST": lsst}
#: Days around the reference time that are observed: of most classes maximum.
FIRST_DAY, LAST_DAY = -45.0, 45.0
SEED = 20261120


def superluminous(z: Floats, rng: np.random.Generator) -> Light:
    """Superluminous supernovae of type I; day 0 is maximum.

    Rise, fall and temperature as in Gomez+2024, doi:10.1093/mnras/stae2270: 10 to 60 days from 1/e, 15,000 to 7,000 K.
    """
    n = len(z)
    days = np.concatenate([np.arange(-100, 0, 2.0), np.geomspace(0.5, 300, 80)])
    rise = rng.lognormal(np.log(22), 0.45, (n, 1))
    fall = rise * rng.lognormal(np.log(1.7), 0.25, (n, 1))
    shape = np.where(days < 0, np.exp(-((days / (1.2 * rise)) ** 2)), np.exp(-((days / fall) ** 2) / 2))
    hot, cooling = rng.uniform(10e3, 18e3, (n, 1)), rng.uniform(40, 150, (n, 1))
    temperature = np.clip(hot - cooling * days, 6500, 25e3)
    return Photosphere(days, 10 ** rng.normal(44.1, 0.3, (n, 1)) * shape, temperature, z)


def table(data: Path, surveys: Sequence[str] = ("ZTF", "LSST"), seed: int = SEED) -> pd.DataFrame:
    """Return simulated objects with three detections or more; label is the class, source says that it is simulated."""
    rng = np.random.default_rng(seed)
    names = [name for kind in SOURCES.values() for name in kind]
    made = []
    with unpacked(data) as folder:
        for survey in surveys:
            templates = Templates.of(folder, survey, names, rng)
            for label, n in DRAWN.items():
                light = _light(label, n, survey, templates, rng)
                seen = observe(light, _VISITS[survey](n, FIRST_DAY, LAST_DAY, rng), rng, 3)
                made.append(seen.assign(sublabel=label, is_ia=label == "SNIa", source=f"simulated_{survey}"))
    return pd.concat(made, ignore_index=True)


def _light(label: str, n: int, survey: str, templates: Templates, rng: np.random.Generator) -> Light:
    if label in SOURCES:
        return templates.draw(n, label, LARGEST_Z[survey][label], rng)[0]
    if label == "AGN":
        return others.active_nucleus(n, _FAINTEST[survey], rng)
    if label == "CV":
        return others.dwarf_nova(n, _FAINTEST[survey], rng)
    z = redshifts(n, LARGEST_Z[survey][label], rng)
    return (superluminous if label == "SLSN" else others.tidal_disruption)(z, rng)
