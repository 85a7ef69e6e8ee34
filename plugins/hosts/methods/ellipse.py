"""The source whose own ellipse, blown up, meets the transient first, as DELIGHT was compared with.

The distance is SExtractor's: offset over the radius of the ellipse of second moments in that direction (Bertin &
Arnouts 1996, A&AS 117, 393). Foerster et al. 2022, AJ 164, 195, arXiv:2208.04310.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tom_alerce_like.plugins.hosts.dlr import light_radius
from tom_alerce_like.plugins.hosts.fields import Fields
from tom_alerce_like.plugins.hosts.methods.best import Floats, angle_deg, best, places
from tom_alerce_like.plugins.hosts.methods.plain import sources


def locate(fields: Fields) -> Floats:
    """Return east and north (arcsec) of the detection of least distance, shape (n, 2); NaN where there is none."""
    candidates = sources(fields)
    return places(candidates, choose(candidates), len(fields))


def choose(candidates: pd.DataFrame) -> pd.Index:
    """Return the labels of the best detections, one a place: columns of `detect.detect` or `plain.sources`."""
    a, b, pa = (candidates[name] for name in ("moment_a_arcsec", "moment_b_arcsec", "pa_deg"))
    radius = light_radius(a, b, pa, angle_deg(candidates))
    return best(candidates, np.hypot(candidates["east_arcsec"], candidates["north_arcsec"]) / radius)
