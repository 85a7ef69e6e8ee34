"""Simulated light curves of ZTF to learn from: lensed stars, and what else rises and fades or varies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.curves.simulate import Templates, Visits, observe, others, ztf
from tom_alerce_like.plugins.classifiers.curves.simulate import lensing as lenses
from tom_alerce_like.plugins.classifiers.curves.simulate.light import Light, njy, redshifts

LENS = "Microlensing"
FIRST_DAY, LAST_DAY, FAINTEST_MAG, FARTHEST_Z = -250.0, 200.0, 20.0, 0.1
#: Part of the galaxies whose redshift is known, and of the objects whose dust is.
KNOWN_HOSTS, KNOWN_DUST = 0.3, 0.5
#: Objects of each kind.
COUNTS = {
    LENS: 700,
    **dict.fromkeys(("SNIa", "SNII", "SNIbc", "TDE", "AGN", "dwarf nova", "stellar flare", "fader"), 500),
    "periodic": 1500,
}
#: Stars as catalogues give them: whole fluxes over years, in seasons, few points of any bands.
WHOLE = {LENS: 400, "periodic": 2500, "AGN": 600, "constant": 1000}
WHOLE_FIRST_DAY, SEASON_DAYS, YEAR_DAYS = -1200.0, 240.0, 365.25
_BANDS = ((1,), (2,), (1, 2), (0, 1, 2, 3, 4))
#: Detections after which objects are shown a second time: between these, evenly in the logarithm.
FIRST_CUT, LAST_CUT = 6, 90
#: Their errors are misjudged by a common factor of this scatter, as those of catalogues are.
ERROR_SCATTER = 0.35


def ztf_sky(templates: Templates, rng: np.random.Generator) -> pd.DataFrame:
    """Return simulated objects of ZTF that were detected three times or more, with label; stars lie behind dust."""
    tables = []
    for kind, n in COUNTS.items():
        seen = observe(_light(kind, n, templates, rng), ztf(n, FIRST_DAY, LAST_DAY, rng), rng, least=3)
        tables.append(seen.assign(label=kind))
    for kind, n in WHOLE.items():
        tables.append(observe(_whole(kind, n, rng), sparse(n, rng), rng, least=6).assign(label=kind))
    table = pd.concat(tables, ignore_index=True)
    n = len(table)
    stellar = table["label"].isin([LENS, "periodic", "dwarf nova", "stellar flare", "constant"]).to_numpy()
    dust = np.where(stellar, rng.lognormal(np.log(0.4), 0.9, n), rng.lognormal(np.log(0.04), 0.7, n))
    redshift = np.where(stellar | (rng.random(n) > KNOWN_HOSTS), np.nan, rng.uniform(0.02, FARTHEST_Z, n))
    return table.assign(
        mw_ebv=np.where(rng.random(n) < KNOWN_DUST, dust, np.nan),
        host_redshift=redshift,
        object_id=[f"ZTF simulated {number}" for number in range(n)],
    )


def sparse(n: int, rng: np.random.Generator) -> Visits:
    """Return visits of a survey of stars: a part of ZTF's nights, in seasons, in one band, two or five."""
    visits = ztf(n, WHOLE_FIRST_DAY, LAST_DAY, rng)
    kept = np.exp(rng.uniform(np.log(0.03), np.log(0.7), n))
    start = rng.uniform(0, YEAR_DAYS, n)
    row = visits.row
    season = (visits.days + start[row]) % YEAR_DAYS < SEASON_DAYS
    shown = season & (rng.random(len(row)) < kept[row])
    which = rng.integers(0, len(_BANDS), n)
    choices = np.array([(one * 60)[:60] for one in _BANDS])
    band = choices[which[row], rng.integers(0, 60, len(row))]
    return Visits(n, "ZTF", row[shown], visits.days[shown], band[shown], visits.noise_njy[shown])


def cut(curves: Curves, rng: np.random.Generator) -> Curves:
    """Return what was known of each object at a detection between the cuts, with errors that are off by a factor."""
    wanted = np.exp(rng.uniform(np.log(FIRST_CUT), np.log(LAST_CUT), len(curves))).astype(int)
    number = np.concatenate([[0], np.cumsum(curves.is_detection)])
    nth = number[1:] - number[curves.offsets[:-1]][curves.row]
    end = curves.first(curves.is_detection & (nth == wanted[curves.row]))
    factor = rng.lognormal(0, ERROR_SCATTER, len(curves))[curves.row]
    off = replace(curves, flux_err_njy=curves.flux_err_njy * factor)
    return off.until(np.where(np.isnan(end), np.inf, end))


def _whole(kind: str, n: int, rng: np.random.Generator) -> Light:
    if kind == "constant":
        flux = njy(rng.uniform(14, FAINTEST_MAG - 2, n))
        return lambda row, days, band: flux[row]
    draw = {LENS: lenses.microlensing, "periodic": lenses.periodic, "AGN": others.active_nucleus}[kind]
    return draw(n, FAINTEST_MAG - 2, rng, whole=True)


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
