"""Sums, maxima and ranks of candidates within each place: tables are sorted by ``row``, the number of the place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]


#: Sources of different places are so far apart in `space`.
_APART_ARCSEC = 1e5


def space(table: pd.DataFrame) -> Floats:
    """Return points (n, 3), arcsec, whose neighbours are of the same place; columns east_arcsec, north_arcsec, row."""
    return np.column_stack([table["east_arcsec"], table["north_arcsec"], table["row"] * _APART_ARCSEC])


class Places:
    """Which rows of a table belong to which of n places; ``row`` must not fall."""

    def __init__(self, row: NDArray[np.int64], n: int) -> None:
        self.row, self.n = row, n
        self.count = np.bincount(row, minlength=n)
        self.first = np.cumsum(self.count) - self.count
        self._some = np.flatnonzero(self.count)

    def sum(self, values: Floats) -> Floats:
        """Return sums (n,), 0 where a place has no rows."""
        # added one after the other: a sum that does not depend on what else is in the table
        return np.bincount(self.row, values, self.n).astype(float)

    def max(self, values: Floats, empty: float = -np.inf) -> Floats:
        """Return maxima (n,)."""
        return self._reduced(np.maximum.reduceat, values, empty)

    def min(self, values: Floats, empty: float = np.inf) -> Floats:
        """Return minima (n,)."""
        return self._reduced(np.minimum.reduceat, values, empty)

    def log_sum(self, logs: Floats, empty: float = -np.inf) -> Floats:
        """Return logarithms of sums of exponentials (n,)."""
        highest = self.max(logs)
        usable = np.isfinite(highest)
        shift = np.where(usable, highest, 0.0)
        with np.errstate(divide="ignore"):
            made = np.log(self.sum(np.exp(logs - shift[self.row]))) + shift
        return np.where(usable, made, empty)

    def rank(self, values: Floats) -> NDArray[np.int64]:
        """Return the place of each row among those of its place, 0 for the largest; earlier rows first where equal."""
        order = np.lexsort((-values, self.row))
        made = np.empty(len(order), np.int64)
        made[order] = np.arange(len(order)) - self.first[self.row]
        return made

    def best_other(self, values: Floats, empty: float = -np.inf) -> Floats:
        """Return for each row the maximum of the other rows of its place."""
        order = np.lexsort((-values, self.row))
        ends = self.first + self.count
        top = np.full(self.n, empty)
        top[self._some] = values[order[self.first[self._some]]]
        second = np.full(self.n, empty)
        many = np.flatnonzero(self.count > 1)
        second[many] = values[order[self.first[many] + 1]]
        is_top = np.zeros(len(values), bool)
        is_top[order[self.first[ends > self.first]]] = True
        return np.where(is_top, second[self.row], top[self.row])

    def _reduced(self, reduce: Callable[..., Any], values: Floats, empty: float) -> Floats:
        made = np.full(self.n, empty)
        if len(self._some):
            made[self._some] = reduce(values, self.first[self._some])
        return made


def first_known(
    values: NDArray[Any], known: NDArray[np.bool_], group: NDArray[np.int64], order: NDArray[Any], made: NDArray[Any]
) -> NDArray[Any]:
    """Write into ``made`` (groups,) the known value of each group that comes first in the order; returns it."""
    some = np.flatnonzero(known)
    some = some[np.lexsort((some, order[some], group[some]))]
    groups, at = np.unique(group[some], return_index=True)
    made[groups] = values[some[at]]
    return made


def least(group: NDArray[np.int64], values: Floats, n: int) -> NDArray[np.int64]:
    """Return for each of n groups the number of its smallest value, -1 without one."""
    order = np.lexsort((values, group))
    groups, at = np.unique(group[order], return_index=True)
    made = np.full(n, -1)
    made[groups] = order[at]
    return made
