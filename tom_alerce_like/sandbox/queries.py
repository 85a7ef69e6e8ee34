"""What the brokers' query parameters have in common: ranges, cones, order and pages of a list of rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tom_alerce_like.sandbox.sky import separation_deg
from tom_alerce_like.sandbox.web import Request

Row = dict[str, Any]


class BadParameter(ValueError):
    """A query parameter has the wrong type; the two arguments are its name and what is wrong."""

    @property
    def name(self) -> str:
        return str(self.args[0])


def number(request: Request, name: str, kind: type = float, default: Any = None) -> Any:
    """Return a parameter as a number, ``default`` when it is absent."""
    values = numbers(request, name, kind)
    return values[-1] if values else default


def numbers(request: Request, name: str, kind: type = float) -> list[Any]:
    """Return all values of a repeated parameter as numbers."""
    try:
        return [kind(value) for value in request.query.get(name, [])]
    except ValueError as error:
        raise BadParameter(name, str(error)) from error


def in_range(rows: list[Row], key: str, bounds: Sequence[float]) -> list[Row]:
    """Keep rows at or above the first bound, and at or below the second where there is one."""
    if bounds:
        rows = [row for row in rows if row[key] >= bounds[0]]
    return [row for row in rows if row[key] <= bounds[1]] if len(bounds) > 1 else rows


def in_cone(rows: list[Row], ra_deg: float, dec_deg: float, radius_arcsec: float) -> list[Row]:
    """Keep rows whose mean position lies in the cone."""
    if not rows:
        return rows
    ra, dec = [row["meanra"] for row in rows], [row["meandec"] for row in rows]
    near = separation_deg(ra, dec, ra_deg, dec_deg) * 3600 <= radius_arcsec
    return [row for row, keep in zip(rows, near, strict=True) if keep]


def ordered(rows: list[Row], key: str, mode: str) -> list[Row]:
    """Return rows in the order of a column; PostgreSQL's place for nulls: last going up, first going down."""
    if not key:
        return rows
    return sorted(rows, key=lambda row: (row.get(key) is None, row.get(key) or 0, row["oid"]), reverse=mode == "DESC")
