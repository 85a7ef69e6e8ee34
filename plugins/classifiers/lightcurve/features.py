"""What is read of ZTF's detections in g and r: how the flux changes, its colours, and the host if it is known.

No feature depends on how bright the object looks, but for the absolute magnitude where a redshift is given. Limits and
forced photometry of non-detections are not read: whether a source of light curves has them says more about the source
than about the object.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.lightcurve import cycles

Floats = NDArray[np.float64]
G, R = 1, 2
#: Reddening of g - r over E(B-V), and extinction in r: Schlafly & Finkbeiner 2011, doi:10.1088/0004-637X/737/2/103.
REDDENING, EXTINCTION_R = 0.964, 2.273
#: Edges of the times between two points of one band over which the mean change is taken, in days.
LAGS_DAYS = np.array([0.25, 1.6, 5.0, 15.0, 40.0])
_HOST = ("host_redshift", "host_offset_arcsec", "mw_ebv")
COLUMNS = ("survey", "object_id", *_HOST, "host_redshift_err", "lightcurve")
_PER_BAND = ("log_n", "first", "last", "lowest", "mean", "std", "peak_day", "days_since_peak", "slope", "newest_slope")
NAMES = (
    *("log_n", "negative", "log_span", "peak_day", "days_since_peak"),
    *(f"{what}_{band}" for what in _PER_BAND for band in "gr"),
    *("fastest_rise", "fastest_fall", "turns", "rises", "against_peak", "eta"),
    *(f"change_{n}" for n in range(len(LAGS_DAYS) + 1)),
    *("colour_first", "colour_last", "colour_mean", "colour_std", "colour_drift"),
    *("redshift", "offset_arcsec", "absolute_mag"),
    *cycles.NAMES,
)


def matrix(alerts: pd.DataFrame, curves: Curves) -> NDArray[np.float32]:
    """Return the features (n, `NAMES`), NaN where unknown."""
    host = [_numbers(alerts, name) for name in _HOST]
    return of(curves, *host)


def detections(features: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return how many detections the features are of."""
    return np.rint(10.0 ** features[:, NAMES.index("log_n")])


def _numbers(alerts: pd.DataFrame, name: str) -> Floats:
    if name not in alerts:
        return np.full(len(alerts), np.nan)
    column = alerts[name]
    if column.dtype != float:
        column = pd.to_numeric(column, errors="coerce")
    values = column.to_numpy(float)
    return np.where(np.abs(values) < 1e6, values, np.nan)


def of(curves: Curves, redshift: Floats, offset_arcsec: Floats, ebv: Floats) -> NDArray[np.float32]:
    """Return the features of light curves and what is known of their hosts, each (n,)."""
    seen = curves.select(curves.is_detection & ((curves.band == G) | (curves.band == R)))
    with np.errstate(all="ignore"):
        largest = _most(np.abs(seen.flux_njy), seen.row, curves.n)
        flux, error = seen.flux_njy / largest[seen.row], seen.flux_err_njy / largest[seen.row]
        first = _first(seen.mjd, seen.row, curves.n)
        days = seen.mjd - first[seen.row]
        columns = [
            *_course(seen, flux, days),
            *_bands(seen, flux, days),
            *_pairs(seen, flux, error),
            *_colours(seen, ebv),
            *_host(largest, redshift, offset_arcsec, ebv),
            *cycles.columns(seen),
        ]
        made = np.column_stack(columns)
    made[~(np.abs(made) < 1e30)] = np.nan
    return made.astype(np.float32)


def _first(values: Floats, key: NDArray[np.int64], n: int) -> Floats:
    """Return the value of the first point of each key; points are in the order of time."""
    made = np.full(n, np.nan)
    made[key[::-1]] = values[::-1]
    return made


def _last(values: Floats, key: NDArray[np.int64], n: int) -> Floats:
    made = np.full(n, np.nan)
    made[key] = values
    return made


