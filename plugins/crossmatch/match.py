"""Pairs of two lists of places on the sky."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from tom_alerce_like.plugins.hosts.sources.index import SkyIndex


def crossmatch(
    ra_deg: ArrayLike, dec_deg: ArrayLike, catalogue: SkyIndex, radius_arcsec: float, nearest_only: bool = False
) -> pd.DataFrame:
    """Return all pairs of a place and a source of ``catalogue`` that are not farther apart than the radius.

    ``ra_deg`` and ``dec_deg`` have shape (n,); a place that is not finite has no pairs. Columns: ``row`` (number of the
    place), ``catalogue_row`` and ``separation_arcsec`` (great circle), ordered by row, the nearest source first, of
    equally near ones the first in the catalogue. With ``nearest_only`` a row has one pair at most.
    """
    row, source, apart_arcsec = catalogue.pairs(ra_deg, dec_deg, radius_arcsec)
    pairs = pd.DataFrame({"row": row, "catalogue_row": source, "separation_arcsec": apart_arcsec})
    return pairs[first_of(row)].reset_index(drop=True) if nearest_only else pairs


class Sources(SkyIndex):
    """Sources that are counted before they are paired: the pairs of a wide radius may not fit into the memory."""

    def count(self, ra_deg: ArrayLike, dec_deg: ArrayLike, radius_arcsec: float) -> int:
        """Return how many pairs `crossmatch` makes, but for those at the very edge of the radius."""
        places = SkyIndex(ra_deg, dec_deg)
        return int(places._tree.count_neighbors(self._tree, 2 * np.sin(np.radians(radius_arcsec / 3600) / 2)))


def first_of(row: np.ndarray) -> np.ndarray:
    """Return which entries of ordered row numbers are the first of their row."""
    return np.append(True, row[1:] != row[:-1])[: len(row)]
