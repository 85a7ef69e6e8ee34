"""How probable a redshift is for a host and a transient as bright as these: volumes and luminosities.

The transient is a supernova of one of the kinds below: rates per volume and absolute magnitudes as Perley et al. 2020
(arXiv:2009.01242) and Li et al. 2011 (arXiv:1006.4613) found them, rounded. Hosts of transients have absolute
magnitudes between those of dwarfs and of the largest ellipticals, few of them brighter than M_r = -23.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

from tom_alerce_like.cosmology import distance_modulus_mag, volume_element

Floats = NDArray[np.float64]

#: Edges of the grid's cells lie close together where redshifts are small; the values are those at its points.
REDSHIFTS: Floats = np.expm1(np.linspace(0.02, 1.18, 480) ** 2)
#: Kind: rate (per volume, relative), mean and scatter of the absolute magnitude at the brightest.
KINDS = {
    "SN Ia": (0.24, -19.0, 0.5),
    "SN Ibc": (0.18, -17.4, 0.8),
    "SN II": (0.50, -16.9, 1.1),
    "SN IIn": (0.06, -18.6, 1.0),
    "SLSN": (3e-4, -21.2, 0.6),
    "TDE": (2e-3, -19.5, 1.0),
}
#: Most transients have not been seen at their brightest: how much fainter, in the mean.
BELOW_PEAK_MAG = 0.3
#: Absolute magnitudes of hosts: mean, scatter to the bright and to the faint side.
HOST_MAG, HOST_BRIGHT, HOST_FAINT = -20.0, 1.5, 3.0
#: A transient of unknown magnitude may be at any redshift: as likely within each factor of it, from about here on.
NEAR = 0.02


@cache
def width() -> Floats:
    """Return how wide the cells of the grid are."""
    edges = np.concatenate([[0], (REDSHIFTS[1:] + REDSHIFTS[:-1]) / 2, [REDSHIFTS[-1]]])
    return np.array([high - low for low, high in pairwise(edges)])


@cache
def _moduli() -> Floats:
    return distance_modulus_mag(REDSHIFTS)


@cache
def _log_volume() -> Floats:
    return np.asarray(np.log(volume_element(REDSHIFTS) / (1 + REDSHIFTS)))


def log_prior(host_mag: Floats, transient_mag: Floats) -> Floats:
    """Return the logarithm of the prior on the grid `REDSHIFTS`, (n, len(REDSHIFTS)), up to a constant.

    Magnitudes (n,), NaN where they are not known.
    """
    host = log_host(host_mag[:, None] - _moduli())
    transient = log_transient(transient_mag[:, None] - _moduli())
    known_host, known = np.isfinite(host_mag)[:, None], np.isfinite(transient_mag)[:, None]
    anywhere = -np.log(REDSHIFTS + NEAR)
    return np.where(known_host, host, 0.0) + np.where(known, _log_volume() + transient, anywhere)


def log_host(absolute_mag: Floats) -> Floats:
    """Return the logarithm of the density of hosts' absolute magnitudes."""
    away = absolute_mag - HOST_MAG
    return np.asarray(-((away / np.where(away < 0, HOST_BRIGHT, HOST_FAINT)) ** 2) / 2)


def log_transient(absolute_mag: Floats) -> Floats:
    """Return the logarithm of the density of absolute magnitudes that transients were seen at.

    Each kind's normal distribution, moved to fainter magnitudes by an exponential one of scale `BELOW_PEAK_MAG`.
    """
    total = np.zeros(np.shape(absolute_mag))
    for rate, mean, scatter in KINDS.values():
        total = total + rate * np.exp(_log_exponnorm(np.asarray(absolute_mag) - mean, scatter, BELOW_PEAK_MAG))
    return np.asarray(np.log(total + 1e-300))


def _log_exponnorm(x: Floats, scatter: float, scale: float) -> Floats:
    k = scatter / scale
    return np.asarray(log_ndtr(x / scatter - k) + k**2 / 2 - x / scale - np.log(scale))
