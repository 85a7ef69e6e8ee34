"""What the module learns from and is measured on: real alerts, simulated lines on them, and more that is no line.

Everything knows the object of the real stamp underneath, by which it is split. The few real lines are never learnt.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.alerts.ztf import PIXEL_ARCSEC
from tom_alerce_like.plugins.classifiers import labelled, simulate
from tom_alerce_like.plugins.classifiers.pixels import SIZE_PX, Pixels, triplets
from tom_alerce_like.plugins.classifiers.simulate.emptied import noise
from tom_alerce_like.plugins.classifiers.simulate.streaks import simulated
from tom_alerce_like.plugins.classifiers.streak.features import matrix
from tom_alerce_like.plugins.classifiers.streak.maps import ABSURD

#: Class of each simulated kind.
CLASS_OF = {"asteroid streak": "asteroid streak", "trail": "satellite", "glints": "satellite"}
#: Alerts without a label in which one look at all stamps found a line: three with glints, one with a faint trail.
BY_EYE = ("ZTF21abebfge", "ZTF21abebfgk", "ZTF21acqersq", "ZTF24aaiervg")
#: Stamps simulated at once.
_AT_ONCE = 1000
#: Copies of each alert that has no line, artefacts simulated upon it.
_COPIES, _ARTEFACTS = 4, 3
#: Chances that a copy is cut by an edge, small like a stamp of LSST, without science stamp or template.
_EDGE, _SMALL, _LOST = 0.15, 0.1, 0.05
_CUT_PX = (1, 25)


class Examples(NamedTuple):
    """Features (n, features) and a table: object_id, label (the class), kind, is_real, and what was simulated."""

    features: NDArray[np.float32]
    table: pd.DataFrame


def learnt(*parts: Examples) -> Examples:
    """Return all parts as one, without the real lines."""
    everything = joined(*parts)
    keep = ~(everything.table["is_real"] & (everything.table["label"] != "none")).to_numpy()
    return Examples(everything.features[keep], everything.table[keep].reset_index(drop=True))


def joined(*parts: Examples) -> Examples:
    """Return all parts as one."""
    tables = pd.concat([part.table for part in parts], ignore_index=True)
    return Examples(np.concatenate([part.features for part in parts]), tables)


def real(data: Path) -> pd.DataFrame:
    """Return the labelled alerts, and those without a label where ``data`` has them, with ``label`` and ``kind``."""
    alerts = labelled.examples(data).assign(kind=lambda table: table["label"])
    if (data / "ztf_alerts" / labelled.UNLABELLED).is_file():
        more = labelled.read(data, labelled.UNLABELLED).assign(kind="unlabelled")
        alerts = pd.concat([alerts, more], ignore_index=True)
    has_line = (alerts["kind"] == "satellite") | alerts["object_id"].isin(BY_EYE)
    return alerts.assign(label=np.where(has_line, "satellite", "none"))


def of_alerts(alerts: pd.DataFrame) -> Examples:
    """Return the real alerts themselves."""
    table = alerts[["object_id", "alert_id", "label", "kind"]].assign(is_real=True)
    return Examples(matrix(triplets(alerts)), table.reset_index(drop=True))


def lines(alerts: pd.DataFrame, n: int, seed: int) -> Examples:
    """Return n simulated lines on the stamps of alerts that have none, and what was drawn."""
    alerts = alerts[alerts["label"] == "none"].reset_index(drop=True)
    stamps, is_positive = triplets(alerts), alerts["is_positive"].to_numpy()
    rng = np.random.default_rng(seed)
    parts = []
    for start in range(0, n, _AT_ONCE):
        pixels, known = simulated(stamps, is_positive, min(_AT_ONCE, n - start), rng)
        parts.append(Examples(matrix(pixels), _owned(known, alerts)))
        # an asteroid's streak at an edge or on a small stamp; trails might lose what makes them one
        short = np.flatnonzero((known["kind"] == "asteroid streak") & (rng.random(len(known)) < 0.5))
        cut = matrix(np.stack([_cut(pixels[row], rng) for row in short]))
        parts.append(Examples(cut, _owned(known.iloc[short], alerts).assign(cut=True)))
    return joined(*parts)


def _owned(known: pd.DataFrame, alerts: pd.DataFrame) -> pd.DataFrame:
    owner = alerts["object_id"].to_numpy()[known["row"]]
    return known.assign(object_id=owner, label=known["kind"].map(CLASS_OF), cut=False, is_real=False)


def others(alerts: pd.DataFrame, seed: int) -> Examples:
    """Return more stamps without a line: copies of the alerts with less signal or fewer pixels, and artefacts."""
    alerts = alerts[alerts["label"] == "none"].reset_index(drop=True)
    stamps, rng = triplets(alerts), np.random.default_rng(seed)
    tables = alerts[["object_id", "label"]].assign(is_real=False)
    parts = [
        Examples(matrix(np.stack([_varied(stamp, rng) for stamp in stamps])), tables.assign(kind="copy"))
        for _ in range(_COPIES)
    ]
    fwhm_px = alerts["fwhm_arcsec"].to_numpy() / PIXEL_ARCSEC
    for row in np.flatnonzero((np.abs(stamps) < ABSURD).all(axis=(1, 2, 3))):
        ground = simulate.Backgrounds.of_stamps(stamps[[row]], fwhm_px[[row]])
        if len(ground):
            made, _ = simulate.examples(_ARTEFACTS, ground, rng)
            parts.append(Examples(matrix(made), tables.iloc[[row] * _ARTEFACTS].assign(kind="artefact")))
    return joined(*parts)


def _varied(stamp: Pixels, rng: np.random.Generator) -> Pixels:
    """Return a copy that is turned, shifted by a pixel, noisier, and perhaps incomplete."""
    shift = tuple(rng.integers(-1, 2, 2))
    turned = np.roll(np.rot90(stamp, rng.integers(4), axes=(1, 2)), shift, axis=(1, 2))
    more = rng.normal(0, rng.random() * noise(stamp[2]), turned.shape[1:])
    return _cut(turned + more * np.array([1, 0, 1])[:, None, None], rng)


def _cut(stamp: Pixels, rng: np.random.Generator) -> Pixels:
    """Return a copy that may lack pixels at an edge, all around, or a whole stamp."""
    made = stamp.astype(np.float32)
    width = rng.integers(*_CUT_PX)
    if rng.random() < _EDGE:
        np.rot90(made, rng.integers(4), axes=(1, 2))[:, :width] = np.nan
    if rng.random() < _SMALL:
        outside = np.ones(made.shape[1:], bool)
        outside[width : SIZE_PX - width, width : SIZE_PX - width] = False
        made[:, outside] = np.nan
    if rng.random() < _LOST:
        made[rng.integers(2)] = np.nan
    return made
