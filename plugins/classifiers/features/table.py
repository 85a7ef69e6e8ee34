"""The one call that turns light curves into a table of features."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves.curves import BANDS, Curves, Floats
from tom_alerce_like.plugins.classifiers.features import (
    colours,
    counts,
    fold,
    limits,
    shape,
    statistics,
    structure,
    supernova,
    walk,
)
from tom_alerce_like.plugins.classifiers.features.points import Points

#: Groups of features by name; each gives its columns, one value per object.
GROUPS: dict[str, Callable[[Points], dict[str, Floats]]] = {
    "statistics": statistics.columns,
    "counts": counts.columns,
    "shape": shape.columns,
    "colours": colours.columns,
    "limits": limits.columns,
    "structure": structure.columns,
    "random_walk": walk.columns,
    "supernova": supernova.columns,
    "period": fold.columns,
}
#: What is computed when nothing is said.
FAST = ("statistics", "counts", "shape", "colours", "limits")
_LARGEST = 1e30
#: Points, and objects at most, that are looked at together.
_BLOCK = 65536


def table(curves: Curves, groups: Iterable[str] = FAST, bands: str | None = None) -> pd.DataFrame:
    """Return the features of n light curves, float32, one row per object in their order, NaN where not defined.

    ``bands`` are letters of "ugrizy", without them those present; whoever trains names them, so that the columns stay.
    Every row depends on its own object alone.
    """
    if bands is None:
        present = np.bincount(curves.band, minlength=len(BANDS)) > 0
        bands = "".join(band for band, there in zip(BANDS, present, strict=True) if there)
    groups = tuple(groups)
    with np.errstate(all="ignore"):
        parts = [_columns(Points.of(block, bands), groups) for block in _blocks(curves)]
    made = np.concatenate([part for _, part in parts], axis=1)
    return pd.DataFrame(made.T, columns=_index(parts[0][0]))


def _columns(points: Points, groups: tuple[str, ...]) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """Return names and values of features, shape (features, n)."""
    found: dict[str, Floats] = {}
    for group in groups:
        found |= GROUPS[group](points)
    made = np.empty((len(found), points.n), np.float32)
    for row, values in zip(made, found.values(), strict=True):
        row[:] = values
    made[~(np.abs(made) < _LARGEST)] = np.nan
    return tuple(found), made


def _blocks(curves: Curves) -> Iterator[Curves]:
    """Yield the objects in order, so many at a time that their points stay in the processor's cache."""
    offsets, start = curves.offsets, 0
    while True:
        stop = max(int(np.searchsorted(offsets, offsets[start] + _BLOCK, side="right")) - 1, start + 1)
        stop = min(stop, start + _BLOCK, len(curves))
        inside = slice(offsets[start], offsets[stop])
        arrays = (getattr(curves, field.name)[inside] for field in fields(Curves)[2:])
        yield Curves(stop - start, curves.row[inside] - start, *arrays)
        start = stop
        if start >= len(curves):
            return


@cache
def _index(names: tuple[str, ...]) -> pd.Index:
    return pd.Index(names, dtype="str")
