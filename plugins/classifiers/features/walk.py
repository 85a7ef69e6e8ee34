"""Damped random walk: time scale and amplitude of each band's fluxes.

The likelihood of an Ornstein-Uhlenbeck process is found by its recursion in time, for all curves and a small grid of
time scales and amplitudes at once; what is given are means over the grid, each weighted by its likelihood.
Sources: Kelly et al. 2009, arXiv:0903.5315; Kozlowski et al. 2010, arXiv:0909.1326; Foreman-Mackey et al. 2017,
arXiv:1703.09710 (linear cost).
"""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.features.points import Places, Points

TAU_DAYS = np.logspace(-0.5, 3.5, 9)
#: Variance of the process over the variance of the points.
RATIOS = np.array([0.05, 0.2, 0.5, 1.0, 2.0, 5.0])
MIN_POINTS = 5


def columns(points: Points) -> dict[str, Floats]:
    """Return ``BAND_drw_log_tau`` (log10 days), ``_log_ratio`` (log10), ``_log_tau_std`` and ``_gain``.

    The gain is the log-likelihood per point above that of white noise of the best of the same variances.
    """
    size = len(points.offsets) - 1
    count = np.diff(points.offsets)
    mean = (points.sum(points.flux / points.error**2) / points.sum(points.error**-2.0)).ravel()
    deviation = points.flux - mean[points.key]
    variance = (points.sum(deviation**2) / points.count).ravel()
    chosen = np.flatnonzero((count >= MIN_POINTS) & (variance > 0))
    # longest first: those still running are always the first so many
    chosen = chosen[np.argsort(-count[chosen], kind="stable")]
    scale = np.sqrt(variance)[points.key]
    likelihood, white = _likelihoods(
        points.days, deviation / scale, points.error / scale, points.offsets[chosen], count[chosen]
    )
    best = likelihood.max((1, 2), keepdims=True)
    weight = np.exp(likelihood - best)
    weight /= weight.sum((1, 2), keepdims=True)
    log_tau, log_ratio = np.log10(TAU_DAYS)[:, None], np.log10(RATIOS)
    tau = (weight * log_tau).sum((1, 2))
    found = {
        "log_tau": tau,
        "log_tau_std": np.sqrt((weight * (log_tau - tau[:, None, None]) ** 2).sum((1, 2))),
        "log_ratio": (weight * log_ratio).sum((1, 2)),
        "gain": (best[:, 0, 0] - white.max(1)) / count[chosen],
    }
    made: dict[str, Floats] = {}
    for name, values in found.items():
        spread = np.full(size, np.nan)
        spread[chosen] = values
        made |= {f"{band}_drw_{name}": row for band, row in zip(points.bands, points.by_band(spread), strict=True)}
    return made


def _likelihoods(days: Floats, value: Floats, error: Floats, starts: Places, count: Places) -> tuple[Floats, Floats]:
    """Return log-likelihoods (curves, time scales, ratios) of the process and (curves, ratios) of white noise.

    ``count`` must not rise. The mean of the state and its variance are followed from point to point.
    """
    state = np.zeros((len(count), len(TAU_DAYS), len(RATIOS)))
    spread = np.broadcast_to(RATIOS, state.shape).copy()
    total, white = np.zeros_like(state), np.zeros((len(count), len(RATIOS)))
    for k in range(int(count.max(initial=0))):
        n = int(np.searchsorted(-count, -k, side="left"))
        place = starts[:n] + k
        y, noise = value[place][:, None, None], error[place][:, None, None] ** 2
        if k:
            kept = np.exp(-(days[place] - days[place - 1])[:, None, None] / TAU_DAYS[:, None])
            state[:n] *= kept
            spread[:n] = RATIOS + (spread[:n] - RATIOS) * kept**2
        both = spread[:n] + noise
        off = y - state[:n]
        total[:n] -= (off**2 / both + np.log(both)) / 2
        gain = spread[:n] / both
        state[:n] += gain * off
        spread[:n] *= 1 - gain
        alone = RATIOS + noise[:, 0]
        white[:n] -= (y[:, 0] ** 2 / alone + np.log(alone)) / 2
    return total, white
