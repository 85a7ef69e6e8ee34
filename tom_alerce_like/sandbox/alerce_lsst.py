"""ALeRCE's LSST services: api-lsst.alerce.online.

Quirks that are kept: bands are numbers explained by a ``band_map`` in every row; an object comes once for each
classifier; ``total`` counts the rows of this page and one more when there is a next page; stamps are gzipped FITS.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from typing import Any

from tom_alerce_like.sandbox import lsst_rows, opinions, stamps
from tom_alerce_like.sandbox.alerce_stamps import FITS
from tom_alerce_like.sandbox.night import Night, Source
from tom_alerce_like.sandbox.queries import BadParameter, Row, in_cone, in_range, number, numbers, ordered
from tom_alerce_like.sandbox.web import Handler, Reply, Request, Service, as_json

CLASSIFIERS = (("stamp_classifier_rubin_beta", "2.0.1", 1), ("stamp_classifier_rubin_beta_20260421", "2.0.2", 3))


class AlerceLsst(Service):
    """Answers below ``/alerce-lsst``."""

    def __init__(self, night: Night) -> None:
        super().__init__()
        self.sources = {source.object_id: source for source in night.of("LSST")}

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        return [
            ("GET", "/object_api/list_objects", self.objects),
            ("GET", "/object_api/object", self._of(lsst_rows.source_row)),
            ("GET", "/lightcurve_api/detections", self._of(_detections)),
            ("GET", "/lightcurve_api/forced-photometry", self._of(_forced)),
            ("GET", "/lightcurve_api/non_detections", self._of(_non_detections)),
            ("GET", "/lightcurve_api/lightcurve", self._of(_light_curve)),
            ("GET", "/probability_api/probability", self.probabilities),
            ("GET", "/classifier_api/classifiers", self.classifiers),
            ("GET", "/stamps_api/stamp", self.stamp),
        ]

    def _of(self, rows: Callable[[Source], Any]) -> Handler:
        def handler(request: Request) -> Reply:
            missing = [name for name in ("oid", "survey_id") if name not in request.query]
            if missing:
                return _invalid(missing[0], "Field required", "missing")
            source = self.sources.get(request.get("oid"))
            return as_json(rows(source)) if source else as_json({"detail": "Object not found"}, 404)

        return handler

    def objects(self, request: Request) -> Reply:
        """Return one page of objects."""
        try:
            rows = self._filtered(request)
            page, size = max(number(request, "page", int, 1), 1), number(request, "page_size", int, 10)
        except BadParameter as error:
            return _invalid(error.name, "Input should be a valid number", "float_parsing")
        rows = ordered(rows, request.get("order_by", "probability"), request.get("order_mode", "DESC"))
        found = rows[(page - 1) * size : page * size + 1]
        more = len(found) > size
        return as_json(
            {
                **{"total": len(found), "next": page + 1 if more else None, "has_next": more},
                **{"prev": page - 1 if page > 1 else None, "has_prev": page > 1, "current_page": page},
                **{"items": found[:size], "info_message": None if found else "Empty query"},
            }
        )

    def _filtered(self, request: Request) -> list[Row]:
        if request.get("survey", "lsst") != "lsst":
            return []
        names = request.query.get("oid", self.sources)
        rows = [row for name in names if name in self.sources for row in _with_classes(self.sources[name], request)]
        for name in ("n_det", "firstmjd", "lastmjd"):
            rows = in_range(rows, name, numbers(request, name))
        ra, dec, radius = number(request, "ra"), number(request, "dec"), number(request, "radius", default=30.0)
        return in_cone(rows, ra, dec, radius) if ra is not None and dec is not None else rows

    def probabilities(self, request: Request) -> Reply:
        source = self.sources.get(request.get("oid"))
        if not source:
            return as_json({"detail": "Probability not found for the given OID"}, 404)
        name = request.get("classifier")
        return as_json(
            [
                {"oid": int(source.object_id), **lsst_rows.opinion(said)}
                for said in opinions.alerce(source)
                if not name or said.classifier_name == name
            ]
        )

    def classifiers(self, request: Request) -> Reply:
        keys = ("classifier_name", "classifier_version", "classes", "classifier_id")
        rows = [(name, version, list(opinions.STAMP), number) for name, version, number in CLASSIFIERS]
        return as_json([dict(zip(keys, row, strict=True)) for row in rows])

    def stamp(self, request: Request) -> Reply:
        kind, measurement = request.get("stamp_type").removeprefix("cutout").lower(), request.get("measurement_id")
        if request.get("file_format") != "fits" or kind not in stamps.KINDS or not measurement.isdigit():
            return _invalid("stamp_type", "Input should be cutoutScience, cutoutTemplate, cutoutDifference", "enum")
        try:
            image = stamps.encoded(self.sources[request.get("oid")], int(measurement), kind)
        except KeyError:
            return as_json({"detail": "Stamp not found"}, 404)
        return Reply(gzip.compress(image, mtime=0), content_type=FITS)


def _invalid(name: str, message: str, kind: str) -> Reply:
    return as_json({"detail": [{"type": kind, "loc": ["query", name], "msg": message, "input": None}]}, 422)


def _with_classes(source: Source, request: Request) -> list[Row]:
    least, ranking = number(request, "probability", default=0.0), number(request, "ranking", int, 1)
    return [
        lsst_rows.list_row(source, said)
        for said in opinions.alerce(source)
        if request.get("classifier", said.classifier_name) == said.classifier_name
        and request.get("class_name", said.class_name) == said.class_name
        and said.ranking == ranking
        and said.probability >= least
    ]


def _detections(source: Source) -> list[Row]:
    return [lsst_rows.alerce_detection(source, visit) for visit in source.detections]


def _forced(source: Source) -> list[Row]:
    return [lsst_rows.alerce_forced(source, visit) for visit in lsst_rows.forced_visits(source)]


def _non_detections(source: Source) -> list[Row]:
    """LSST sends no upper limits: the list is empty, as it is in the real service."""
    return []


def _light_curve(source: Source) -> Row:
    parts = {"detections": _detections, "non_detections": _non_detections, "forced_photometry": _forced}
    return {name: rows(source) for name, rows in parts.items()}
