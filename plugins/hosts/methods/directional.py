"""The source of least offset over its own light radius in the direction of the transient.

Sullivan et al. 2006, ApJ 648, 868; Gupta et al. 2016, AJ 152, 154, arXiv:1604.06138.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tom_alerce_like.plugins.hosts.dlr import completed, light_radius
from tom_alerce_like.plugins.hosts.fields import Fields
from tom_alerce_like.plugins.hosts.methods.best import Floats, angle_deg, best, places
from tom_alerce_like.plugins.hosts.methods.plain import sources

#: Semi-axis of a galaxy whose size is not known.
UNKNOWN_SIZE_ARCSEC = 2.0


def locate(fields: Fields) -> Floats:
    """Return east and north (arcsec) of the detection of least d_DLR, shape (n, 2); NaN where there is none."""
    candidates = sources(fields)
    return places(candidates, choose(candidates), len(fields))


def choose(candidates: pd.DataFrame) -> pd.Index:
    """Return the labels of the best candidates, one a place.

    Columns row, east_arcsec, north_arcsec, and of half-light ellipses a_arcsec, b_arcsec, pa_deg (NaN: not known).
    """
    a, b, pa = (candidates[name] for name in ("a_arcsec", "b_arcsec", "pa_deg"))
    a, b, pa = completed(a, b, pa, UNKNOWN_SIZE_ARCSEC)
    radius = light_radius(a, b, pa, angle_deg(candidates))
    return best(candidates, np.hypot(candidates["east_arcsec"], candidates["north_arcsec"]) / radius)
