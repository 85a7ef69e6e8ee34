"""A map of where the host's centre is, and the questions that can be asked of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tom_alerce_like.plugins.hosts.heatmap import grid

Floats = NDArray[np.float64]
#: Density given to places to which the map gives none: below any evidence, above minus infinity.
FLOOR_PER_ARCSEC2 = 1e-9
#: Places and sides of the cells that speak.
_EAST, _NORTH = (values[grid.SPEAKS].astype(np.float32) for values in grid.centres())
_CELL = np.broadcast_to(grid.CELL_ARCSEC[:, None, None], grid.SPEAKS.shape)[grid.SPEAKS].astype(np.float32)
#: More circles at once leave the processor's cache.
_AT_ONCE = 64
#: Points by which a circle is filled: a sunflower's seeds, each of the same area.
_SEEDS = 64
_SEED = np.arange(_SEEDS) + 0.5
_SEED_RADIUS, _SEED_ANGLE = np.sqrt(_SEED / _SEEDS), _SEED * np.pi * (3 - np.sqrt(5))
#: The circle over which a density is a mean: so wide at the transient, and growing by so much with the offset.
_NEAR_ARCSEC, _NEAR_SHARE = 0.25, 0.06
#: How many cells around one count as one peak, on each level.
_REACH_CELLS = (3, 1, 1, 1, 1)
#: Peaks of a map are at least so far apart.
_APART_CELLS, _APART_ARCSEC = 2.5, 1.5


@dataclass(frozen=True)
class Map:
    """Probabilities for n fields, with `none` summing to 1 in each.

    ``levels`` (n, levels, 32, 32): of the host's centre lying in each cell of `grid`, 0 where a finer level speaks.
    ``none`` (n,): that no host is seen within the field.
    """

    levels: Floats
    none: Floats

    def __len__(self) -> int:
        return len(self.none)

    def density(self, row: ArrayLike, east_arcsec: ArrayLike, north_arcsec: ArrayLike) -> Floats:
        """Return the natural logarithm of the probability per square arcsec at places of fields ``row`` (all (k,)).

        The mean over a circle that grows with the distance as the cells do: 0.25 arcsec and 6 per cent of the offset.
        `FLOOR_PER_ARCSEC2` where the map says nothing.
        """
        radius = _NEAR_ARCSEC + _NEAR_SHARE * np.hypot(east_arcsec, north_arcsec)
        return np.log(np.maximum(self._around(row, east_arcsec, north_arcsec, radius), FLOOR_PER_ARCSEC2))

    def mass(self, row: ArrayLike, east_arcsec: ArrayLike, north_arcsec: ArrayLike, radius_arcsec: ArrayLike) -> Floats:
        """Return the probability that the centre lies within a radius of places of fields ``row`` (all (k,)).

        A cell that the circle cuts counts in part.
        """
        row, *circle = np.broadcast_arrays(row, *map(np.asarray, (east_arcsec, north_arcsec, radius_arcsec)))
        shape, row, places = row.shape, row.ravel(), np.stack(circle, -1).reshape(-1, 3).astype(np.float32)
        held, made = self.levels[:, grid.SPEAKS], np.empty(len(row))
        for start in range(0, len(row), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            east, north, radius = places[part].T[..., None]
            apart = np.hypot(_EAST - east, _NORTH - north)
            made[part] = (held[row[part]] * np.clip((radius - apart) / _CELL + np.float32(0.5), 0, 1)).sum(1)
        return made.reshape(shape)

    def peaks(self, count: int = 3) -> tuple[Floats, Floats]:
        """Return the likeliest places, apart from one another: (n, count, 2) east and north, and (n, count) their mass.

        The mass is that of 3 x 3 cells (1.75 arcsec square on the finest level), the place their middle weighed by
        probability. NaN and 0 where no mass is left.
        """
        left = np.array(self.levels)
        offsets, masses = np.full((len(self), count, 2), np.nan), np.zeros((len(self), count))
        for number in range(count):
            offset, masses[:, number], level = _highest(left)
            offsets[masses[:, number] > 0, number] = offset[masses[:, number] > 0]
            _take(left, offset, grid.CELL_ARCSEC[level])
        return offsets, masses

    def _around(self, row: ArrayLike, east: ArrayLike, north: ArrayLike, radius: ArrayLike) -> Floats:
        """Return the mean probability per square arcsec in circles."""
        row, *circle = np.broadcast_arrays(row, *(np.asarray(values, float) for values in (east, north, radius)))
        east, north, radius = (values[..., None] for values in circle)
        x = -(east + radius * _SEED_RADIUS * np.cos(_SEED_ANGLE))
        y = north + radius * _SEED_RADIUS * np.sin(_SEED_ANGLE)
        level, *cell, inside = grid.cell(x, y)
        area = grid.CELL_ARCSEC[level] ** 2
        return np.where(inside, self.levels[row[..., None], level, *cell] / area, 0.0).mean(-1)


def _highest(levels: Floats) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Return the middle (n, 2) and the mass of the cells around the one that has most around it, and its level."""
    whole = grid.filled(levels)
    sums = _around(whole)
    # a cell whose place a finer level speaks for would win by its size alone
    best = np.where(grid.SPEAKS, sums, 0.0).reshape(len(levels), grid.SPEAKS.size).argmax(1)
    level, row, column = (values[:, None, None] for values in np.unravel_index(best, grid.SPEAKS.shape))
    near, reach = np.arange(-max(_REACH_CELLS), max(_REACH_CELLS) + 1), np.array(_REACH_CELLS)[level]
    rows, columns = row + near[:, None], column + near
    counts = (np.maximum(np.abs(near[:, None]), np.abs(near)) <= reach) & (_within(rows) & _within(columns))
    cells = level, rows.clip(0, grid.SIDE - 1), columns.clip(0, grid.SIDE - 1)
    held = whole[(np.arange(len(levels))[:, None, None], *cells)] * counts
    mass = held.sum((1, 2))
    share = held / np.where(mass > 0, mass, 1.0)[:, None, None]
    return np.stack([(share * place[cells]).sum((1, 2)) for place in grid.centres()], 1), mass, level[:, 0, 0]


def _within(cell: NDArray[np.int64]) -> NDArray[np.bool_]:
    return (cell >= 0) & (cell < grid.SIDE)


def _around(values: Floats) -> Floats:
    """Return sums over the cells around each."""
    total = np.zeros_like(values)
    for level, reach in enumerate(_REACH_CELLS):
        padded = np.pad(values[:, level], ((0, 0), (reach + 1, reach), (reach + 1, reach))).cumsum(1).cumsum(2)
        side = 2 * reach + 1
        total[:, level] = (
            padded[:, side:, side:] - padded[:, :-side, side:] - padded[:, side:, :-side] + padded[:, :-side, :-side]
        )
    return total


def _take(levels: Floats, offset: Floats, cell_arcsec: Floats) -> None:
    """Take away the mass around places."""
    east, north = grid.centres()
    apart = np.hypot(east - offset[:, 0, None, None, None], north - offset[:, 1, None, None, None])
    near = np.maximum(cell_arcsec[:, None, None, None], grid.CELL_ARCSEC[:, None, None]) * _APART_CELLS
    levels[apart < np.maximum(near, _APART_ARCSEC)] = 0
