"""The posterior of a shallow catalogue alone: closed form, with the chance that the host is not in the catalogue.

For a galaxy of semi-axes a and b, with the transient at normalised offset d (offset over directional light radius)::

    odds = completeness / (1 - completeness) * profile(d) / (density * pi * a * b)
    P(galaxy) = odds / (1 + sum of odds)        P(none) = 1 / (1 + sum of odds)

``profile`` is how transients are spread in their hosts: an exponential disc in d, normalised over the ellipse's area.
``density`` is how many other galaxies of the catalogue per square arcsec there are around the transient, so a crowded
place asks for more evidence.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from tom_alerce_like.plugins.hosts.dlr import completed, light_radius, offset

Floats = NDArray[np.float64]

#: Scale of the profile in d, from half of the hosts that people chose (docs/modules/hosts.md).
SCALE = 0.59
#: Beyond this normalised offset the profile leaves nothing to compare.
REACH = 30.0
#: Errors of catalogued centres and of transients, added to the axes in quadrature.
POSITION_ERR_ARCSEC = 0.34
#: Semi-axis of a galaxy whose size a shallow catalogue does not give.
UNKNOWN_SIZE_ARCSEC = 2.0
#: A galaxy that is alone within the radius could still have had so many others by chance.
LEAST_OTHERS = 1


def profile(normalised: ArrayLike, scale: float = SCALE) -> Floats:
    """Return the density of transients at normalised offset d, per area of the ellipse: its integral 2 d dd is 1."""
    return np.asarray(np.exp(-np.asarray(normalised, float) / scale) / (2 * scale**2))


def weighed(near: pd.DataFrame, ra: Floats, dec: Floats, radius_arcsec: float, completeness: float) -> pd.DataFrame:
    """Return the galaxies of a cone with their odds against none, as a column."""
    row = near["row"].to_numpy()
    apart, angle = offset(near["ra_deg"], near["dec_deg"], ra[row], dec[row])
    a, b, pa = completed(near["a_arcsec"], near["b_arcsec"], near["pa_deg"], UNKNOWN_SIZE_ARCSEC)
    a, b = np.hypot(a, POSITION_ERR_ARCSEC), np.hypot(b, POSITION_ERR_ARCSEC)
    dlr = apart / light_radius(a, b, pa, angle)
    others = np.maximum(np.bincount(row, minlength=len(ra))[row] - 1, LEAST_OTHERS)
    per_arcsec2 = others / (np.pi * radius_arcsec**2)
    evidence = profile(dlr) / (per_arcsec2 * np.pi * a * b)
    return near.assign(odds=np.where(dlr < REACH, completeness / (1 - completeness) * evidence, 0.0))


def normalised(odds: Floats, row: NDArray[np.int64], n: int) -> tuple[Floats, Floats]:
    """Return the probability of each galaxy, and of none at each of n places."""
    total = np.bincount(row, odds, n).astype(float)
    return odds / (1 + total[row]), 1 / (1 + total)
