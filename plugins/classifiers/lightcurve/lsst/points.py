"""Statistics straight from the points of each light curve: per band, around the peak, and of the detections."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves import BANDS, Curves

Floats = NDArray[np.float64]
#: Edges of the times around the most significant flux in which fluxes are averaged, in days.
EDGES_DAYS = np.array([-1e4, -200.0, -60.0, -30.0, -15.0, -5.0, 5.0, 15.0, 30.0, 60.0, 100.0, 200.0, 1e4])
QUANTILES = (0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98)
_PER_BAND = ("mean", "std", "skew", "kurtosis", "eta", "chi2", "best_snr", "worst_snr", "n_detections")
_DETECTIONS = (
    "n",
    "fraction",
    "span_days",
    "n_nights",
    "n_negative",
    "n_3sigma",
    "n_bands",
    "after_days",
    "before_days",
)
NAMES = (
    *(f"{what}_{band}" for what in _PER_BAND for band in BANDS),
    *(f"quantile_{q:.0%}_{band}" for q in QUANTILES for band in BANDS),
    *(f"window_{what}_{n}" for what in ("flux", "snr") for n in range(len(EDGES_DAYS) - 1)),
    *(f"detections_{what}" for what in _DETECTIONS),
    *(f"std_ratio_{a}{b}" for a, b in zip("ugriz", "grizy", strict=True)),
    "n_points_log",
    "scale_log",
    "stetson_j",
)


def features(curves: Curves, centre_mjd: Floats, scale_njy: Floats) -> Floats:
    """Return the features `NAMES` (n, many); fluxes in units of ``scale_njy``; NaN where there is no such point."""
    flux, error = curves.flux_njy / scale_njy[curves.row], curves.flux_err_njy / scale_njy[curves.row]
    with np.errstate(invalid="ignore", divide="ignore"):
        bands = _bands(curves, flux, error)
        columns = [
            *bands,
            _quantiles(curves, flux),
            _windows(curves, flux, error, centre_mjd),
            _detections(curves, centre_mjd),
            np.log10(np.maximum(bands[1][:, :-1], 1e-3) / np.maximum(bands[1][:, 1:], 1e-3)),
            np.log10(np.diff(curves.offsets))[:, None],
            np.log10(scale_njy)[:, None],
            _stetson(curves, flux, error, bands[0])[:, None],
        ]
    made = np.concatenate(columns, axis=1, dtype=float)
    made[~np.isfinite(made)] = np.nan
    return made


def _bands(curves: Curves, flux: Floats, error: Floats) -> list[Floats]:
    cell = curves.row * len(BANDS) + curves.band
    n_cells = curves.n * len(BANDS)

    def summed(values: Floats) -> Floats:
        return np.asarray(np.bincount(cell, values, n_cells), dtype=float)

    count = np.bincount(cell, minlength=n_cells).astype(float)
    weight = 1 / error**2
    mean = summed(flux * weight) / summed(weight)
    plain = summed(flux) / count
    off = flux - plain[cell]
    std = np.sqrt(summed(off**2) / count)
    order = np.lexsort((curves.mjd, cell))
    step = np.diff(flux[order]) ** 2
    same = cell[order][1:] == cell[order][:-1]
    rough = np.bincount(cell[order][1:][same], step[same], n_cells)
    snr = flux / error
    best, worst = np.full(n_cells, -np.inf), np.full(n_cells, np.inf)
    np.maximum.at(best, cell, snr)
    np.minimum.at(worst, cell, snr)
    made = (
        mean,
        std,
        summed(off**3) / count / std**3,
        summed(off**4) / count / std**4,
        rough / (count - 1) / std**2,
        np.log10(summed((flux - mean[cell]) ** 2 * weight) / count),
        np.arcsinh(best),
        np.arcsinh(worst),
        summed(curves.is_detection.astype(float)) / count,
    )
    return [values.reshape(curves.n, len(BANDS)) for values in made]


def _quantiles(curves: Curves, flux: Floats) -> Floats:
    cell = curves.row * len(BANDS) + curves.band
    ordered = flux[np.lexsort((flux, cell))]
    count = np.bincount(cell, minlength=curves.n * len(BANDS))
    start = np.cumsum(count) - count
    made = []
    for q in QUANTILES:
        at = np.minimum(start + np.round(q * (count - 1)).astype(int), max(len(flux) - 1, 0))
        made.append(np.where(count > 0, ordered[at] if len(flux) else np.nan, np.nan).reshape(curves.n, len(BANDS)))
    return np.concatenate(made, axis=1)


def _windows(curves: Curves, flux: Floats, error: Floats, centre_mjd: Floats) -> Floats:
    n = len(EDGES_DAYS) - 1
    window = np.clip(np.searchsorted(EDGES_DAYS, curves.mjd - centre_mjd[curves.row]) - 1, 0, n - 1)
    cell = curves.row * n + window
    weight = 1 / error**2
    top, bottom = np.bincount(cell, flux * weight, curves.n * n), np.bincount(cell, weight, curves.n * n)
    both = [top / bottom, np.arcsinh(top / np.sqrt(bottom))]
    return np.concatenate([values.reshape(curves.n, n) for values in both], axis=1)


def _detections(curves: Curves, centre_mjd: Floats) -> Floats:
    found = curves.is_detection
    count = curves.count(found).astype(float)
    first, last = curves.first(found), curves.last(found)
    night = curves.row * 10**6 + np.floor(curves.mjd).astype(np.int64)
    nights = np.bincount(np.unique(night[found]) // 10**6, minlength=curves.n)
    band = np.bincount(np.unique((curves.row * 8 + curves.band)[found]) // 8, minlength=curves.n)
    snr = curves.flux_njy / curves.flux_err_njy
    columns = [
        count,
        count / np.diff(curves.offsets),
        last - first,
        nights,
        curves.count(found & (snr < 0)),
        curves.count(snr > 3),
        band,
        last - centre_mjd,
        centre_mjd - first,
    ]
    return np.stack([np.asarray(column, dtype=float) for column in columns], axis=1)


def _stetson(curves: Curves, flux: Floats, error: Floats, mean: Floats) -> Floats:
    """Return Stetson's J of neighbouring points of one night, whatever their bands (Stetson 1996, PASP 108, 851)."""
    off = (flux - mean[curves.row, curves.band]) / error
    pair = (curves.row[1:] == curves.row[:-1]) & (np.diff(curves.mjd) < 0.5)
    product = (off[1:] * off[:-1])[pair]
    row = curves.row[1:][pair]
    signed = np.sign(product) * np.sqrt(np.abs(product))
    return np.bincount(row, signed, curves.n) / np.bincount(row, minlength=curves.n)
