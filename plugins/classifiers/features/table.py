"""The one call that turns light curves into a table of features."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

import numpy as np
import pandas as pd

from tom_alerce_like.plugins.classifiers.curves.curves import BANDS, Curves, Floats
from tom_alerce_like.plugins.classifiers.features import counts, statistics
from tom_alerce_like.plugins.classifiers.features.points import Points

#: Groups of features by name; each gives its columns, one value per object.
GROUPS: dict[str, Callable[[Points], dict[str, Floats]]] = {
    "statistics": statistics.columns,
    "counts": counts.columns,
}
#: What is computed when nothing is said.
FAST = ("statistics", "counts")
_LARGEST = 1e30


def table(curves: Curves, groups: Iterable[str] = FAST, bands: str | None = None) -> pd.DataFrame:
    """Return the features of n light curves, float32, one row per object in their order, NaN where not defined.

    ``bands`` are letters of "ugrizy", without them those present; whoever trains names them, so that the columns stay.
    Every row depends on its own object alone.
    """
    if bands is None:
        present = np.bincount(curves.band, minlength=len(BANDS)) > 0
        bands = "".join(band for band, there in zip(BANDS, present, strict=True) if there)
    points = Points.of(curves, bands)
    found: dict[str, Floats] = {}
    with np.errstate(all="ignore"):
        for group in groups:
            found |= GROUPS[group](points)
        made = np.empty((len(found), len(curves)), np.float32)
        for row, values in zip(made, found.values(), strict=True):
            row[:] = values
    made[~(np.abs(made) < _LARGEST)] = np.nan
    return pd.DataFrame(made.T, columns=_index(tuple(found)))


@cache
def _index(names: tuple[str, ...]) -> pd.Index:
    return pd.Index(names, dtype="str")
