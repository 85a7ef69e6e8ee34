"""Why no candidate is the host: it is too faint to be listed, lies outside what was searched, or there is none.

How much each is to be expected is integrated over the population: hosts of the transient's redshift (or of the prior
over redshifts) with their magnitudes and sizes, transients spread in them as in an exponential disc. A host is
undetected when it is fainter than the deepest list goes, and outside when its centre is further away than was searched.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from tom_alerce_like.plugins.hosts.population import host_grid, transient_redshifts
from tom_alerce_like.plugins.hosts.posterior import SCALE

Floats = NDArray[np.float64]

#: Part of transients that belong to no galaxy at all (stars between galaxies, mistaken positions): an assumption.
HOSTLESS = 0.01
#: A list does not end sharply at its depth.
FADING_MAG = 0.3
_AT_ONCE = 256


def split(
    none: Floats, redshift: Floats, depth_mag: ArrayLike, reach_arcsec: ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """Return (hostless, undetected, outside), the parts of the probability of none; arrays (n,).

    ``depth_mag``: r magnitude at which the deepest list fades, NaN where nothing was searched: then all is outside.
    ``reach_arcsec``: how far from the transient centres were searched.
    """
    every = np.column_stack(
        [redshift, *(np.broadcast_to(np.asarray(v, float), none.shape) for v in (depth_mag, reach_arcsec))]
    )
    # many places have the same depth and no redshift
    different, which = np.unique(np.where(np.isnan(every), -1.0, every), axis=0, return_inverse=True)
    parts = [_expected(*different[start : start + _AT_ONCE].T) for start in range(0, len(different), _AT_ONCE)]
    expected = np.concatenate([*parts, np.empty((0, 3))])[which.ravel()]
    hostless, undetected, outside = none * (expected / expected.sum(1, keepdims=True)).T
    return hostless, undetected, outside


def _expected(redshift: Floats, depth_mag: Floats, reach_arcsec: Floats) -> Floats:
    """Return how much each part is to be expected, (n, 3); numbers below 0 are not known."""
    mag, size, weight = host_grid(transient_redshifts(redshift))
    searched, depth, reach = depth_mag >= 0, depth_mag[:, None, None], reach_arcsec[:, None, None]
    x = np.minimum(reach / (SCALE * size), 500.0)
    beyond = (1 + x) * np.exp(-x)
    faint = expit((mag - depth) / FADING_MAG)
    outside = np.where(searched, (beyond * weight).sum(-1).mean(-1), 1.0)
    undetected = np.where(searched, ((1 - beyond) * faint * weight).sum(-1).mean(-1), 0.0)
    return np.column_stack([np.full(len(redshift), HOSTLESS), undetected, outside])