def _most(values: Floats, key: NDArray[np.int64], n: int) -> Floats:
    made = np.full(n, -np.inf)
    np.maximum.at(made, key, values)
    return made


def _at_peak(days: Floats, flux: Floats, key: NDArray[np.int64], n: int) -> Floats:
    """Return the days of the largest flux of each key."""
    peak = flux == _most(flux, key, n)[key]
    return _first(days[peak], key[peak], n)


def _course(seen: Curves, flux: Floats, days: Floats) -> list[Floats]:
    n, row = seen.n, seen.row
    count = np.bincount(row, minlength=n)
    span = _last(days, row, n)
    peak = _at_peak(days, np.abs(flux), row, n)
    return [
        np.log10(count),
        np.bincount(row, flux < 0, n) / count,
        np.log10(span + 0.01),
        _log(peak),
        _log(span - peak),
    ]


def _log(days: Floats) -> Floats:
    """Return the logarithm of days, a tenth of a day added."""
    return np.log10(np.maximum(days, 0) + 0.1)


def _bands(seen: Curves, flux: Floats, days: Floats) -> list[Floats]:
    n = 2 * seen.n
    key = seen.row * 2 + (seen.band == R)
    count = np.bincount(key, minlength=n)
    mean = np.bincount(key, flux, n) / count
    spread = np.sqrt(np.bincount(key, (flux - mean[key]) ** 2, n) / count)
    size = _most(np.abs(flux), key, n)
    peak = _at_peak(days, np.abs(flux), key, n)
    newest = _last(days, key, n)
    centre = np.bincount(key, days, n) / count
    apart = days - centre[key]
    slope = np.bincount(key, apart * flux, n) / np.bincount(key, apart**2, n) / size
    order = np.argsort(key, kind="stable")
    same = key[order][1:] == key[order][:-1]
    steps = (np.diff(flux[order]) / np.maximum(np.diff(days[order]), 0.3))[same]
    recent = _last(steps, key[order][1:][same], n) / size
    values = [
        np.log10(count + 0.5),
        _first(flux, key, n) / size,
        _last(flux, key, n) / size,
        -_most(-flux, key, n) / size,
        mean / size,
        np.where(count > 1, spread / size, np.nan),
        _log(peak - _first(days, key, n)),
        _log(newest - peak),
        np.arcsinh(20 * slope),
        np.arcsinh(20 * recent),
    ]
    return [column for value in values for column in value.reshape(-1, 2).T]


def _pairs(seen: Curves, flux: Floats, error: Floats) -> list[Floats]:
    """Return what successive points of one band tell: speed, turns, change over several times."""
    n = seen.n
    order = np.argsort(seen.row * 2 + (seen.band == R), kind="stable")
    row, band, mjd, flux, error = seen.row[order], seen.band[order], seen.mjd[order], flux[order], error[order]
    same = (row[1:] == row[:-1]) & (band[1:] == band[:-1])
    row_of, apart = row[1:][same], np.diff(mjd)[same]
    change, noise = np.diff(flux)[same], np.hypot(error[1:], error[:-1])[same]
    both = (flux[1:] > 0) & (flux[:-1] > 0)
    brightening = np.where(both, 2.5 * np.log10(np.abs(flux[1:] / flux[:-1])), np.nan)[same]
    speed = np.nan_to_num(brightening / np.maximum(apart, 0.5))
    sure = np.abs(change) > 2.5 * noise
    direction = np.sign(change)
    turn = np.zeros(len(change))
    sure_row, sure_direction = row_of[sure], direction[sure]
    turn = (sure_row[1:] == sure_row[:-1]) & (sure_direction[1:] != sure_direction[:-1])
    turns = np.bincount(sure_row[1:][turn], minlength=n)
    n_sure = np.bincount(sure_row, minlength=n)
    peak = _at_peak(mjd, np.abs(flux), row, n)
    before = mjd[1:][same] <= peak[row_of]
    wrong = sure & ((direction > 0) != before)
    n_pairs = np.bincount(row_of, minlength=n)
    excess = change**2 - noise**2
    lag = np.searchsorted(LAGS_DAYS, apart)
    lags = len(LAGS_DAYS) + 1
    by_lag = row_of * lags + lag
    mean_change = np.bincount(by_lag, excess, n * lags) / np.bincount(by_lag, minlength=n * lags)
    mean = np.bincount(row, flux, n) / np.bincount(row, minlength=n)
    variance = np.bincount(row, (flux - mean[row]) ** 2, n)
    return [
        np.arcsinh(10 * _bounded(speed, row_of, n)),
        np.arcsinh(10 * _bounded(-speed, row_of, n)),
        np.where(n_sure > 1, turns / np.maximum(n_sure - 1, 1), np.nan),
        np.bincount(sure_row, sure_direction > 0, n) / np.maximum(n_sure, 1) + np.where(n_sure > 0, 0, np.nan),
        np.bincount(row_of[wrong], minlength=n) / n_pairs,
        np.bincount(row_of, change**2, n) / variance,
        *np.sqrt(np.maximum(mean_change, 0)).reshape(n, lags).T,
    ]


