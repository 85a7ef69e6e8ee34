"""What the trees learn from: real light curves of many sources made alike, and simulated ones at ZTF's cadence.

Every object is shown as it was known at several numbers of detections. Hosts are drawn for most objects: none of the
sources states offsets, and redshifts are known of extragalactic sources alone, so that having one would tell the class.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers import labelled
from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.curves.simulate import Templates, observe, others, templates, unpacked, ztf
from tom_alerce_like.plugins.classifiers.curves.simulate.light import Light, redshifts
from tom_alerce_like.plugins.classifiers.early_sn_ia import sources
from tom_alerce_like.plugins.classifiers.lightcurve import bands, features, labels, simulate
from tom_alerce_like.plugins.classifiers.lightcurve.taxonomy import CLASSES

Floats = NDArray[np.float64]
Rng = np.random.Generator
SEED = 20261120
#: Numbers of detections at which objects are shown.
EPOCHS = (2, 3, 5, 8, 12, 20, 40)
#: Simulated objects of each kind, and how often each is shown.
SIMULATED, SHOWN = 300, 2
#: SNe Ia that are kept of the one large source.
MOST_SNIA = 600
_NUCLEAR = ("TDE", "QSO", "AGN", "Blazar")
_SUPERNOVAE = ("SNIa", "SNIbc", "SNII", "SLSN")
#: Share of objects with a host, of hosts with a spectroscopic redshift, and of stars that were given a galaxy.
_WITH_HOST, _SPECTROSCOPIC, _STARS_WITH_HOST = 0.5, 0.5, 0.15
#: Farthest redshift of each simulated transient.
_FARTHEST = {"SNIa": 0.12, "SNII": 0.06, "SNIIn": 0.1, "SNIbc": 0.07, "SLSN": 0.35, "TDE": 0.2}
_STARS: dict[str, Callable[[int, Rng], Light]] = {
    "QSO": simulate.quasar,
    "AGN": simulate.seyfert,
    "Blazar": simulate.blazar,
    "YSO": simulate.young_star,
    "CV/Nova": lambda n, rng: others.dwarf_nova(n, 19.5, rng),
    "LPV": simulate.long_period,
    "E": simulate.eclipsing,
    "DSCT": simulate.delta_scuti,
    "RRL": simulate.rr_lyrae,
    "CEP": simulate.cepheid,
    "Periodic-Other": simulate.rotating,
}


@dataclass(frozen=True)
class Lessons:
    """Rows: an object at an epoch; ``features`` (n, many), ``code`` of its leaf, its name, source and detections."""

    features: NDArray[np.float32]
    code: NDArray[np.int64]
    object_id: NDArray[np.str_]
    source: NDArray[np.str_]
    detections: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Lessons:
        """Return some of the rows."""
        return Lessons(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def joined(*parts: Lessons) -> Lessons:
    """Return all rows of several."""
    return Lessons(*(np.concatenate([getattr(p, name) for p in parts]) for name in Lessons.__dataclass_fields__))


def real(data: Path, learning: bool) -> Lessons:
    """Return real objects at every epoch they have; for ``learning`` their bands are mixed and hosts are drawn."""
    table, curves = real_curves(data)
    rng = np.random.default_rng(SEED)
    if learning:
        curves = bands.mixed(curves, table["leaf"].to_numpy(str), rng)
    shown = [(curves.after(k), rows, k) for k, rows in _epochs(curves)]
    return joined(
        *(_lessons(now.take(rows), table.iloc[rows], k, rng, learning) for now, rows, k in shown if len(rows))
    )


def real_curves(data: Path) -> tuple[pd.DataFrame, Curves]:
    """Return object_id, source, leaf and redshift of real objects, and their light curves made alike.

    Raises `FileNotFoundError` where the sets are missing.
    """
    table = sources.table(data)
    curves = sources.alike(table)
    about = pd.read_parquet(data / "lightcurves" / "objects.parquet")
    redshift = pd.Series(about["redshift"].to_numpy(float), about["set"] + " " + about["object_id"].astype(str))
    named = pd.read_csv(data / "ztf_alerts" / "object_labels.csv").drop_duplicates("objectId").set_index("objectId")
    published = table["object_id"].map(named["sublabel"]).where(table["source"] == sources.ALERTS, table["sublabel"])
    table = pd.DataFrame(
        {
            "object_id": table["object_id"].astype(str),
            "source": table["source"],
            "leaf": [labels.leaf(str(name)) for name in published],
            "redshift": table["object_id"].map(redshift[~redshift.index.duplicated()]),
        }
    )
    kept = (table["leaf"] != "").to_numpy() & (curves.count(curves.is_detection) >= EPOCHS[0])
    many = np.flatnonzero(kept & (table["source"] == sources.SNIA).to_numpy())
    kept[np.random.default_rng(SEED).permutation(many)[MOST_SNIA:]] = False
    rows = np.flatnonzero(kept)
    return table.iloc[rows].reset_index(drop=True), curves.take(rows)


def _epochs(curves: Curves) -> list[tuple[int, NDArray[np.int64]]]:
    count = curves.count(curves.is_detection)
    return [(k, np.flatnonzero(count >= k)) for k in EPOCHS]


def simulated(data: Path) -> Lessons:
    """Return simulated objects, each at some of its epochs. Raises `FileNotFoundError` without sncosmo's templates."""
    rng = np.random.default_rng(SEED)
    parts = []
    for leaf, table in _tables(data, rng):
        curves = bands.mixed(Curves.of(table), np.full(len(table), leaf), rng)
        about = pd.DataFrame({"object_id": table["object_id"], "source": "simulated", "leaf": leaf})
        about["redshift"] = table.get("redshift", np.nan)
        about["object_id"] = [f"simulated {leaf} {name}" for name in about["object_id"]]
        last = np.searchsorted(EPOCHS, curves.count(curves.is_detection), side="right")
        chosen = (rng.random((SHOWN, len(table))) * last).astype(int)
        for number, k in enumerate(EPOCHS):
            rows = np.flatnonzero((chosen == number).any(axis=0))
            if len(rows):
                parts.append(_lessons(curves.after(k).take(rows), about.iloc[rows], k, rng, True))
    return joined(*parts)


