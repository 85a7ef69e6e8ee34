"""What ALeRCE's two services are asked for lists of objects."""

from __future__ import annotations

from typing import Any

from tom_alerce_like.brokers.alerce.classes import classifier_of
from tom_alerce_like.brokers.ids import LSST
from tom_alerce_like.brokers.query import Query

PAGE_SIZE = 200
#: Names of the two services for the same thing.
_NAMES = {"n_det": "ndet", "class_name": "class"}
#: Stand for an end that is open: the services take both ends, or misread the one.
_FROM, _TO = 0, 1_000_000
#: Stands for 0: the services take an RA or Dec of exactly 0 for none and drop the cone.
_TINY_DEG = 1e-9
#: Times are asked for with this margin, since LSST's are in TAI, and sorted out afterwards.
_MARGIN_DAYS = 0.001


def question(query: Query) -> dict[str, Any]:
    """Return the parameters of the list of objects that a query wants, for the service of its survey."""
    asked = {
        "oid": list(query.object_ids) or None,
        "class_name": query.class_name or None,
        "n_det": _range(query.n_detections_min, query.n_detections_max),
        "firstmjd": _dates(*query.limits("first_mjd")),
        "lastmjd": _dates(*query.limits("last_mjd")),
        "page_size": min(PAGE_SIZE, query.max_rows + 1),
        "count": "false",
        "order_by": "probability" if query.class_name else "lastmjd",
        "order_mode": "DESC",
        **_class(query),
        **_cone(query),
    }
    if query.survey == LSST:
        asked["survey"] = "lsst"
    else:
        asked = {_NAMES.get(name, name): value for name, value in asked.items()}
    return {name: value for name, value in asked.items() if value is not None}


def _class(query: Query) -> dict[str, Any]:
    if not query.class_name:
        return {}
    # without a classifier the service takes one that has no such class, and finds nothing
    asked: dict[str, Any] = {"classifier": query.classifier or classifier_of(query.survey, query.class_name)}
    if query.min_probability is None:
        return asked | {"ranking": 1}
    return asked | {"probability": query.min_probability}


def _cone(query: Query) -> dict[str, Any]:
    if not query.cone:
        return {}
    ra, dec, radius = query.cone
    return {"ra": ra or _TINY_DEG, "dec": dec or _TINY_DEG, "radius": radius}


def _range(low: float | None, high: float | None) -> list[float] | None:
    if low is None and high is None:
        return None
    return [_FROM if low is None else low, _TO if high is None else high]


def _dates(low: float | None, high: float | None) -> list[float] | None:
    return _range(low and low - _MARGIN_DAYS, high and high + _MARGIN_DAYS)
