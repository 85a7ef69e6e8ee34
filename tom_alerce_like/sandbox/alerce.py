"""ALeRCE's ZTF services: api.alerce.online/ztf/v1 and /v2/lightcurve.

Quirks of the real service that are kept, because clients must live with them:

- a path without its last slash is answered with a redirection (308);
- without ``count=true`` the page fields are empty and ``has_next`` is false on every page;
- an object appears once for each classifier and version that the filters leave;
- without any filter on classifiers the object comes once, with empty class fields;
- a lone ``firstmjd`` (``lastmjd``, ``ndet``) is a lower bound: an upper bound alone cannot be asked for;
- a cone at RA 0 or Dec 0 is ignored: the service tests its parameters for truth;
- ``detections`` leaves null fields out, ``lightcurve`` does not; ``ndethist`` is a string;
- the versions in ``classifiers/`` are not those in ``probabilities``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from tom_alerce_like.sandbox import alerce_rows, alerce_v2_rows, opinions
from tom_alerce_like.sandbox.night import Night, Source
from tom_alerce_like.sandbox.queries import BadParameter, Row, in_cone, in_range, number, numbers, ordered
from tom_alerce_like.sandbox.web import Handler, Reply, Request, Service, as_json, moved

CLASS_FILTERS = ("classifier", "classifier_version", "ranking", "probability", "class")
OLD_FOREST, BETA = "hierarchical_random_forest_1.0.0", "beta"
#: What the service lists: (classifier, version, classes).
CLASSIFIERS: tuple[tuple[str, str, Sequence[str]], ...] = (
    *((f"lc_classifier_{name.lower()}", OLD_FOREST, classes) for name, classes in opinions.BRANCHES.items()),
    ("lc_classifier", OLD_FOREST, (*opinions.TRANSIENT, *opinions.STOCHASTIC, *opinions.PERIODIC)),
    ("lc_classifier_top", OLD_FOREST, tuple(opinions.BRANCHES)),
    ("stamp_classifier", "stamp_classifier_1.0.0", opinions.STAMP),
    ("stamp_classifier", "stamp_classifier_1.0.4", opinions.STAMP),
    ("stamp_classifier_2025_beta", BETA, (*opinions.STAMP, "satellite")),
)


class AlerceZtf(Service):
    """Answers below ``/alerce``."""

    def __init__(self, night: Night) -> None:
        super().__init__()
        self.sources = {source.object_id: source for source in night.of("ZTF")}

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        one = r"/ztf/v1/objects/(?P<oid>[^/]+)"
        return [
            ("GET", r"/ztf/v1/(objects|classifiers)", lambda request: moved(request, 308)),
            ("GET", r"/ztf/v1/objects/", self.objects),
            ("GET", r"/ztf/v1/classifiers/", self.classifiers),
            ("GET", r"/ztf/v1/classifiers/(?P<name>[^/]+)/(?P<version>[^/]+)/classes", self.classes),
            ("GET", one, self._of(alerce_rows.source_row)),
            ("GET", f"{one}/lightcurve", self._of(_light_curve)),
            ("GET", f"{one}/detections", self._of(_detections)),
            ("GET", f"{one}/non_detections", self._of(alerce_rows.non_detection_rows)),
            ("GET", f"{one}/features", self._of(_features)),
            ("GET", f"{one}/probabilities", self.probabilities),
            ("GET", r"/v2/lightcurve/(?P<part>[a-z_-]+)/(?P<oid>[^/]+)", self.v2),
        ]

    def not_found(self, request: Request) -> Reply:
        return as_json({"message": "Object not found"}, 404)

    def _of(self, rows: Callable[[Source], Any]) -> Handler:
        def handler(request: Request, oid: str) -> Reply:
            source = self.sources.get(oid)
            return as_json(rows(source)) if source else self.not_found(request)

        return handler

    def objects(self, request: Request) -> Reply:
        """Return one page of objects."""
        try:
            rows = self._filtered(request)
            page, size = max(number(request, "page", int, 1), 1), number(request, "page_size", int, 10)
        except BadParameter as error:
            message = {"message": "Input payload validation failed", "errors": {error.name: str(error.args[1])}}
            return as_json(message, 400)
        rows = ordered(rows, request.get("order_by"), request.get("order_mode", "ASC"))
        items = rows[(page - 1) * size : page * size]
        return as_json({**_pages(request.get("count"), len(rows), page, size), "items": items})

    def _filtered(self, request: Request) -> list[Row]:
        rows = [row for source in self._named(request) for row in _with_classes(source, request)]
        for name in ("ndet", "firstmjd", "lastmjd"):
            rows = in_range(rows, name, numbers(request, name))
        ra, dec = number(request, "ra"), number(request, "dec")
        radius = number(request, "radius", default=30.0)
        return in_cone(rows, ra, dec, radius) if ra and dec and radius else rows

    def _named(self, request: Request) -> list[Source]:
        names = request.query.get("oid")
        if not names:
            return list(self.sources.values())
        return [self.sources[name] for name in names if name in self.sources]

    def classifiers(self, request: Request) -> Reply:
        keys = ("classifier_name", "classifier_version", "classes")
        return as_json([dict(zip(keys, (name, version, list(of)), strict=True)) for name, version, of in CLASSIFIERS])

    def classes(self, request: Request, name: str, version: str) -> Reply:
        known = {(row[0], row[1]): row[2] for row in CLASSIFIERS}
        if (name, version) not in known:
            return self.not_found(request)
        return as_json([{"name": of} for of in known[name, version]])

    def probabilities(self, request: Request, oid: str) -> Reply:
        if oid not in self.sources:
            return self.not_found(request)
        name = request.get("classifier")
        said = opinions.alerce(self.sources[oid])
        return as_json([asdict(opinion) for opinion in said if not name or opinion.classifier_name == name])

    def v2(self, request: Request, part: str, oid: str) -> Reply:
        """Return a part of the newer light-curve service."""
        source = self.sources.get(oid)
        if request.get("survey_id", "ztf") != "ztf" or not source or part not in V2_PARTS:
            return as_json({"detail": "Object ID not found"}, 404)
        return as_json(V2_PARTS[part](source))


def _with_classes(source: Source, request: Request) -> list[Row]:
    """Return the object once for each opinion that the class filters leave."""
    row = alerce_rows.source_row(source)
    if not any(name in request.query for name in CLASS_FILTERS):
        return [_classed(row, None, None, None)]
    return [
        _classed(row, opinion.class_name, opinion.classifier_name, opinion.probability)
        for opinion in opinions.alerce(source)
        if _fits(opinion, request)
    ]


def _fits(opinion: opinions.Opinion, request: Request) -> bool:
    wanted = [
        ("classifier", opinion.classifier_name),
        ("classifier_version", opinion.classifier_version),
        ("class", opinion.class_name),
    ]
    ranking = number(request, "ranking", int)
    if ranking is None and any(name in request.query for name, _ in wanted):
        ranking = 1
    return (
        all(request.get(name, value) == value for name, value in wanted)
        and (ranking is None or opinion.ranking == ranking)
        and opinion.probability >= number(request, "probability", default=0.0)
    )


def _classed(row: Row, class_name: str | None, classifier: str | None, probability: float | None) -> Row:
    said = {"class": class_name, "classifier": classifier, "probability": probability}
    return {**{key: row[key] for key in row if key != "step_id_corr"}, **said, "step_id_corr": row["step_id_corr"]}


def _pages(count: str, total: int, page: int, size: int) -> Row:
    if count.lower() not in ("true", "yes", "t", "y", "1"):
        return {"total": None, "page": None, "next": None, "has_next": False, "prev": None, "has_prev": False}
    more, back = page * size < total, page > 1
    after, before = (page + 1 if more else None), (page - 1 if back else None)
    return {"total": total, "page": page, "next": after, "has_next": more, "prev": before, "has_prev": back}


def _light_curve(source: Source) -> Row:
    return {
        "detections": alerce_rows.detection_rows(source),
        "non_detections": alerce_rows.non_detection_rows(source),
    }


def _detections(source: Source) -> list[Row]:
    rows = alerce_rows.detection_rows(source)
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


def _features(source: Source) -> list[Row]:
    """Return a few features: enough to show the form of the reply."""
    return [
        {"name": name, "value": value, "fid": fid, "version": "lc_classifier_1.2.1-P"}
        for fid in (1, 2)
        for name, value in (("Mean", float(source.mags.mean())), ("Amplitude", float(source.mags.std())))
    ]


def _v2_light_curve(source: Source) -> Row:
    return {
        "detections": alerce_v2_rows.detections(source),
        "non_detections": alerce_v2_rows.non_detections(source),
        "forced_photometry": alerce_v2_rows.forced_photometry(source),
    }


V2_PARTS: dict[str, Callable[[Source], Any]] = {
    "lightcurve": _v2_light_curve,
    "detections": alerce_v2_rows.detections,
    "non_detections": alerce_v2_rows.non_detections,
    "forced-photometry": alerce_v2_rows.forced_photometry,
}
