"""What is out there: the truth of each simulated source, and its light curve as a survey would measure it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.sandbox import galaxies, sky
from tom_alerce_like.sandbox.photometry import (
    EXPLOSIONS,
    Array,
    damped_random_walk,
    distance_modulus_mag,
    explosion_mag_offset,
    explosion_shape,
    flux_njy,
    periodic,
    redshift_of,
)
from tom_alerce_like.sandbox.visits import SURVEYS, Survey, measure, schedule

#: Persistent sources: range of mean r magnitude for ZTF (LSST: 3 fainter), of amplitude in mag, of period in days.
VARIABLES = {
    "RRL": ((15.5, 17.5), (0.5, 1.0), (0.4, 0.7)),
    "E": ((15.5, 17.5), (0.4, 0.9), (0.3, 5.0)),
    "LPV": ((14.5, 16.5), (0.8, 2.0), (90.0, 400.0)),
    "AGN": ((16.8, 18.3), (0.15, 0.3), (100.0, 300.0)),
    "QSO": ((17.3, 18.8), (0.2, 0.4), (100.0, 300.0)),
}
REDSHIFTS = {"AGN": (0.02, 0.12), "QSO": (0.5, 2.5)}
HOSTLESS = {"SLSN": 0.4, "TDE": 0.0}
NIGHTS_SEEN = {"asteroid": 0.3, "bogus": 0.3}

Position = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Truth:
    """What a source is: NaN or None where it does not apply."""

    kind: str
    survey: Survey
    ra_deg: float
    dec_deg: float
    visits: NDArray[np.void]
    redshift: float = np.nan
    host: pd.DataFrame | None = None
    mean_mag: float = np.nan
    explosion_mjd: float = np.nan


def draw(kind: str, survey_name: str, mjd: float, rng: np.random.Generator) -> Truth:
    """Return a source of a kind that the survey has detected, alive in the last days before ``mjd``."""
    survey = SURVEYS[survey_name]
    ra, dec = place(kind, survey, mjd, rng)
    make = _explosion if kind in EXPLOSIONS else _variable if kind in VARIABLES else _flash
    for attempt in range(30):
        truth = make(kind, survey, (ra, dec), mjd, attempt, rng)
        seen = truth.visits["mjd"][truth.visits["is_detection"]]
        if len(seen) >= (1 if kind in NIGHTS_SEEN else 2) and seen[-1] > mjd - 5:
            break
    _scatter(truth, rng)
    return truth


def place(kind: str, survey: Survey, mjd: float, rng: np.random.Generator) -> tuple[float, float]:
    """Return a position far from the Sun, and from the Galaxy or near the ecliptic as the kind demands."""
    sun_ra, sun_dec = sky.sun(mjd)
    latitude_deg = 20 if kind in (*EXPLOSIONS, "AGN", "QSO") else 8
    while True:
        ra = rng.uniform(0, 360, 256)
        low, high = np.sin(np.radians(survey.dec_range_deg))
        dec = np.degrees(np.arcsin(rng.uniform(low, high, 256)))
        good = sky.separation_deg(ra, dec, sun_ra, sun_dec) > 95
        good &= np.abs(sky.galactic_latitude_deg(ra, dec)) > latitude_deg
        if kind == "asteroid":
            good &= np.abs(sky.ecliptic_latitude_deg(ra, dec)) < 15
        if good.any():
            return float(ra[good][0]), float(dec[good][0])


def _last_mjd(mjd: float, rng: np.random.Generator) -> float:
    return mjd - rng.uniform(0.05, 0.45) - (rng.random() < 0.25)


def _explosion(kind: str, survey: Survey, at: Position, mjd: float, attempt: int, rng: np.random.Generator) -> Truth:
    """Most are young and rising; a further attempt is older and brighter, so that the survey sees it at last."""
    model = EXPLOSIONS[kind]
    absolute = rng.normal(model.peak_mag, model.scatter_mag)
    faint, bright = survey.peak_mag[1] - 0.15 * attempt, survey.peak_mag[0] - 0.15 * attempt
    peak_mag = faint + np.log10(rng.uniform(10 ** (0.3 * (bright - faint)), 1)) / 0.3
    redshift = float(redshift_of(peak_mag - absolute))
    young = rng.uniform(0.25, 1.0) * model.rise_d
    age_rest_d = young if rng.random() < 0.6 else model.rise_d + rng.uniform(0, 45)
    age_d = (age_rest_d + 0.5 * attempt) * (1 + redshift)
    visits = schedule(survey, _last_mjd(mjd, rng), age_d + 35, rng)
    age = (visits["mjd"] - mjd + age_d) / (1 + redshift)
    colour = explosion_mag_offset(model, age, visits["band"])
    apparent = absolute + float(distance_modulus_mag(redshift)) + colour
    measure(visits, explosion_shape(model, age) * flux_njy(apparent), rng)
    has_host = rng.random() > HOSTLESS.get(kind, 0.07)
    host = galaxies.host(*at, redshift, rng, nuclear=kind == "TDE") if has_host else None
    return Truth(kind, survey, *at, visits, redshift, host, explosion_mjd=mjd - age_d)


def _variable(kind: str, survey: Survey, at: Position, mjd: float, attempt: int, rng: np.random.Generator) -> Truth:
    (bright, faint), amplitude, period = VARIABLES[kind]
    mean_mag = rng.uniform(bright, faint) + 3 * (survey.name == "LSST") - 0.3 * attempt
    visits = schedule(survey, _last_mjd(mjd, rng), survey.history_d, rng)
    size, scale = rng.uniform(*amplitude), rng.uniform(*period)
    if kind in ("AGN", "QSO"):
        change = damped_random_walk(visits["mjd"], size, scale, rng)
    else:
        change = periodic(kind, visits["mjd"], scale, size)
    measure(visits, flux_njy(mean_mag) * (10 ** (-0.4 * change) - 1), rng)
    redshift = float(rng.uniform(*REDSHIFTS[kind])) if kind in REDSHIFTS else np.nan
    host = galaxies.host(*at, redshift, rng, nuclear=True) if kind == "AGN" else None
    return Truth(kind, survey, *at, visits, redshift, host, mean_mag)


def _flash(kind: str, survey: Survey, at: Position, mjd: float, attempt: int, rng: np.random.Generator) -> Truth:
    """An asteroid passing, or an artefact: seen in one or two images of the last night."""
    visits = schedule(survey, _last_mjd(mjd, rng), 30, rng)
    mag = rng.uniform(*survey.peak_mag) - 0.2 * attempt
    lit: Array = np.zeros(len(visits))
    lit[-rng.integers(1, 3) :] = flux_njy(mag)
    measure(visits, lit, rng)
    return Truth(kind, survey, *at, visits)


def _scatter(truth: Truth, rng: np.random.Generator) -> None:
    """Fill in the measured positions and the survey's own real/bogus score."""
    n = len(truth.visits)
    snr = np.maximum(np.abs(truth.visits["flux_njy"] / truth.visits["flux_err_njy"]), 3)
    jitter = truth.survey.jitter_arcsec * np.sqrt(1 + (10 / snr) ** 2)
    truth.visits["ra_deg"], truth.visits["dec_deg"] = sky.shifted(
        truth.ra_deg, truth.dec_deg, rng.normal(0, 1, n) * jitter, rng.normal(0, 1, n) * jitter
    )
    truth.visits["real_bogus"] = rng.beta(1, 9, n) if truth.kind == "bogus" else rng.beta(25, 0.8, n)
