"""Real light curves of many sources made alike: one cadence, noise and limit, so that sampling does not tell the class.

Every source is scaled to the peak magnitudes of the Bright Transient Survey, thinned to its gaps between points of one
band, and given the errors that its magnitudes have; what is then below 5 sigma is no detection. Limits are left out:
the SNe Ia come without. Variables and blazars, of which whole fluxes are published, become differences against an
earlier level, as a difference image shows them. Truth about a light curve (its peak) is used for this alone.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.exceptions import InputError
from tom_alerce_like.plugins.classifiers import labelled
from tom_alerce_like.plugins.classifiers.curves import BANDS, Curves, sets

Floats = NDArray[np.float64]
G, R = BANDS.index("g"), BANDS.index("r")
SNIA = "ztf_bts_snia"
ALERTS = "ztf_alerts"
#: Sources whose published fluxes are of the object, not of a difference.
WHOLE = ("asas_variables", "sdss_s82_rrlyrae")
WHOLE_LABELS = ("BL", "CV", "Star", "Wolf-Rayet", "XRB")
SETS = (
    SNIA,
    "foundation_snia",
    "slsn_gomez2024",
    "tde_manyTDE",
    "osc_2010_2014",
    "osc_2020_2024",
    *WHOLE,
)
#: Peak magnitudes of the survey: mean and width, and the faintest (docs/modules/early_sn_ia.md).
PEAK_MAG, PEAK_WIDTH, PEAK_FAINTEST = 18.2, 0.7, 19.0
#: Error of the survey's magnitudes: at magnitude 20, its growth per magnitude (dex), for bright ones, its scatter (ln).
ERROR_AT_20, ERROR_GROWTH, ERROR_BRIGHT, ERROR_SCATTER = 0.21, 0.235, 0.02, 0.25
#: What is more significant is a detection: the survey's faintest alerts have this.
DETECTED = 4.0
SEED = 20261120
#: Points that are closer are of one night; what is this late after the last point is not seen.
SAME_NIGHT_DAYS, LATEST_DAYS = 0.5, 1.0
#: Points of a band from which its level before is known.
FEWEST_BEFORE = 5
#: Types between the classes, of which nobody would say that they are or are not SNe Ia.
UNCLEAR = ("SN .Ia", "SN Ca-rich", "SN Ib-Ca", "SN Iax", "SN Ia-CSM", "SN Ia Pec", "SN Ia-pec", "SN Other")


def table(data: Path) -> pd.DataFrame:
    """Return object_id, source, label and is_ia of every object with its light curve as published.

    Raises `FileNotFoundError` where the sets are missing.
    """
    real = sets.real(data, *SETS)
    real = real.assign(source=real["set"], is_ia=real["sublabel"].str.startswith("SN Ia"))
    alerts = labelled.examples(data)
    alerts = alerts[alerts["label"].isin(["VS", "AGN"])].drop_duplicates("object_id")
    alerts = alerts.assign(source=ALERTS, sublabel=alerts["label"], is_ia=False)
    columns = ["survey", "object_id", "lightcurve", "source", "label", "sublabel", "is_ia"]
    made = pd.concat([real[columns], alerts[columns]], ignore_index=True)
    return made[~made["sublabel"].isin(UNCLEAR)].reset_index(drop=True)


def alike(objects: pd.DataFrame, seed: int = SEED) -> Curves:
    """Return the light curves of `table`, made alike."""
    rng = np.random.default_rng(seed)
    source = objects["source"].to_numpy()
    whole = objects["source"].isin(WHOLE).to_numpy() | objects["sublabel"].isin(WHOLE_LABELS).to_numpy()
    curves = Curves.of(objects)
    known = np.isfinite(curves.flux_njy) & ((curves.band == G) | (curves.band == R))
    curves = differences(curves.select(known), whole, rng)
    gaps = _gaps(curves, source == SNIA)
    curves = thinned(curves, (source != SNIA) & (source != ALERTS), gaps, rng)
    noised = faded(curves, source == SNIA, rng)
    own = (source == ALERTS)[curves.row]
    flux = np.where(own, curves.flux_njy, noised.flux_njy)
    error = np.where(own, curves.flux_err_njy, noised.flux_err_njy)
    seen = np.where(own, curves.is_detection, noised.is_detection)
    return replace(curves, flux_njy=flux, flux_err_njy=error, is_detection=seen).select(seen)


def differences(curves: Curves, whole: NDArray[np.bool_], rng: np.random.Generator) -> Curves:
    """Return the objects marked whole less the median of what was before a random night, from that night on."""
    flux, keep, offsets = curves.flux_njy.copy(), np.ones(len(curves.row), bool), curves.offsets
    for row in np.flatnonzero(whole):
        points = np.arange(offsets[row], offsets[row + 1])
        start = rng.integers(10, max(len(points) // 2, 11))
        keep[points[:start]] = False
        for band in (G, R):
            mine = points[curves.band[points] == band]
            early = mine[: np.searchsorted(mine, offsets[row] + start)]
            if len(early) < FEWEST_BEFORE:
                keep[mine] = False
            else:
                flux[mine] -= np.median(flux[early])
    return replace(curves, flux_njy=flux).select(keep)


def _gaps(curves: Curves, which: NDArray[np.bool_]) -> Floats:
    """Return the days between points of one band of the objects marked, within a season."""
    order = np.lexsort((curves.mjd, curves.band, curves.row))
    row, band, mjd = curves.row[order], curves.band[order], curves.mjd[order]
    same = (np.diff(row) == 0) & (np.diff(band) == 0) & which[row[1:]]
    gaps = np.diff(mjd)[same]
    usual = gaps[(gaps > 0.5) & (gaps < 15)]
    if not len(usual):
        raise InputError(
            "no real SNe Ia whose cadence the other sources could be given: lightcurves/ lacks ztf_bts_snia"
        )
    return usual


def thinned(curves: Curves, which: NDArray[np.bool_], gaps: Floats, rng: np.random.Generator) -> Curves:
    """Return the objects marked with gaps like those given between points of one band."""
    keep, offsets = ~which[curves.row], curves.offsets
    for row in np.flatnonzero(which):
        points = np.arange(offsets[row], offsets[row + 1])
        for band in (G, R):
            mine = points[curves.band[points] == band]
            keep[_paced(mine, curves.mjd[mine], gaps, rng)] = True
    return curves.select(keep)


def _paced(points: NDArray[np.int64], mjd: Floats, gaps: Floats, rng: np.random.Generator) -> list[int]:
    """Return the points that are nearest to times with such gaps, from the first point on."""
    chosen, here = [], 0
    while here < len(points):
        chosen.append(int(points[here]))
        due = mjd[here] + rng.choice(gaps)
        following = int(np.searchsorted(mjd, due))
        if following == len(points) and due - mjd[-1] > LATEST_DAYS:
            break
        before = following - 1
        sooner = following == len(points) or due - mjd[before] < mjd[following] - due
        here = before if sooner and mjd[before] - mjd[here] > SAME_NIGHT_DAYS else following
    return chosen


def faded(curves: Curves, at_its_brightness: NDArray[np.bool_], rng: np.random.Generator) -> Curves:
    """Return the objects at peak magnitudes and with errors of the survey; those marked keep their brightness."""
    significant = curves.flux_njy > DETECTED * curves.flux_err_njy
    peak = np.full(curves.n, -np.inf)
    np.maximum.at(peak, curves.row[significant], curves.flux_njy[significant])
    target = np.minimum(rng.normal(PEAK_MAG, PEAK_WIDTH, curves.n), PEAK_FAINTEST)
    scale = np.where(at_its_brightness | ~(peak > 0), 1.0, 10 ** (0.4 * (31.4 - target)) / np.abs(peak))[curves.row]
    flux, error = curves.flux_njy * scale, curves.flux_err_njy * scale
    mag = 31.4 - 2.5 * np.log10(np.maximum(np.abs(flux), 10 ** (0.4 * (31.4 - 21))))
    error_mag = np.hypot(ERROR_BRIGHT, ERROR_AT_20 * 10 ** (ERROR_GROWTH * (mag - 20)))
    error_mag *= np.exp(ERROR_SCATTER * rng.normal(size=len(flux)))
    wanted = error_mag / 1.0857 * 10 ** (0.4 * (31.4 - mag))
    wanted[at_its_brightness[curves.row]] = 0
    flux = flux + rng.normal(size=len(flux)) * np.sqrt(np.maximum(wanted**2 - error**2, 0))
    error = np.maximum(wanted, error)
    found = (np.abs(flux) > DETECTED * error) | (at_its_brightness[curves.row] & curves.is_detection)
    return replace(curves, flux_njy=flux, flux_err_njy=error, is_detection=found)
