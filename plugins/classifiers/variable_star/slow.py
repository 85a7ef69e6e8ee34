"""Slow and fast variation apart: long secondary periods, and the pulsation of red giants that they hide.

Giants of small amplitude, semiregular variables and stars with a long secondary period differ in how much they vary
within weeks and within years (Soszynski et al. 2007, arXiv:0710.2780; Nicholls et al. 2009, arXiv:0907.2975).
"""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.classifiers.variable_star.cycle import periodogram
from tom_alerce_like.plugins.classifiers.variable_star.series import Floats, Series

#: Standard deviations of the kernels that take slow variation away.
WIDTHS_DAYS = (50.0, 200.0)
#: Frequencies per day between which the pulsation of giants is looked for; what is slower is a long period.
SLOWEST, FASTEST = 1 / 200, 1 / 8
_CELLS_PER_WIDTH = 5


def features(series: Series) -> dict[str, float]:
    """Return sizes of slow and fast variation, the strongest period of each, and how wide the power of the fast is."""
    weight = 1 / (series.error**2 + 0.09 * np.var(series.value) + 1e-8)
    weight /= weight.mean()
    value = series.value - np.average(series.value, weights=weight)
    found: dict[str, float] = {}
    for width_days in WIDTHS_DAYS:
        level = smooth(series.days, value, weight, width_days)
        fast = _log_size(float(np.var(value - level)) - series.noise**2)
        slow = _log_size(float(np.var(level)))
        found |= {
            f"log_fast_{width_days:g}": fast,
            f"log_slow_{width_days:g}": slow,
            f"fast_to_slow_{width_days:g}": fast - slow,
        }
    return found | _periods(series, value, value - level, weight)


def smooth(days: Floats, value: Floats, weight: Floats, width_days: float) -> Floats:
    """Return the mean about each point under a Gaussian kernel, by cells of a fifth of its standard deviation."""
    cell = width_days / _CELLS_PER_WIDTH
    place = ((days - days[0]) / cell).astype(int)
    total, count = np.bincount(place, weight * value), np.bincount(place, weight)
    centre = np.arange(len(count)) * cell
    full = count > 0
    kernel = np.exp(-0.5 * ((centre[:, None] - centre[full]) / width_days) ** 2)
    level = kernel @ total[full] / np.maximum(kernel @ count[full], 1e-300)
    return np.interp(days - days[0], centre + cell / 2, level)


def _log_size(variance: float) -> float:
    return float(0.5 * np.log10(max(variance, 1e-5)))


def _periods(series: Series, value: Floats, fast: Floats, weight: Floats) -> dict[str, float]:
    frequency, slow_power = periodogram(series, value, weight, FASTEST)
    _, fast_power = periodogram(series, fast, weight, FASTEST)
    start, middle = np.searchsorted(frequency, (0.7 / series.span_days, SLOWEST))
    slow_frequency, slow_strength = _highest(frequency[start:middle], slow_power[start:middle])
    fast_frequency, fast_strength = _highest(frequency[middle:], fast_power[middle:])
    return {
        "log_fast_period": -np.log10(fast_frequency),
        "power_fast": fast_strength,
        "log_slow_period": -np.log10(slow_frequency),
        "power_slow": slow_strength,
        "log_slow_to_fast_period": np.log10(fast_frequency / slow_frequency),
        "slow_to_fast_power": float(
            0.5 * np.log10((slow_strength * np.var(value) + 1e-7) / (fast_strength * np.var(fast) + 1e-7))
        ),
        **_width(frequency[middle:], fast_power[middle:], fast_frequency),
    }


def _highest(frequency: Floats, power: Floats) -> tuple[float, float]:
    if not len(power):
        return np.nan, 0.0
    place = np.argmax(power)
    return float(frequency[place]), float(power[place])


def _width(frequency: Floats, power: Floats, highest: float) -> dict[str, float]:
    """Return how the power is spread: about the peak, and over all frequencies; irregular stars have no one peak."""
    if not power.sum() > 0:
        return dict.fromkeys(("power_about_peak", "mean_log_period", "log_period_spread", "power_entropy"), np.nan)
    share, log_period = power / power.sum(), -np.log10(frequency)
    near = power[(frequency >= 0.7 * highest) & (frequency < 1.4 * highest)]
    mean = float(share @ log_period)
    return {
        "power_about_peak": float(np.log10(near.sum() / near.max() + 0.1)),
        "mean_log_period": mean,
        "log_period_spread": float(np.sqrt(share @ (log_period - mean) ** 2)),
        "power_entropy": float(-(share @ np.log(share + 1e-12)) / np.log(max(len(share), 2))),
    }
