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
    found = np.full((points.n, 7), np.nan)
    amplitudes = np.full((points.n, period.HARMONICS + 1), np.nan, complex)
    for i in range(points.n):
        own = slice(edges[i], edges[i + 1])
        fit = period.search(days[own], value[own], weight[own])
        if fit is None:
            continue
        rest = value[own] - period.model(fit, days[own])
        second = period.strongest(days[own], rest, weight[own])
        span = np.ptp(days[own])
        found[i] = (1 / fit.frequency, fit.explained, fit.first_explained, fit.half_explained, span, *second)
        amplitudes[i] = fit.amplitudes
    days_, explained, first, half, span, second_days, second_explained = found.T
    made = {
        "period_days": days_,
        "period_explained": explained,
        "period_first_explained": first,
        "period_double_gain": half - explained,
        "period_cycles": span / days_,
        "period_2_days": second_days,
        "period_2_explained": second_explained,
    }
    return made | _shape(amplitudes) | _folded(points.n, row, days, value, days_)


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
