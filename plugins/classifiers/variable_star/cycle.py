"""The period of one series and the shape of its cycle: sums of harmonics at the strongest frequency.

Lomb-Scargle with nifty-ls (Garrison et al. 2024, arXiv:2409.08090); what is read from the harmonics follows Debosscher
et al. 2007 (doi:10.1051/0004-6361:20077638) and Richards et al. 2011 (arXiv:1101.1959).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.variable_star.series import Floats, Series

#: Highest frequency per day, and steps per inverse span.
HIGHEST, STEPS = 16.0, 3
#: Edges of the ranges of frequency (per day) whose strongest power is a feature; what is near whole days is left out.
EDGES = (
    *((0.0, 1 / 800), (1 / 800, 1 / 250), (1 / 250, 1 / 80), (1 / 80, 1 / 25), (1 / 25, 1 / 8), (1 / 8, 0.45)),
    *((0.45, 0.9), (1.1, 1.9), (2.1, 2.9), (3.1, HIGHEST)),
)
FULL, DOUBLED = np.arange(1.0, 5.0), np.arange(1.0, 9.0) / 2
#: Part of the variance that holds a harmonic back, times the square of its number.
_RIDGE = 1e-5
_PHASES = 64


def features(series: Series) -> dict[str, float]:
    """Return what is known of the strongest period, of one half as fast, and of the second strongest."""
    weight = 1 / (series.error**2 + 0.09 * np.var(series.value) + 1e-8)
    weight /= weight.mean()
    value = series.value - np.average(series.value, weights=weight)
    frequency, power = periodogram(series, value, weight)
    first = _strongest(frequency, power, series.span_days)
    first = min(first + np.linspace(-0.5, 0.5, 21) / series.span_days, key=lambda f: _rest(series, value, weight, f))
    total = np.average(value**2, weights=weight)
    found = {f"power_{n}": _largest(power, frequency, *edge) for n, edge in enumerate(EDGES)}
    sine, full, doubled = (_fit(series.days, value, weight, first, k) for k in (np.ones(1), FULL, DOUBLED))
    rest = [np.average((value - model) ** 2, weights=weight) for _, model in (sine, full, doubled)]
    found |= {
        "log_period": -np.log10(first),
        "power": float(power.max()),
        "rest_sine": rest[0] / total,
        "rest_full": rest[1] / total,
        "rest_doubled": rest[2] / total,
        "gain_full": np.log10(rest[1] / rest[0]),
        "gain_doubled": np.log10(rest[2] / rest[1]),
        "scatter_left": 0.5 * np.log10(max(rest[1] - 0.7 * series.noise**2, 0.01 * rest[1]) / total),
    }
    found |= _harmonics(full[0]) | _halves(doubled[0]) | _profile(full[0]) | _residuals(series, value, full[1], first)
    return found | _second(series, value - full[1], weight, first, float(np.hypot(full[0][1], full[0][5])))


def periodogram(series: Series, value: Floats, weight: Floats, highest: float = HIGHEST) -> tuple[Floats, Floats]:
    """Return frequencies per day up to ``highest`` and the normalised power of a sine with a free mean."""
    import nifty_ls

    step = 1 / (STEPS * series.span_days)
    count = max(int(highest / step), 1)
    lowest = 0.5 / series.span_days
    power = nifty_ls.lombscargle(
        series.days - series.days[0],
        value,
        dy=1 / np.sqrt(weight),
        fmin=lowest,
        fmax=lowest + step * (count - 1),
        Nf=count,
    ).power
    return lowest + step * np.arange(count), np.clip(np.nan_to_num(power), 0, 1)


def _strongest(frequency: Floats, power: Floats, span_days: float) -> float:
    """Return the frequency of the largest power; whole days and the whole span must be much stronger."""
    nearest = np.round(frequency)
    daily = (nearest >= 1) & (np.abs(frequency - nearest) < 0.01)
    factor = np.where(daily, 0.5, 1.0) * np.where(frequency < 1.5 / span_days, 0.9, 1.0)
    return float(frequency[np.argmax(power * factor)])


def _largest(power: Floats, frequency: Floats, low: float, high: float) -> float:
    start, stop = np.searchsorted(frequency, (low, high))
    return float(power[start:stop].max(initial=0))


def _design(days: Floats, frequency: float, harmonics: Floats) -> Floats:
    phase = 2 * np.pi * frequency * np.outer(days, harmonics)
    return np.concatenate([np.ones((len(days), 1)), np.cos(phase), np.sin(phase)], axis=1)


def _fit(days: Floats, value: Floats, weight: Floats, frequency: float, harmonics: Floats) -> tuple[Floats, Floats]:
    """Return coefficients (mean, cosines, sines) and the model at the points."""
    design = _design(days, frequency, harmonics)
    weighted = design * weight[:, None]
    normal = weighted.T @ design
    normal[np.diag_indices_from(normal)] += _RIDGE * len(days) * np.concatenate([[1e-3], harmonics**2, harmonics**2])
    coefficients = np.linalg.solve(normal, weighted.T @ value)
    return coefficients, design @ coefficients


def _rest(series: Series, value: Floats, weight: Floats, frequency: float) -> float:
    if frequency <= 0:
        return np.inf
    _, model = _fit(series.days, value, weight, frequency, np.arange(1.0, 3.0))
    return float(np.sum(weight * (value - model) ** 2))


def _harmonics(coefficients: Floats) -> dict[str, float]:
    """Return ratios of amplitudes and phase differences, which count the less the weaker the harmonic is."""
    cosine, sine = coefficients[1:5], coefficients[5:]
    amplitude, phase = np.hypot(cosine, sine) + 1e-12, np.arctan2(-sine, cosine)
    found = {}
    for k in (1, 2, 3):
        ratio = amplitude[k] / amplitude[0]
        apart = phase[k] - (k + 1) * phase[0]
        trust = ratio / (ratio + 0.15)
        found[f"ratio_{k + 1}"] = min(ratio, 3.0)
        found[f"cos_{k + 1}"], found[f"sin_{k + 1}"] = np.cos(apart) * trust, np.sin(apart) * trust
        found[f"phase_{k + 1}"] = np.mod(apart, 2 * np.pi)
    return found


def _halves(coefficients: Floats) -> dict[str, float]:
    """Return how two cycles in a row differ: unequal minima of eclipsing binaries, RV Tauri stars."""
    harmonics = (len(coefficients) - 1) // 2
    squares = coefficients[1 : 1 + harmonics] ** 2 + coefficients[1 + harmonics :] ** 2
    model = _design(np.linspace(0, 2, 2 * _PHASES, endpoint=False), 1.0, DOUBLED) @ coefficients
    one, two = model[:_PHASES], model[_PHASES:]
    height = np.ptp(model) + 1e-12
    return {
        "odd_harmonics": 0.5 * np.log10((squares[::2].sum() + 1e-9) / (squares[1::2].sum() + 1e-9)),
        "minima_apart": abs(one.max() - two.max()) / height,
        "maxima_apart": abs(one.min() - two.min()) / height,
    }


def _profile(coefficients: Floats) -> dict[str, float]:
    """Return the shape of the cycle: its height at 16 phases after the minimum, rise, skewness."""
    model = _design(np.linspace(0, 1, _PHASES, endpoint=False), 1.0, FULL) @ coefficients
    height = np.ptp(model) + 1e-12
    turned = np.roll((model - model.min()) / height, -int(np.argmax(model)))
    scaled = (turned - turned.mean()) / (turned.std() + 1e-12)
    return {
        **{f"phase_height_{n}": float(level) for n, level in enumerate(turned[4::4])},
        "rise": int(np.argmin(turned)) / _PHASES,
        "faint_part": float(np.mean(turned > 0.5)),
        "cycle_skew": float(np.mean(scaled**3)),
        "cycle_kurtosis": float(np.mean(scaled**4)),
        "log_cycle_amplitude": float(np.log10(height)),
    }


def _residuals(series: Series, value: Floats, model: Floats, frequency: float) -> dict[str, float]:
    rest = value - model
    phase = np.mod(series.days * frequency, 1)
    half = np.mod(series.days * frequency / 2, 1)
    variance = np.var(value) + 1e-12
    steps = {"psi": phase, "psi_doubled": half}
    scaled = (rest - rest.mean()) / (rest.std() + 1e-12)
    ordered = value[np.argsort(phase, kind="stable")] / np.sqrt(variance)
    return {
        **{
            n: float(np.log10(np.mean(np.diff(value[np.argsort(at, kind="stable")]) ** 2) / variance + 1e-4))
            for n, at in steps.items()
        },
        "folded_sum_range": float(np.ptp(np.cumsum(ordered)) / len(ordered)),
        "rest_skew": float(np.clip(np.mean(scaled**3), -5, 5)),
        "rest_kurtosis": float(np.arcsinh(np.mean(scaled**4) - 3)),
        "rest_mad": float(np.median(np.abs(rest)) / (np.median(np.abs(value - np.median(value))) + 1e-6)),
    }


def _second(series: Series, rest: Floats, weight: Floats, first: float, amplitude: float) -> dict[str, float]:
    """Return the strongest period of what the first leaves: long secondary periods, several modes, slow change."""
    frequency, power = periodogram(series, rest, weight)
    second = _strongest(frequency, power, series.span_days)
    coefficients, model = _fit(series.days, rest, weight, second, np.arange(1.0, 3.0))
    ranges: dict[str, NDArray[np.bool_] | tuple[float, float]] = {
        "long": (0, 1 / 250),
        "middle": (1 / 150, 1 / 15),
        "short": (1.1, HIGHEST),
    }
    return {
        "log_period_2": -np.log10(second),
        "log_period_ratio": np.log10(first / second),
        "power_second": float(power.max()),
        "log_amplitude_ratio": float(
            np.log10((np.hypot(coefficients[1], coefficients[3]) + 1e-9) / (amplitude + 1e-9))
        ),
        "rest_second": float(
            np.average((rest - model) ** 2, weights=weight) / (np.average(rest**2, weights=weight) + 1e-12)
        ),
        **{f"power_second_{name}": _largest(power, frequency, *edge) for name, edge in ranges.items()},
    }
