"""catsHTM as ALeRCE serves it: the nearest source of each of some twenty catalogues around one place.

catsHTM: Soumagnac & Ofek 2018, PASP 130, 075002.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import requests

from tom_alerce_like import http
from tom_alerce_like.exceptions import BadReply
from tom_alerce_like.plugins.crossmatch.matches import Floats, Matches

URL = "https://catshtm.alerce.online/crossmatch_all"
_COLUMNS = ("catalogue", "ra_deg", "dec_deg", "values")
_DEGREES = {"deg": 1.0, "rad": 180 / np.pi}


class CatsHtm:
    """Many catalogues at once, one question a place: for short lists.

    Each match has the name of its catalogue, its position, and all its values as JSON. With ``nearest_only`` only the
    nearest of all catalogues is kept.
    """

    name = "catshtm"
    position = None
    batch_rows = 20
    max_rows = 500
    max_radius_arcsec = 180.0

    def __init__(self, session: requests.Session | None = None, url: str = URL) -> None:
        self.session, self.url = session or http.session(), url

    def match(self, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float, nearest_only: bool) -> Matches:
        """Return what lies around places, see `matches.Source`; raises the `ServiceError` family."""
        found = []
        for row, (ra, dec) in enumerate(zip(ra_deg.tolist(), dec_deg.tolist(), strict=True)):
            place = {"ra": repr(ra), "dec": repr(dec), "radius": f"{radius_arcsec:.6g}"}
            reply = http.fetch_json(self.session, "GET", self.url, params=place)
            try:
                found += [(row, *match) for match in _matches(reply) if match[0] <= radius_arcsec]
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                raise BadReply("catsHTM answered with something that is no list of matches") from error
        row_of, apart_arcsec = (np.array([match[at] for match in found]) for at in (0, 1))
        table = pd.DataFrame([match[2:] for match in found], columns=[*_COLUMNS], dtype="str")
        return Matches.ordered(row_of.astype(np.int64), apart_arcsec.astype(float), table, nearest_only)


def _matches(reply: list[dict[str, dict[str, Any]]]) -> Iterator[tuple[float, str, str, str, str]]:
    """Give (separation in arcsec, catalogue, ra, dec, values) of every catalogue in a reply."""
    for entry in reply or []:
        for catalogue, columns in entry.items():
            values = {name: cell["value"] for name, cell in columns.items() if cell["value"] is not None}
            apart_arcsec = float(values.pop("distance"))
            ra, dec = (_degrees(values.pop(name, None), columns.get(name)) for name in ("RA", "Dec"))
            yield apart_arcsec, str(catalogue), ra, dec, json.dumps(values)


def _degrees(value: Any, cell: dict[str, Any] | None) -> str:
    """Return a position as text; empty where it is missing or in a unit that we do not know."""
    unit = _DEGREES.get((cell or {}).get("unit", ""))
    return "" if value is None or unit is None else f"{value * unit:.8f}"
