"""The nearest source: what a person's eye falls on first."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tom_alerce_like.plugins.hosts.fields import Fields
from tom_alerce_like.plugins.hosts.methods.best import Floats, best, places
from tom_alerce_like.plugins.hosts.methods.plain import sources


def locate(fields: Fields) -> Floats:
    """Return east and north (arcsec) of the nearest detection in each image, shape (n, 2); NaN where there is none."""
    candidates = sources(fields)
    return places(candidates, choose(candidates), len(fields))


def choose(candidates: pd.DataFrame) -> pd.Index:
    """Return the labels of the nearest candidates, one a place: columns row, east_arcsec and north_arcsec."""
    return best(candidates, np.hypot(candidates["east_arcsec"], candidates["north_arcsec"]))