def _tables(data: Path, rng: Rng) -> list[tuple[str, pd.DataFrame]]:
    """Return leaf and alert table of every simulated kind."""
    made = []
    names = [name for kind in ("SNIa", "SNII", "SNIIn", "SNIbc") for name in templates.SOURCES[kind]]
    with unpacked(data) as folder:
        spectra = Templates.of(folder, "ZTF", names, rng)
    for kind, farthest in _FARTHEST.items():
        z = np.maximum(redshifts(2 * SIMULATED, farthest, rng), 0.006)
        if kind == "TDE":
            light = others.tidal_disruption(z, rng)
        elif kind == "SLSN":
            light = simulate.superluminous(z, rng)
        else:
            light, z = spectra.draw(2 * SIMULATED, kind, farthest, rng)
        table = observe(light, ztf(len(z), -60.0, 200.0, rng), rng, least=EPOCHS[0])
        table = table.assign(redshift=z[table["number"]]).iloc[:SIMULATED]
        made.append(("SNII" if kind == "SNIIn" else kind, table))
    for leaf, draw in _STARS.items():
        n = 2 * SIMULATED
        table = observe(draw(n, rng), ztf(n, 0.0, 300.0, rng), rng, least=EPOCHS[0])
        made.append((leaf, table.iloc[:SIMULATED]))
    return made


def _lessons(curves: Curves, about: pd.DataFrame, detections: int, rng: Rng, with_hosts: bool) -> Lessons:
    n = len(about)
    redshift, offset = np.full((2, n), np.nan)
    if with_hosts:
        redshift, offset = _hosts(about["leaf"].to_numpy(str), about["redshift"].to_numpy(float), rng)
    made = features.of(curves, redshift, offset, np.full(n, np.nan))
    code = labelled.codes(about["leaf"], CLASSES)
    names = about["object_id"].to_numpy(str), about["source"].to_numpy(str)
    return Lessons(made, code, *names, np.full(n, detections))


def _hosts(leaf: NDArray[np.str_], redshift: Floats, rng: Rng) -> tuple[Floats, Floats]:
    """Return redshift and offset of the hosts that objects might be given; stars get a galaxy nearby by mistake."""
    n = len(leaf)
    supernova, nuclear = np.isin(leaf, _SUPERNOVAE), np.isin(leaf, _NUCLEAR)
    unknown = ~(redshift > 0)
    far = np.isin(leaf, ("QSO", "Blazar"))
    drawn = np.where(far, rng.lognormal(np.log(0.7), 0.6, n), rng.lognormal(np.log(0.12), 0.6, n))
    z = np.where(unknown, drawn, redshift)
    photometric = np.abs(z + 0.03 * (1 + z) * rng.standard_normal(n)) + 0.002
    z = np.where(rng.random(n) < _SPECTROSCOPIC, z, photometric)
    near = np.where(nuclear, rng.lognormal(np.log(0.25), 0.6, n), rng.lognormal(np.log(3.0), 0.9, n))
    offset = np.where(supernova | nuclear, near, 20 * np.sqrt(rng.random(n)))
    has = rng.random(n) < np.where(supernova | nuclear, _WITH_HOST, _STARS_WITH_HOST)
    return cast(Floats, np.where(has, z, np.nan)), np.where(has, offset, np.nan)
