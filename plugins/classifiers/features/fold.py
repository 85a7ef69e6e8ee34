"""Periods of all objects, and the shape of the light curve folded with them.

Bands are joined as in `series` (the model with one shape for all bands of VanderPlas & Ivezic 2015, arXiv:1502.01344).
Sources of the shape features: Richards et al. 2011, arXiv:1101.1959 (harmonics), Kim et al. 2014, arXiv:1403.6131
(folded eta and cumulative sum).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.features import period
from tom_alerce_like.plugins.classifiers.features.points import Places, Points
from tom_alerce_like.plugins.classifiers.features.series import Series

_PHASES = np.arange(64) / 64


def columns(points: Points) -> dict[str, Floats]:
    """Return the period of each object and features of its folded light curve; NaN without a period."""
    series = Series.of(points)
    order = np.flatnonzero(series.weight > 0)
    order = order[np.argsort(points.row[order], kind="stable")]
    row, days, value, weight = points.row[order], points.days[order], series.value[order], series.weight[order]
    edges = np.searchsorted(row, np.arange(points.n + 1))
    periodogram = period.Periodogram()
    found = np.full((points.n, 5), np.nan)
    amplitudes = np.full((points.n, period.HARMONICS + 1), np.nan, complex)
    for i in np.flatnonzero(np.diff(edges) >= period.MIN_POINTS):
        own = slice(edges[i], edges[i + 1])
        fit = period.search(days[own], value[own], weight[own], periodogram)
        if fit is not None:
            shares = fit.explained, fit.first_explained, fit.half_explained - fit.explained
            found[i] = (1 / fit.frequency, np.ptp(days[own]) * fit.frequency, *shares)
            amplitudes[i] = fit.amplitudes
    names = ("days", "cycles", "explained", "first_explained", "double_gain")
    made = {f"period_{name}": values for name, values in zip(names, found.T, strict=True)}
    return made | _shape(amplitudes) | _folded(points.n, row, days, value, found[:, 0])


def _shape(amplitudes: NDArray[np.complex128]) -> dict[str, Floats]:
    """Return features of the fitted shape from amplitudes (n, 1 + harmonics)."""
    k = np.arange(period.HARMONICS + 1)
    size, angle = np.abs(amplitudes), np.angle(amplitudes)
    curve = (amplitudes @ np.exp(-2j * np.pi * k[:, None] * _PHASES)).real
    low, high = curve.min(1), curve.max(1)
    made = {
        "period_amplitude": (high - low) / 2,
        "period_rise_fraction": np.remainder(_PHASES[curve.argmax(1)] - _PHASES[curve.argmin(1)], 1) + 0 * low,
        "period_faint_fraction": np.where(np.isnan(low), np.nan, (curve < ((low + high) / 2)[:, None]).mean(1)),
    }
    for j in k[2:]:
        made[f"period_ratio_{j}1"] = size[:, j] / size[:, 1]
    for j in k[2:4]:
        phase = angle[:, j] - j * angle[:, 1]
        made |= {f"period_cos_{j}1": np.cos(phase), f"period_sin_{j}1": np.sin(phase)}
    return made


def _folded(n: int, row: Places, days: Floats, value: Floats, period_days: Floats) -> dict[str, Floats]:
    """Return smoothness of the points in the order of their phase: eta and the range of cumulative sums."""
    phase = np.remainder(days / period_days[row], 1)
    value = value[np.lexsort((phase, row))]
    count = np.bincount(row, minlength=n).astype(float)
    value = value - (np.bincount(row, value, n) / count)[row]
    variance = np.bincount(row, value**2, n) / count
    same = row[1:] == row[:-1]
    steps = np.bincount(row[1:][same], np.diff(value)[same] ** 2, n) / (count - 1)
    total = np.cumsum(value)
    first = np.searchsorted(row, np.arange(n))
    within = total - np.append(0, total)[first][row]
    low, high = np.full(n, np.inf), np.full(n, -np.inf)
    np.minimum.at(low, row, within)
    np.maximum.at(high, row, within)
    known = np.where(np.isnan(period_days), np.nan, 1)
    return {
        "period_folded_eta": steps / variance * known,
        "period_folded_cusum": (high - low) / (count * np.sqrt(variance)) * known,
    }
