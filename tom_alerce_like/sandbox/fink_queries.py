"""What Fink's two services have in common: arguments, date windows, cones, columns."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
from astropy.time import Time

from tom_alerce_like.sandbox.night import Source
from tom_alerce_like.sandbox.sky import separation_deg
from tom_alerce_like.sandbox.web import Request

Row = dict[str, Any]
MAX_RADIUS_ARCSEC = 18000.0


class Refused(ValueError):
    """The arguments cannot be used; the real service answers 400 with this text."""


def arguments(request: Request, *required: str) -> Row:
    """Return the arguments of a query: those of the URL if it has any, else the JSON body."""
    asked: Row = {name: values[-1] for name, values in request.query.items()}
    if not asked:
        try:
            asked = request.json()
        except ValueError as error:
            raise Refused(f"The body is not JSON: {error}") from error
    for name in required:
        if name not in asked:
            raise Refused(str({"status": "error", "text": f"A value for `{name}` is required.\n"}))
    return asked


def window_mjd(asked: Row) -> tuple[float, float]:
    """Return the date window as MJD, open where nothing is asked."""
    low = _mjd(asked["startdate"]) if "startdate" in asked else -math.inf
    if "stopdate" in asked:
        return low, _mjd(asked["stopdate"])
    return low, low + float(asked["window"]) if "window" in asked and "startdate" in asked else math.inf


def _mjd(value: object) -> float:
    """Read a date as Fink does: ISO, JD or MJD."""
    try:
        days = float(str(value))
    except ValueError:
        try:
            return float(Time(str(value)).mjd)
        except ValueError as error:
            raise Refused(str(error)) from error
    return days - 2400000.5 if days > 1_000_000 else days


def cone(sources: list[Source], asked: Row) -> list[tuple[Source, float]]:
    """Return the sources within the cone and their distances in degrees, nearest first."""
    radius = float(asked["radius"])
    if radius > MAX_RADIUS_ARCSEC:
        text = "`radius` cannot be bigger than 18,000 arcseconds (5 degrees).\n"
        raise Refused(str({"status": "error", "text": text}))
    ra, dec = _angle(asked["ra"], hours=True), _angle(asked["dec"], hours=False)
    at = np.array([[source.truth.ra_deg, source.truth.dec_deg] for source in sources]).reshape(-1, 2)
    distance = separation_deg(at[:, 0], at[:, 1], ra, dec)
    near = [index for index in np.argsort(distance) if distance[index] * 3600 <= radius]
    return [(sources[index], float(distance[index])) for index in near]


def _angle(value: object, *, hours: bool) -> float:
    """Read degrees, or a sexagesimal angle with colons, blanks or unit letters."""
    parts = re.findall(r"[-+]?[\d.]+", str(value))
    try:
        if len(parts) == 1:
            return float(str(value))
        first, minutes, seconds = (abs(float(part)) for part in parts)
    except ValueError as error:
        raise Refused(str({"status": "error", "text": f"{value}: {error}"})) from error
    degrees = (first + minutes / 60 + seconds / 3600) * (15 if hours else 1)
    return -degrees if str(value).strip().startswith("-") else degrees


def selected(rows: list[Row], asked: Row) -> list[Row]:
    """Keep the columns that were asked for."""
    if "columns" not in asked:
        return rows
    names = str(asked["columns"]).replace(" ", "").split(",")
    return [{name: row[name] for name in names if name in row} for row in rows]


def one_of_each(rows: list[Row]) -> list[str]:
    """Return all column names, in the order in which they first appear."""
    return list(dict.fromkeys(name for row in rows for name in row))
