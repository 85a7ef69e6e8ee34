"""What the module reads of a light curve: rates, colours and limits, nothing that depends on brightness or survey."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.cosmology import distance_modulus_mag
from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.curves.simulate.light import COLOUR_SCALE, EXTINCTION, Ints
from tom_alerce_like.plugins.classifiers.kilonova.fit import Line, line

#: Days before the newest detection that the two lines are fitted to.
RECENT_DAYS, LONG_DAYS = 4.0, 20.0
#: Signal to noise above which forced photometry is taken for a magnitude.
FAINTEST_SNR = 2.5
#: Columns of the alert table that are read beside the light curve; each may be unknown.
COLUMNS = ("mw_ebv", "host_redshift", "host_redshift_err", "first_mjd")
_OF_LINE = ("fading", "fading_err", "colour", "colour_err", "reddening", "reddening_err", "misfit")
NAMES = (
    *(f"recent_{name}" for name in _OF_LINE),
    *(f"long_{name}" for name in _OF_LINE),
    "n_detections",
    "n_bands",
    "n_negative",
    "days_observed",
    "days_since_first",
    "days_since_brightest",
    "rise_mag",
    "fall_mag",
    "fastest_fall_mag_per_day",
    "largest_snr",
    "days_from_limit",
    "rise_above_limit_mag",
    "rise_above_limit_mag_per_day",
    "fall_below_limit_mag",
    "fall_below_limit_mag_per_day",
    "absolute_mag",
    "absolute_mag_err",
)


def matrix(alerts: pd.DataFrame) -> NDArray[np.float32]:
    """Return features (n, names) of alerts, NaN where unknown; a row of NaN without a positive detection."""
    return of_curves(Curves.of(alerts), {name: _numbers(alerts, name) for name in COLUMNS})


def of_curves(curves: Curves, known: dict[str, Floats]) -> NDArray[np.float32]:
    """Return the same of light curves and of what is ``known`` of the columns, each (n,)."""
    n, none = len(curves), np.full(len(curves), np.nan)
    positive = curves.is_detection & (curves.flux_njy > 0)
    dust = np.nan_to_num(known.get("mw_ebv", none)).clip(0, 3)
    newest, first = curves.last(positive), curves.first(positive)
    points = curves.select(positive | _measured(curves, first, newest))
    row, band = points.row, points.band
    days = points.mjd - newest[row]
    mag = points.mag - EXTINCTION[band] * dust[row]
    mag_err = points.mag_err
    recent, long = _lines(n, row, days, band, mag, mag_err)
    made = _of_line("recent", recent) | _of_line("long", long)
    # one light curve of all bands: in r, by the colour of the long line
    colour = long.value[:, 1]
    mag = mag + colour[row] * COLOUR_SCALE[band]
    brightest = _least(n, row, mag)
    at_brightest = _least(n, row, np.where(mag <= brightest[row], points.mjd, np.inf))
    start, end = _mean(n, row, mag, points.mjd <= first[row] + 0.1), _mean(n, row, mag, days >= -0.1)
    known_first = np.fmin(first, _recent(known.get("first_mjd", none)))
    made |= {
        "n_detections": curves.count(positive).astype(float),
        "n_bands": _n_bands(n, row, band),
        "n_negative": curves.count(curves.is_detection & ~positive).astype(float),
        "days_observed": newest - first,
        "days_since_first": newest - known_first,
        "days_since_brightest": newest - at_brightest,
        "rise_mag": start - brightest,
        "fall_mag": end - brightest,
        "fastest_fall_mag_per_day": _fastest(n, row, band, points.mjd, mag),
        "largest_snr": -_least(n, row, -points.flux_njy / points.flux_err_njy),
    }
    made |= _limits(curves, dust, colour, first, start, at_brightest, brightest)
    z, z_err = known.get("host_redshift", none), known.get("host_redshift_err", none)
    z = np.where((z > 1e-4) & (z < 10), z, np.nan)
    made["absolute_mag"] = brightest - distance_modulus_mag(z)
    made["absolute_mag_err"] = 2.17 * np.where(z_err >= 0, z_err, np.nan) / z
    table = np.stack([made[name] for name in NAMES], axis=1)
    table[np.isnan(newest)] = np.nan
    return np.where(np.abs(table) < 1e6, table, np.nan).astype(np.float32)


def _measured(curves: Curves, first: Floats, newest: Floats) -> NDArray[np.bool_]:
    """Return which points of forced photometry between the detections are measurements too: not only limits."""
    between = (curves.mjd >= first[curves.row]) & (curves.mjd <= newest[curves.row])
    with np.errstate(invalid="ignore"):
        return between & curves.is_forced & (curves.flux_njy > FAINTEST_SNR * curves.flux_err_njy)


def _lines(n: int, row: Ints, days: Floats, band: Ints, mag: Floats, mag_err: Floats) -> tuple[Line, Line]:
    """Return the recent and the long line; both in one fit, which for a single object takes half of the time."""
    recent, long = (np.flatnonzero(days >= -length) for length in (RECENT_DAYS, LONG_DAYS))
    both = np.concatenate([recent, long])
    owner = np.concatenate([row[recent], n + row[long]])
    fitted = line(2 * n, owner, days[both], band[both], mag[both], mag_err[both])
    return Line(*(part[:n] for part in fitted)), Line(*(part[n:] for part in fitted))


def _of_line(name: str, fitted: Line) -> dict[str, Floats]:
    pairs = np.stack([fitted.value, fitted.error], axis=2).reshape(len(fitted.level), -1)
    return dict(zip((f"{name}_{one}" for one in _OF_LINE), (*pairs.T, fitted.misfit), strict=True))


def _limits(
    curves: Curves, dust: Floats, colour: Floats, first: Floats, start: Floats, at_brightest: Floats, brightest: Floats
) -> dict[str, Floats]:
    """Return how fast it must have risen above limits before, and fallen below limits after its brightest point."""
    n = len(curves)
    missed = curves.select(~curves.is_detection)
    with np.errstate(divide="ignore"):
        of_error = 31.4 - 2.5 * np.log10(5 * missed.flux_err_njy)
    row, band = missed.row, missed.band
    limit = np.where(np.isnan(missed.limit_mag), of_error, missed.limit_mag)
    limit = limit - EXTINCTION[band] * dust[row] + colour[row] * COLOUR_SCALE[band]
    before, after = first[row] - missed.mjd, missed.mjd - at_brightest[row]
    rise, fall = limit - start[row], limit - brightest[row]
    near, later = (before > 0) & (before < LONG_DAYS), (after > 0) & (after < LONG_DAYS)
    useful = near & (rise > 0)
    return {
        "days_from_limit": _finite(_least(n, row[useful], before[useful])),
        "rise_above_limit_mag": _finite(-_least(n, row[near], -rise[near])),
        "rise_above_limit_mag_per_day": _finite(-_least(n, row[near], -rise[near] / (before[near] + 0.2))),
        "fall_below_limit_mag": _finite(-_least(n, row[later], -fall[later])),
        "fall_below_limit_mag_per_day": _finite(-_least(n, row[later], -fall[later] / (after[later] + 0.2))),
    }


def _fastest(n: int, row: Ints, band: Ints, mjd: Floats, mag: Floats) -> Floats:
    """Return the fastest fall between successive points of a band that are at least a third of a day apart."""
    order = np.lexsort((mjd, band, row))
    row, band, mjd, mag = row[order], band[order], mjd[order], mag[order]
    gap = np.diff(mjd)
    same = (np.diff(row) == 0) & (np.diff(band) == 0) & (gap > 0.33)
    return _finite(-_least(n, row[1:][same], -np.diff(mag)[same] / gap[same]))


def _n_bands(n: int, row: Ints, band: Ints) -> Floats:
    seen = np.zeros((n, 6))
    seen[row, band] = 1
    return seen.sum(axis=1)


def _mean(n: int, row: Ints, value: Floats, which: NDArray[np.bool_]) -> Floats:
    with np.errstate(invalid="ignore"):
        return np.bincount(row[which], value[which], n) / np.bincount(row[which], minlength=n)


def _least(n: int, row: Ints, value: Floats) -> Floats:
    found = np.full(n, np.inf)
    np.minimum.at(found, row, value)
    return found


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)


def _recent(mjd: Floats) -> Floats:
    """Return times that can be: a survey's, not the zeros and infinities of broken packets."""
    return np.where((mjd > 50000) & (mjd < 100000), mjd, np.nan)


def _numbers(alerts: pd.DataFrame, name: str) -> Floats:
    if name not in alerts:
        return np.full(len(alerts), np.nan)
    values = alerts[name].to_numpy()
    return values if values.dtype == float else pd.to_numeric(alerts[name], errors="coerce").to_numpy(float)
