"""How the values of one series are spread, and over which times they change; no period is needed.

Percentile ratios as in Richards et al. 2011 (arXiv:1101.1959), eta after von Neumann 1941.
"""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.classifiers.variable_star.series import Series

#: Edges of the times between two points, in days, over which the structure function is taken.
LAGS_DAYS = (0.02, 0.6, 1.5, 3.5, 7.5, 15, 30, 60, 120, 250, 450, 900, 1800, 4000)
#: Pairs of points that are looked at in long series.
_PAIRS = 60_000
_SEASON_DAYS = 365.25
_QUANTILES = np.array([1, 5, 10, 17.5, 25, 32.5, 40, 50, 60, 67.5, 75, 82.5, 90, 95, 99])


def features(series: Series) -> dict[str, float]:
    """Return moments, percentiles, structure function and slow changes."""
    return _levels(series) | _changes(series) | _seasons(series)


def _levels(series: Series) -> dict[str, float]:
    value = series.value
    spread = np.std(value) + 1e-9
    at = dict(zip(_QUANTILES, np.percentile(value, _QUANTILES), strict=True))
    width = at[95] - at[5] + 1e-6
    scaled = (value - value.mean()) / spread
    found = {
        f"width_{high - low:.0f}": (at[high] - at[low]) / width
        for low, high in ((40, 60), (32.5, 67.5), (25, 75), (17.5, 82.5))
    }
    for low, high in ((1, 99), (5, 95), (10, 90), (25, 75)):
        found[f"lean_{low}"] = (at[high] + at[low] - 2 * at[50]) / (at[high] - at[low] + 1e-6)
    found |= {
        "skew": float(np.clip(np.mean(scaled**3), -5, 5)),
        "kurtosis": float(np.arcsinh(np.mean(scaled**4) - 3)),
        "beyond_1_std": float(np.mean(np.abs(scaled) > 1)),
        "mad": float(np.median(np.abs(value - at[50])) / spread),
        "faintest": float(np.log10((value.max() - at[50]) / spread + 1e-3)),
        "brightest": float(np.log10((at[50] - value.min()) / spread + 1e-3)),
        "log_noise": float(np.log10(series.noise / spread + 1e-3)),
    }
    sizes = {"log_amplitude_90": width, "log_amplitude_98": at[99] - at[1] + 1e-6, "log_std": spread}
    return found | {name: float(np.log10(size)) for name, size in sizes.items()}


def _changes(series: Series) -> dict[str, float]:
    value, days = series.value, series.days
    variance = np.var(value) + 1e-12
    count = len(value)
    if count * (count - 1) // 2 <= _PAIRS:
        one, two = np.triu_indices(count, 1)
    else:
        rng = np.random.default_rng(0)
        one, two = rng.integers(0, count, (2, _PAIRS))
    lag = np.digitize(np.abs(days[one] - days[two]), LAGS_DAYS)
    half_squares = (value[one] - value[two]) ** 2 / 2
    pairs = np.bincount(lag, minlength=len(LAGS_DAYS) + 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        structure = np.clip(np.bincount(lag, half_squares, len(pairs)) / pairs - series.noise**2, 0, None) / variance
    structure[pairs < 6] = np.nan
    steps, near = np.diff(value) ** 2, np.diff(days) < 5
    running = np.cumsum((value - value.mean()) / np.sqrt(variance)) / count
    return {
        **{f"structure_{low:g}": float(structure[n + 1]) for n, low in enumerate(LAGS_DAYS[:-1])},
        "eta": float(np.log10(steps.mean() / variance + 1e-3)),
        "eta_near": float(np.log10(steps[near].mean() / variance + 1e-3)) if near.sum() > 5 else np.nan,
        "sum_range": float(np.ptp(running)),
    }


def _seasons(series: Series) -> dict[str, float]:
    spread = np.std(series.value) + 1e-9
    season = ((series.days - series.days[0]) / _SEASON_DAYS).astype(int)
    count = np.bincount(season)
    mean = np.bincount(season, series.value) / np.maximum(count, 1)
    full = count >= 8
    within = [np.std(series.value[season == number]) for number in np.flatnonzero(full)]
    enough = len(within) > 2
    slope = np.polyfit((series.days - series.days.mean()) / series.span_days, series.value, 1)[0]
    return {
        "trend": float(np.clip(abs(slope) / spread, 0, 5)),
        "seasons": float(np.log10(np.std(mean[full]) / spread + 1e-2)) if enough else np.nan,
        "season_spread": float(np.log10(np.std(within) / (np.mean(within) + 1e-9) + 1e-2)) if enough else np.nan,
    }
