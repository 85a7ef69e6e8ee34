"""Fink's ZTF service: api.ztf.fink-portal.org/api/v1.

Quirks that are kept: arguments come as JSON in a POST or in the query of a GET; columns carry prefixes (``i:`` from
ZTF, ``d:`` from Fink's modules, ``v:`` made when asked); rows come newest first; nothing found is an empty list;
upper limits (``withupperlim``) are rows with ``candid`` -1 and nulls.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tom_alerce_like.sandbox import fink_rows, opinions
from tom_alerce_like.sandbox.fink_queries import Refused, arguments, cone, one_of_each, selected, window_mjd
from tom_alerce_like.sandbox.night import Night, Source
from tom_alerce_like.sandbox.web import Handler, Reply, Request, Service, as_html, as_json

Row = dict[str, Any]
CLASSES = (*sorted(set(opinions.FINK_CLASS.values())), "Early SN Ia candidate", "SN candidate", "Unknown")


class FinkZtf(Service):
    """Answers below ``/fink-ztf``."""

    def __init__(self, night: Night) -> None:
        super().__init__()
        self.sources = {source.object_id: source for source in night.of("ZTF")}

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        return [
            ("GET POST", "/api/v1/objects", self.objects),
            ("GET POST", "/api/v1/conesearch", self.conesearch),
            ("GET POST", "/api/v1/latests", self.latests),
            ("GET", "/api/v1/classes", lambda request: as_json({"Fink classifiers": list(CLASSES)})),
        ]

    def answer(self, request: Request) -> Reply:
        try:
            return super().answer(request)
        except Refused as error:
            return as_html(str(error), 400)

    def objects(self, request: Request) -> Reply:
        """Return all alerts of one or several objects."""
        asked = arguments(request, "objectId")
        names = [name.strip() for name in asked["objectId"].split(",")]
        sources = [self.sources[name] for name in names if name in self.sources]
        rows = [row for source in sources for row in fink_rows.alerts(source)]
        if str(asked.get("withupperlim")) == "True":
            rows = _with_upper_limits(rows, sources)
        return as_json(selected(rows, asked))

    def conesearch(self, request: Request) -> Reply:
        """Return the newest alert of each object in the cone, nearest first."""
        asked = arguments(request, "ra", "dec", "radius")
        low, high = window_mjd(asked)
        near = cone(list(self.sources.values()), asked)
        rows = [
            {**fink_rows.alerts(source)[0], "v:separation_degree": distance_deg}
            for source, distance_deg in near
            if low <= source.detections["mjd"][-1] <= high
        ]
        return as_json(selected(rows, asked))

    def latests(self, request: Request) -> Reply:
        """Return the newest alerts of a class."""
        asked = arguments(request, "class")
        low, high = window_mjd(asked)
        wanted = asked["class"].removeprefix("(SIMBAD) ")
        rows = [
            row
            for source in self.sources.values()
            if opinions.fink_class(source) == wanted
            for row in fink_rows.alerts(source)
            if low <= row["i:jd"] - fink_rows.JD_OF_MJD_0 <= high
        ]
        rows.sort(key=lambda row: -row["i:jd"])
        return as_json(selected(rows[: int(asked.get("n", 10))], asked))


def _with_upper_limits(rows: list[Row], sources: list[Source]) -> list[Row]:
    """Add a row for each upper limit; all rows have the columns of an alert."""
    names = one_of_each(rows)
    valid = [{**row, "d:tag": "valid"} for row in rows]
    limits = [
        {**dict.fromkeys(names), **limit, "i:candid": -1, "d:tag": "upperlim"}
        for source in sources
        for limit in fink_rows.upper_limits(source)
    ]
    return sorted(valid + limits, key=lambda row: -row["i:jd"])