def _bounded(values: Floats, key: NDArray[np.int64], n: int) -> Floats:
    most = _most(values, key, n)
    return np.where(np.isfinite(most), most, np.nan)


def _colours(seen: Curves, ebv: Floats) -> list[Floats]:
    """Return g - r of successive points in different bands within 1.5 days, freed from dust where E(B-V) is known."""
    n = seen.n
    pair = (seen.row[1:] == seen.row[:-1]) & (seen.band[1:] != seen.band[:-1]) & (np.diff(seen.mjd) < 1.5)
    pair &= (seen.flux_njy[1:] > 0) & (seen.flux_njy[:-1] > 0)
    sign = np.where(seen.band[1:] == R, 1.0, -1.0)
    colour = (2.5 * np.log10(np.abs(seen.flux_njy[1:] / seen.flux_njy[:-1])) * sign)[pair]
    row, days = seen.row[1:][pair], seen.mjd[1:][pair]
    colour = colour - REDDENING * np.nan_to_num(ebv)[row]
    count = np.bincount(row, minlength=n)
    mean = np.bincount(row, colour, n) / count
    spread = np.sqrt(np.bincount(row, (colour - mean[row]) ** 2, n) / count)
    first, last = _first(colour, row, n), _last(colour, row, n)
    length = _last(days, row, n) - _first(days, row, n)
    drift = np.where(length > 1, (last - first) / np.maximum(length, 1), np.nan)
    return [first, last, mean, np.where(count > 1, spread, np.nan), np.arcsinh(20 * drift)]


def _host(largest_njy: Floats, redshift: Floats, offset_arcsec: Floats, ebv: Floats) -> list[Floats]:
    known = np.where((redshift > 1e-4) & (redshift < 5), redshift, np.nan)
    mag = 31.4 - 2.5 * np.log10(largest_njy) - EXTINCTION_R * np.nan_to_num(ebv)
    return [known, np.where(offset_arcsec >= 0, offset_arcsec, np.nan), mag - distance_modulus(known)]


def distance_modulus(redshift: Floats) -> Floats:
    """Return distance moduli for H0 = 70 km/s/Mpc and matter 0.3, to 0.05 mag below redshift 2.

    Pen 1999, doi:10.1086/313167.
    """
    s3 = 0.7 / 0.3
    s = s3 ** (1 / 3)

    def eta(a: Floats | float) -> Floats:
        powers = (a**-4.0, -0.1540 * s * a**-3.0, 0.4304 * s**2 * a**-2.0, 0.19097 * s3 / a, 0.066941 * s**4)
        return np.asarray(2 * np.sqrt(s3 + 1) * sum(powers) ** (-1 / 8))

    mpc: Floats = 299792.458 / 70 * (1 + redshift) * (eta(1.0) - eta(1 / (1 + redshift)))
    return np.asarray(5 * np.log10(mpc) + 25)
