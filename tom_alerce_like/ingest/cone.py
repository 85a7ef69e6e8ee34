"""Targets and objects near places on the sky."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from django.db import connection
from numpy.typing import NDArray
from tom_targets.base_models import BaseTarget

from tom_alerce_like.bulk import slices
from tom_alerce_like.sky import separation_arcsec

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
# three values a place; see bulk.SLICE
_PLACES = 300
# CROSS JOIN keeps SQLite from making the targets the outer loop: each place is one search of the index on `dec`
_STRIPS = """
    WITH wanted(place, low, high) AS (VALUES {rows})
    SELECT wanted.place, target.id, target.ra, target.dec
    FROM wanted CROSS JOIN {table} AS target
    WHERE target.dec BETWEEN wanted.low AND wanted.high AND target.ra IS NOT NULL
"""


def nearest_targets(ra_deg: Floats, dec_deg: Floats, radius_arcsec: float) -> dict[int, int]:
    """Return the id of the nearest target within the radius, by the position of the place; others are left out.

    All targets count, whoever made them. The cost follows the number of targets in a strip of that declination, by
    the index that our migration adds.
    """
    places, ids, apart = targets_within(ra_deg, dec_deg, radius_arcsec)
    # the farthest first, so that the nearest is the one that stays; of equals the oldest target
    order = np.lexsort((-ids, -apart))
    return dict(zip(places[order].tolist(), ids[order].tolist(), strict=True))


def targets_within(ra_deg: Floats, dec_deg: Floats, radius_arcsec: float) -> tuple[Ints, Ints, Floats]:
    """Return (place, id of a target, separation in arcsec) of all targets within the radius of places, in any order."""
    found = [row for part in slices(range(len(ra_deg)), _PLACES) for row in _strips(part, dec_deg, radius_arcsec)]
    places, ids = (np.array([row[column] for row in found], np.int64) for column in (0, 1))
    ra, dec = (np.array([row[column] for row in found], np.float64) for column in (2, 3))
    apart = separation_arcsec(ra_deg[places], dec_deg[places], ra, dec)
    near = apart <= radius_arcsec
    return places[near], ids[near], apart[near]


def _strips(places: Sequence[int], dec_deg: Floats, radius_arcsec: float) -> list[tuple[int, int, float, float]]:
    height = radius_arcsec / 3600 * (1 + 1e-9)
    values = [value for place in places for value in (place, dec_deg[place] - height, dec_deg[place] + height)]
    rows = ", ".join(["(%s, %s, %s)"] * len(places))
    table = connection.ops.quote_name(BaseTarget._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(_STRIPS.format(rows=rows, table=table), values)
        return cursor.fetchall()


def neighbours(ra_deg: Floats, dec_deg: Floats, radius_arcsec: float) -> dict[int, list[int]]:
    """Return for each place the earlier ones within the radius, nearest first; places without any are left out."""
    apart = separation_arcsec(ra_deg[:, None], dec_deg[:, None], ra_deg, dec_deg)
    later, earlier = np.nonzero(np.tril(apart <= radius_arcsec, -1))
    found: dict[int, list[int]] = {}
    for pair in np.argsort(apart[later, earlier], kind="stable"):
        found.setdefault(int(later[pair]), []).append(int(earlier[pair]))
    return found
