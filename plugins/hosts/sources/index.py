"""Which sources lie around which places: a search tree on the unit sphere."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: What rounding of unit vectors may add to a distance (radians): the radius is inclusive.
_ROUNDING = 1e-15


class SkyIndex:
    """Sources on the sky, indexed for searches around many places: exact at RA 0 and at the poles.

    ``ra_deg``, ``dec_deg``: degrees, of equal length; a source without a finite place is never found.
    """

    def __init__(self, ra_deg: ArrayLike, dec_deg: ArrayLike) -> None:
        self._known, self._tree = _tree(ra_deg, dec_deg)

    def pairs(self, ra_deg: ArrayLike, dec_deg: ArrayLike, radius_arcsec: float) -> tuple[Ints, Ints, Floats]:
        """Return (place, source, separation in arcsec) of all pairs not farther apart than the radius.

        ``place`` and ``source`` are numbers of rows; the pairs are ordered by place, the nearest source first.
        """
        known, places = _tree(ra_deg, dec_deg)
        half_chord = np.sin(np.radians(min(radius_arcsec / 3600, 180.0)) / 2)
        found = places.sparse_distance_matrix(self._tree, 2 * half_chord + _ROUNDING, output_type="ndarray")
        apart_arcsec = np.degrees(2 * np.arcsin(np.minimum(found["v"] / 2, 1))) * 3600
        order = np.lexsort((found["j"], apart_arcsec, found["i"]))
        return known[found["i"][order]], self._known[found["j"][order]], apart_arcsec[order]


def directions(ra_deg: ArrayLike, dec_deg: ArrayLike) -> Floats:
    """Return unit vectors, shape (n, 3)."""
    ra, dec = np.radians(ra_deg), np.radians(dec_deg)
    return np.column_stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)])


def _tree(ra_deg: ArrayLike, dec_deg: ArrayLike) -> tuple[Ints, cKDTree]:
    """Return the rows with a finite place and their tree; a tree that is not balanced is made in half the time."""
    ra, dec = np.asarray(ra_deg, float), np.asarray(dec_deg, float)
    known = np.flatnonzero(np.isfinite(ra) & np.isfinite(dec))
    return known, cKDTree(directions(ra[known], dec[known]), balanced_tree=False, compact_nodes=False)
