"""Random numbers that several effects need."""

from __future__ import annotations

import numpy as np

#: From where a survey calls something a detection to where sources saturate.
FAINTEST_SNR, BRIGHTEST_SNR = 5.0, 300.0


def log_uniform(low: float, high: float, rng: np.random.Generator) -> float:
    """Return a positive number, all orders of magnitude alike."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def detected(rng: np.random.Generator) -> float:
    """Return the signal-to-noise ratio of a detection; faint ones are the most frequent."""
    return FAINTEST_SNR * (BRIGHTEST_SNR / FAINTEST_SNR) ** (rng.random() ** 1.5)


def near_centre(scatter_px: float, rng: np.random.Generator) -> tuple[float, float]:
    """Return (y, x) pixels from the centre, Gaussian in each."""
    y, x = rng.normal(0, scatter_px, 2)
    return float(y), float(x)


def angle(rng: np.random.Generator) -> float:
    """Return a direction in radians."""
    return float(rng.uniform(0, 2 * np.pi))
