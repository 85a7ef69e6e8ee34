"""The cells of the map: five levels of 32 x 32, each twice as wide as the one before, around the transient.

The inner 16 x 16 cells of a level are exactly the whole of the next finer one, so the finest level that reaches a place
speaks for it: 1,024 cells of 0.25 arcsec, then four rings of 768, up to 128 arcsec across with cells of 4 arcsec.
Rows go north and columns west, as in the images.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter

Floats = NDArray[np.float64]

LEVELS, SIDE = 5, 32
#: The inner part of a level that the finer one covers.
INNER = slice(SIDE // 4, SIDE - SIDE // 4)
#: Side of the cells of each level.
CELL_ARCSEC = 0.25 * 2.0 ** np.arange(LEVELS)
AREA_ARCSEC2 = (CELL_ARCSEC**2)[:, None, None]
#: A centre may lie so far from the nearest cell that was observed.
HOLE_ARCSEC = 4.0


def _speaks() -> NDArray[np.bool_]:
    made = np.ones((LEVELS, SIDE, SIDE), bool)
    made[1:, INNER, INNER] = False
    return made


#: Whether a cell is its place's own: (levels, 32, 32).
SPEAKS = _speaks()


def centres() -> tuple[Floats, Floats]:
    """Return the places of all cells' middles, east and north in arcsec, each (levels, 32, 32)."""
    steps = (np.arange(SIDE) - (SIDE - 1) / 2) * CELL_ARCSEC[:, None]
    shape = (LEVELS, SIDE, SIDE)
    return np.broadcast_to(-steps[:, None, :], shape), np.broadcast_to(steps[:, :, None], shape)


def possible(observed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which cells (n, levels, 32, 32) may hold a centre: those near to what was observed that speak.

    The saturated core of a galaxy is not observed either.
    """
    made = np.empty(observed.shape, bool)
    for level, reach in enumerate(np.round(HOLE_ARCSEC / CELL_ARCSEC).astype(int)):
        made[:, level] = maximum_filter(observed[:, level], (1, 2 * reach + 1, 2 * reach + 1), mode="constant")
    return made & SPEAKS


def filled(levels: NDArray) -> NDArray:
    """Return masses (n, levels, 32, 32) in which the inner cells hold the sum of the finer cells that speak there."""
    made = np.array(levels, float)
    for level in range(1, LEVELS):
        finer = made[:, level - 1]
        made[:, level, INNER, INNER] = (
            finer[:, 0::2, 0::2] + finer[:, 0::2, 1::2] + finer[:, 1::2, 0::2] + finer[:, 1::2, 1::2]
        )
    return made


def cell(x_arcsec: Floats, y_arcsec: Floats) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Return level, row and column of the cells that speak for places west and north, and whether there is one."""
    reach = np.maximum(np.abs(x_arcsec), np.abs(y_arcsec))
    level = np.searchsorted(CELL_ARCSEC * SIDE / 2, reach)
    inside = level < LEVELS
    level = np.minimum(level, LEVELS - 1)
    places = np.where(inside, [y_arcsec, x_arcsec], 0.0) / CELL_ARCSEC[level] + SIDE / 2
    row, column = np.minimum(places.astype(int), SIDE - 1)
    return level, row, column, inside


def cell_arcsec(offset_arcsec: Floats) -> Floats:
    """Return the side of the cells that speak for places (n, 2); NaN gives the coarsest."""
    return CELL_ARCSEC[cell(*offset_arcsec.T)[0]]
