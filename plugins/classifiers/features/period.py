"""The period of one series of points: periodogram by a non-uniform FFT, then harmonic fits of the best candidates.

The highest peaks of a floating-mean Lomb-Scargle periodogram, their halves, thirds, doubles and what one cycle a day
(solar or sidereal) would have moved are fitted with `HARMONICS` harmonics on a fine grid; the best fit has the period.
Sources: Zechmeister & Kuerster 2009, arXiv:0901.2573 (floating mean); Barnett et al. 2019, arXiv:1808.06736 (finufft);
Garrison et al. 2024, arXiv:2409.08090 (periodogram by NUFFT); Palmer 2009, doi:10.1088/0004-637X/695/1/496
(several harmonics).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves.curves import Floats

Amplitudes = NDArray[np.complex128]
MIN_DAYS = 0.04
HARMONICS = 4
#: Fewer points than this have no period.
MIN_POINTS = 10
_PER_PEAK = 3
_PEAKS, _FINALISTS = 10, 6
_LARGEST_GRID = 2_000_000
_SOLAR_PER_SIDEREAL_DAY = 1.00273791


@dataclass(frozen=True)
class Fit:
    """Harmonic fit ``sum of Re(amplitudes[k] exp(-2 pi i k f days))``, k = 0 (the mean), 1, ..., f in 1/day.

    Shares of the variance: explained by all harmonics, by the first alone, and by all at half the frequency.
    """

    frequency: float
    amplitudes: Amplitudes
    explained: float
    first_explained: float
    half_explained: float


def search(days: Floats, values: Floats, weights: Floats) -> Fit | None:
    """Return the best fit of one series (weighted mean 0), or None where points or time are too few."""
    span = float(np.ptp(days)) if len(days) else 0.0
    if len(days) < MIN_POINTS or span < 2 * MIN_DAYS or not (weights * values**2).sum() > 0:
        return None
    step = 1 / (_PER_PEAK * span)
    peaks = highest(periodogram(days, values, weights, step), _PEAKS) * step
    candidates = _candidates(peaks, 0.5 / span, step / 2)
    coarse = (candidates[:, None] + np.linspace(-0.4, 0.4, 5) * step).ravel()
    badness = _badness(*_shares(days, values, weights, coarse)).reshape(len(candidates), -1)
    finalists = np.argsort(badness.min(1))[:_FINALISTS]
    best = coarse.reshape(badness.shape)[finalists, badness[finalists].argmin(1)]
    fine = (best[:, None] + np.linspace(-0.15, 0.15, 13) * step).ravel()
    frequency = float(fine[np.argmin(_badness(*_shares(days, values, weights, fine)))])
    explained, amplitudes = harmonics(days, values, weights, np.array([frequency, frequency / 2]))
    first, _ = harmonics(days, values, weights, np.array([frequency]), 1)
    return Fit(frequency, amplitudes[0], float(explained[0]), float(first[0]), float(explained[1]))


def model(fit: Fit, days: Floats) -> Floats:
    """Return the fitted values at times."""
    turns = np.remainder(fit.frequency * days, 1)
    k = np.arange(len(fit.amplitudes))
    return (np.exp(-2j * np.pi * turns[:, None] * k) @ fit.amplitudes).real


def strongest(days: Floats, values: Floats, weights: Floats) -> tuple[float, float]:
    """Return period in days and explained share of the strongest sinusoid in a series that `search` could read."""
    step = 1 / (_PER_PEAK * float(np.ptp(days)))
    power = periodogram(days, values, weights, step)
    best = int(np.argmax(power))
    return 1 / max(best * step, step), float(power[best])


def periodogram(days: Floats, values: Floats, weights: Floats, step: float) -> Floats:
    """Return the share of variance that a sinusoid with floating mean explains at frequencies 0, step, 2 step, ..."""
    import finufft

    n = int(min(1 / MIN_DAYS / step, _LARGEST_GRID)) + 1
    turns = np.remainder(days * step + 0.5, 1) - 0.5
    share = weights / weights.sum()
    # the transform's frequencies begin at -n // 2
    strengths = np.stack([values * share, share]) * np.exp(2j * np.pi * np.remainder(n // 2 * days * step, 1))
    sums = finufft.nufft1d1(
        (2 * np.pi * turns).astype(np.float32),
        strengths.astype(np.complex64),
        (n,),
        eps=1e-3,
        nthreads=1,
        upsampfac=1.25,
    )
    signal, window = sums.real**2 + sums.imag**2
    # sines and cosines count as balanced and uncorrelated, which the harmonic fits afterwards do not suppose
    power = 2 * signal / np.maximum(1 - window, 0.05) / (share * values**2).sum()
    power[: _PER_PEAK // 2 + 1] = 0
    return power


def harmonics(
    days: Floats, values: Floats, weights: Floats, frequencies: Floats, n: int = HARMONICS
) -> tuple[Floats, Amplitudes]:
    """Return explained shares (f,) and amplitudes (f, 1 + n) of least-squares fits of a mean and n harmonics."""
    window, signal = _sums(days, values, weights, frequencies, n)
    return _solve(window, signal, n, float((weights * values**2).sum() / weights.sum()))


def _sums(days: Floats, values: Floats, weights: Floats, frequencies: Floats, n: int) -> tuple[Amplitudes, Amplitudes]:
    """Return sums of weights (f, 2 n + 1) and of weighted values (f, n + 1) times exp(2 pi i k f t), k = 0, 1, ..."""
    share = weights / weights.sum()
    pair = np.stack([share, share * values], 1).astype(np.complex64)
    once = np.exp((2j * np.pi * np.remainder(frequencies[:, None] * days, 1)).astype(np.complex64))
    turning, sums = np.ones_like(once), np.empty((len(frequencies), 2 * n + 1, 2), complex)
    for k in range(2 * n + 1):
        sums[:, k] = turning @ pair
        turning *= once
    return sums[..., 0], sums[:, : n + 1, 1]


def _solve(window: Amplitudes, signal: Amplitudes, n: int, variance: float) -> tuple[Floats, Amplitudes]:
    """Return what `harmonics` does, from the sums for n harmonics or more."""
    k = np.arange(-n, n + 1)
    apart = k[:, None] - k
    gram = np.where(apart >= 0, window[:, np.abs(apart)], window[:, np.abs(apart)].conj()) + 1e-6 * np.eye(len(k))
    right = np.where(k >= 0, signal[:, np.abs(k)], signal[:, np.abs(k)].conj())
    solved = np.linalg.solve(gram, right[..., None])[..., 0]
    amplitudes = solved[:, n:] * np.where(np.arange(n + 1) > 0, 2, 1)
    return (right.conj() * solved).sum(-1).real / variance, amplitudes


def _shares(days: Floats, values: Floats, weights: Floats, frequencies: Floats) -> tuple[Floats, Floats]:
    """Return the shares of variance explained by all harmonics and by the first alone."""
    window, signal = _sums(days, values, weights, frequencies, HARMONICS)
    variance = float((weights * values**2).sum() / weights.sum())
    return tuple(_solve(window, signal, n, variance)[0] for n in (HARMONICS, 1))  # type: ignore[return-value]


def _badness(explained: Floats, first: Floats) -> Floats:
    """Return log of what remains; that of the first harmonic counts half, as smooth shapes are likelier."""
    return np.log(np.maximum(1 - explained, 1e-6)) + np.log(np.maximum(1 - first, 1e-6)) / 2


def highest(power: Floats, n: int) -> NDArray[np.int64]:
    """Return the places of the n highest local maxima."""
    places = np.flatnonzero((power[1:-1] >= power[:-2]) & (power[1:-1] > power[2:])) + 1
    if not len(places):
        return np.array([int(np.argmax(power))])
    return places[np.argsort(power[places])[-n:]]


def _candidates(peaks: Floats, lowest: float, apart: float) -> Floats:
    """Return frequencies at the peaks, their halves, thirds, doubles and daily aliases, each once."""
    aliases = np.abs(np.add.outer(peaks, [-_SOLAR_PER_SIDEREAL_DAY, -1, 1, _SOLAR_PER_SIDEREAL_DAY])).ravel()
    found = np.sort(np.concatenate([peaks, peaks / 2, peaks / 3, 2 * peaks, aliases]))
    found = found[(found >= lowest) & (found <= 1 / MIN_DAYS)]
    return found[np.append(True, np.diff(found) > apart)] if len(found) else np.array([lowest])
