"""Of many candidates the best one for each place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def best(candidates: pd.DataFrame, distance: ArrayLike) -> pd.Index:
    """Return the labels of the rows of least distance, one for each value of ``row``, in the order of ``row``.

    Of equal rows the first one wins; a distance that is not known never does.
    """
    distance = np.asarray(distance, float)
    order = np.lexsort([distance, candidates["row"].to_numpy()])
    order = order[np.isfinite(distance[order])]
    _, first = np.unique(candidates["row"].to_numpy()[order], return_index=True)
    return candidates.index[order[first]]


def places(candidates: pd.DataFrame, chosen: pd.Index, count: int) -> Floats:
    """Return east and north in arcsec of the chosen rows for ``count`` places, NaN where none was chosen."""
    made = np.full((count, 2), np.nan)
    rows = candidates.loc[chosen]
    made[rows["row"].to_numpy()] = rows[["east_arcsec", "north_arcsec"]].to_numpy()
    return made


def angle_deg(candidates: Any) -> Floats:
    """Return the position angle, north through east, at which each candidate sees the transient."""
    return np.degrees(np.arctan2(-candidates["east_arcsec"], -candidates["north_arcsec"])).to_numpy(float)
