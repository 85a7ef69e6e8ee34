"""The period of one series of points: periodogram by a non-uniform FFT, then harmonic fits of the best candidates.

The highest peaks of a floating-mean Lomb-Scargle periodogram, their halves, thirds, doubles and what one cycle a day
(solar or sidereal) would have moved are fitted with `HARMONICS` harmonics on a fine grid; the best fit has the period.
Sources: Zechmeister & Kuerster 2009, arXiv:0901.2573 (floating mean); Barnett et al. 2019, arXiv:1808.06736 (finufft);
Garrison et al. 2024, arXiv:2409.08090 (periodogram by NUFFT); Palmer 2009, doi:10.1088/0004-637X/695/1/496
(several harmonics).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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


def search(days: Floats, values: Floats, weights: Floats, periodogram: Periodogram) -> Fit | None:
    """Return the best fit of one series (weighted mean 0), or None where points or time are too few."""
    span = float(np.ptp(days)) if len(days) else 0.0
    if len(days) < MIN_POINTS or span < 2 * MIN_DAYS or not (weights * values**2).sum() > 0:
        return None
    power, step = periodogram.of(days, values, weights)
    peaks = _highest(power) * step
    candidates = _candidates(peaks, 0.5 / span, step / 2)
    series = days, values, weights
    badness, coarse = _badness(*series, candidates, np.linspace(-0.4, 0.4, 5) * step)
    best = coarse[np.arange(len(coarse)), badness.argmin(1)][np.argsort(badness.min(1))[:_FINALISTS]]
    badness, fine = _badness(*series, best, np.linspace(-0.15, 0.15, 13) * step)
    frequency = float(fine.ravel()[badness.argmin()])
    explained, amplitudes = harmonics(*series, np.array([frequency, frequency / 2]))
    first, _ = harmonics(*series, np.array([frequency]), 1)
    return Fit(frequency, amplitudes[0], float(explained[0]), float(first[0]), float(explained[1]))


class Periodogram:
    """Floating-mean Lomb-Scargle periodograms of many series; transforms of equal size are prepared once."""

    def __init__(self) -> None:
        self._plans: dict[int, Any] = {}

    def of(self, days: Floats, values: Floats, weights: Floats) -> tuple[Floats, float]:
        """Return the share of variance that a sinusoid explains at frequencies 0, step, 2 step, ..., and the step."""
        n = _size(_PER_PEAK * float(np.ptp(days)) / MIN_DAYS)
        step = 1 / MIN_DAYS / (n - 1)
        turns = np.remainder(days * step + 0.5, 1) - 0.5
        share = weights / weights.sum()
        # the transform's frequencies begin at -n // 2
        strengths = np.stack([values * share, share]) * np.exp(2j * np.pi * np.remainder(n // 2 * days * step, 1))
        plan = self._plan(n)
        plan.setpts((2 * np.pi * turns).astype(np.float32))
        sums = plan.execute(strengths.astype(np.complex64))
        signal, window = sums.real**2 + sums.imag**2
        # sines and cosines count as balanced and uncorrelated, which the harmonic fits afterwards do not suppose
        power = 2 * signal / np.maximum(1 - window, 0.05) / np.float32((share * values**2).sum())
        power[:2] = 0
        return power, step

    def _plan(self, n: int) -> Any:
        import finufft

        if n not in self._plans:
            options = {"eps": 1e-3, "isign": 1, "dtype": "complex64", "nthreads": 1, "upsampfac": 1.25}
            self._plans[n] = finufft.Plan(1, (n,), n_trans=2, **options)
        return self._plans[n]


def _size(least: float) -> int:
    """Return a size of at least so many frequencies that is a product of small primes, one of few."""
    power = 2 ** max(int(np.log2(max(least, 1024) / 4)), 1)
    return int(min(np.ceil(least / power), _LARGEST_GRID // power) * power) if least > 1024 else 1024


def harmonics(
    days: Floats, values: Floats, weights: Floats, frequencies: Floats, n: int = HARMONICS
) -> tuple[Floats, Amplitudes]:
    """Return explained shares (f,) and amplitudes (f, 1 + n) of least-squares fits of a mean and n harmonics."""
    window, signal = _sums(_turning(days, frequencies), values, weights, n)
    return _solve(window, signal, n, _variance(values, weights))


def _badness(days: Floats, values: Floats, weights: Floats, middles: Floats, offsets: Floats) -> tuple[Floats, Floats]:
    """Return log of what fits leave of the variance, and their frequencies ``middles`` + ``offsets``, both (m, o).

    What the first harmonic alone leaves counts half, as smooth shapes are likelier.
    """
    turning = _turning(days, middles)[:, None] * _turning(days, offsets)
    window, signal = _sums(turning.reshape(-1, len(days)), values, weights, HARMONICS)
    left = [1 - _solve(window, signal, n, _variance(values, weights))[0] for n in (HARMONICS, 1)]
    all_left, first_left = np.log(np.maximum(left, 1e-6)).reshape(2, len(middles), len(offsets))
    return all_left + first_left / 2, middles[:, None] + offsets


def _variance(values: Floats, weights: Floats) -> float:
    return float((weights * values**2).sum() / weights.sum())


def _turning(days: Floats, frequencies: Floats) -> NDArray[np.complex64]:
    """Return exp(2 pi i f t), shape (f, points)."""
    return np.exp((2j * np.pi * np.remainder(frequencies[:, None] * days, 1)).astype(np.complex64))


def _sums(once: NDArray[np.complex64], values: Floats, weights: Floats, n: int) -> tuple[Amplitudes, Amplitudes]:
    """Return sums of weights (f, 2 n + 1) and of weighted values (f, n + 1) times powers 0, 1, ... of ``once``."""
    share = weights / weights.sum()
    pair = np.stack([share, share * values], 1).astype(np.complex64)
    turning, sums = np.ones_like(once), np.empty((len(once), 2 * n + 1, 2), complex)
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


def _highest(power: Floats) -> NDArray[np.int64]:
    """Return the places of the highest local maxima."""
    places = np.flatnonzero((power[1:-1] >= power[:-2]) & (power[1:-1] > power[2:])) + 1
    if len(places) > _PEAKS:
        places = places[np.argpartition(power[places], -_PEAKS)[-_PEAKS:]]
    return places if len(places) else np.array([int(np.argmax(power))])


def _candidates(peaks: Floats, lowest: float, apart: float) -> Floats:
    """Return frequencies at the peaks, their halves, thirds, doubles and daily aliases, each once."""
    aliases = np.abs(np.add.outer(peaks, [-_SOLAR_PER_SIDEREAL_DAY, -1, 1, _SOLAR_PER_SIDEREAL_DAY])).ravel()
    found = np.sort(np.concatenate([peaks, peaks / 2, peaks / 3, 2 * peaks, aliases]))
    found = found[(found >= lowest) & (found <= 1 / MIN_DAYS)]
    return found[np.append(True, np.diff(found) > apart)] if len(found) else np.array([lowest])
