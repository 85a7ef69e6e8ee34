"""What the module reads of a light curve: how well a lens explains it, what the lens leaves, and plain statistics."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves import BANDS, Curves
from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.curves.simulate.lensing import magnification
from tom_alerce_like.plugins.classifiers.lightcurve.lsst import points as statistics
from tom_alerce_like.plugins.classifiers.lightcurve.lsst.features import nightly, sane
from tom_alerce_like.plugins.classifiers.lightcurve.lsst.shape import significant
from tom_alerce_like.plugins.classifiers.microlensing.fit import Event, Points, fitted, model, points

#: Points of an object that are needed, and the objects that are fitted together: more would not fit into the cache.
FEWEST = 6
_TOGETHER = 200
#: Columns of the alert table that are read beside the light curve; each may be unknown.
COLUMNS = ("mw_ebv", "host_redshift")
OF_FIT = (
    "explained",
    "chi2_per_point",
    "flat_chi2_per_point",
    "chi2_inside",
    "chi2_outside",
    "chi2_before",
    "chi2_after",
    "chi2_far_outside",
    "neighbours",
    "largest_residual",
    "largest_below",
    "log_einstein_days",
    "log_closest",
    "log_height",
    "n_inside",
    "n_before",
    "n_after",
    "n_points",
    "n_bands",
    "n_bands_brighter",
    "worst_band_chi2",
    "span_in_einstein",
    "peak_to_edge_in_einstein",
    "source_ug",
    "source_gr",
    "source_ri",
    "source_iz",
    "source_zy",
    "baseline_over_source",
    "fraction_above",
    "skewness",
    "height_snr",
    "mean_snr",
    "n_detections",
    "detected_days",
)
NAMES = (*OF_FIT, *statistics.NAMES, *COLUMNS)


def matrix(alerts: pd.DataFrame) -> NDArray[np.float32]:
    """Return features (n, names) of alerts; a row of NaN with fewer than `FEWEST` points."""
    made = of_curves(Curves.of(alerts))
    for name in COLUMNS:
        values = pd.to_numeric(alerts[name], errors="coerce").to_numpy(float) if name in alerts else np.nan
        column = np.broadcast_to(values, len(alerts))
        made[:, NAMES.index(name)] = np.where((column >= 0) & (column < 100), column, np.nan)
    return made


def of_curves(curves: Curves) -> NDArray[np.float32]:
    """Return the same of light curves, without the columns."""
    made = np.full((len(curves), len(NAMES)), np.nan, np.float32)
    for start in range(0, len(curves), _TOGETHER):
        rows = np.arange(start, min(start + _TOGETHER, len(curves)))
        made[rows, : len(OF_FIT)] = _some(curves.take(rows))
    made[:, len(OF_FIT) : -len(COLUMNS)] = _statistics(curves)
    made[np.isnan(made[:, NAMES.index("chi2_per_point")])] = np.nan
    return made


def _statistics(curves: Curves) -> NDArray[np.float32]:
    """Return moments, quantiles and the like of each band, nights averaged; limits without a flux are left out."""
    known = nightly(sane(curves.select(np.isfinite(curves.flux_njy))))
    return statistics.features(known, *significant(known)).astype(np.float32)


def _some(curves: Curves) -> NDArray[np.float32]:
    given = points(curves)
    event = fitted(given)
    detected = curves.is_detection
    history = {
        "n_detections": curves.count(detected).astype(float),
        "detected_days": curves.last(detected) - curves.first(detected),
    }
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        values = _values(given, event) | history
    table = np.stack([values[name] for name in OF_FIT], axis=1)
    table[np.bincount(given.row, minlength=given.n) < FEWEST] = np.nan
    return np.where(np.abs(table) < 1e9, table, np.nan).astype(np.float32)


def _values(given: Points, event: Event) -> dict[str, Floats]:
    n, row = given.n, given.row
    off = (given.flux - model(given, event)) * np.sqrt(given.weight)
    when = (given.mjd - event.peak_mjd[row]) / event.einstein_days[row]
    count = np.bincount(row, minlength=n).astype(float)
    above = (given.flux - event.baseline.ravel()[given.cell]) * np.sqrt(given.weight)

    def mean(values: Floats, which: NDArray[np.bool_] | None = None) -> Floats:
        chosen = np.ones(len(row), bool) if which is None else which
        return np.bincount(row[chosen], values[chosen], n) / np.bincount(row[chosen], minlength=n)

    def largest(values: Floats) -> Floats:
        found = np.full(n, -np.inf)
        np.maximum.at(found, row, values)
        return found

    inside = np.abs(when) < 1.0
    band_chi2 = np.bincount(given.cell, off**2, event.source.size) / np.bincount(
        given.cell, minlength=event.source.size
    )
    seen = np.bincount(given.cell, minlength=event.source.size).reshape(n, -1) > 0
    height = magnification(event.closest) - 1
    first, last = -largest(-given.mjd), largest(given.mjd)
    ordered = np.lexsort((given.mjd, row))
    pairs = row[ordered][1:] == row[ordered][:-1]
    together = np.bincount(row[ordered][1:][pairs], (off[ordered][1:] * off[ordered][:-1])[pairs], n)
    deviation = np.sqrt(mean(above**2))
    return {
        "explained": 1 - event.chi2 / event.chi2_flat,
        "chi2_per_point": np.log10(event.chi2 / count),
        "flat_chi2_per_point": np.log10(event.chi2_flat / count),
        "chi2_inside": np.log10(mean(off**2, inside)),
        "chi2_outside": np.log10(mean(off**2, ~inside)),
        "chi2_before": np.log10(mean(off**2, (when < 0) & (when > -2))),
        "chi2_after": np.log10(mean(off**2, (when > 0) & (when < 2))),
        "chi2_far_outside": np.log10(mean(off**2, np.abs(when) > 3)),
        "neighbours": together / np.bincount(row, off**2, n),
        "largest_residual": np.log10(largest(np.abs(off))),
        "largest_below": np.log10(largest(-above).clip(min=0.1)),
        "log_einstein_days": np.log10(event.einstein_days),
        "log_closest": np.log10(event.closest),
        "log_height": np.log10(height),
        "n_inside": np.bincount(row[inside], minlength=n).astype(float),
        "n_before": np.bincount(row[(when < 0) & (when > -2)], minlength=n).astype(float),
        "n_after": np.bincount(row[(when > 0) & (when < 2)], minlength=n).astype(float),
        "n_points": count,
        "n_bands": seen.sum(axis=1).astype(float),
        "n_bands_brighter": ((event.source > 0) & seen).sum(axis=1) / seen.sum(axis=1),
        "worst_band_chi2": np.log10(np.nanmax(np.where(seen, band_chi2.reshape(n, -1), 0.0), axis=1)),
        "span_in_einstein": (last - first) / event.einstein_days,
        "peak_to_edge_in_einstein": np.minimum(event.peak_mjd - first, last - event.peak_mjd) / event.einstein_days,
        **{f"source_{BANDS[i : i + 2]}": 2.5 * np.log10(event.source[:, i + 1] / event.source[:, i]) for i in range(5)},
        "baseline_over_source": event.baseline[:, 2] / event.source[:, 2],
        "fraction_above": mean((above > 3).astype(float)),
        "skewness": mean(above**3) / deviation**3,
        "height_snr": np.log10(largest(above).clip(min=0.1)),
        # a reference image that holds the event, too, leaves a constant difference
        "mean_snr": mean(given.flux * np.sqrt(given.weight)),
    }
