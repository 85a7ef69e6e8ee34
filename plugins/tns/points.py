"""The photometry of targets as a TNS report needs it: the discovery, what followed, and what was not seen before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from tom_dataproducts.models import PhotometryReducedDatum

from tom_alerce_like.plugins.tns.formats import tns_time
from tom_alerce_like.plugins.tns.ids import FILTERS

MAX_POINTS = 10
_FIELDS = ("timestamp", "telescope", "bandpass", "brightness", "brightness_error", "limit", "exposure_time")


@dataclass(frozen=True)
class Point:
    """One look at the place: a detection has ``mag``, a non-detection only ``limiting_mag`` (AB)."""

    when: datetime
    survey: str
    band: str
    mag: float | None
    mag_err: float | None
    limiting_mag: float | None
    exposure_s: float | None


def of_targets(target_ids: Collection[int]) -> dict[int, list[Point]]:
    """Return the points of each target in order of time, with one query.

    Forced photometry, negative differences, repeated points and bands that TNS has no number for are left out, but
    a forced non-detection stays: it is the only kind that LSST gives.
    """
    found: dict[int, dict[tuple[str, ...], Point]] = defaultdict(dict)
    datums = PhotometryReducedDatum.objects.filter(target_id__in=target_ids, telescope__in=list(FILTERS))
    datums = datums.exclude(reduction_version="forced", brightness__isnull=False).order_by("timestamp", "pk")
    for row in datums.values("target_id", "value", *_FIELDS):
        if row["bandpass"] in FILTERS[row["telescope"]] and (row["value"] or {}).get("is_positive") is not False:
            point = Point(*(row[field] for field in _FIELDS))
            found[row["target_id"]].setdefault((point.survey, point.band, tns_time(point.when)[:19]), point)
    return {target_id: list(points.values()) for target_id, points in found.items()}


def detections(points: list[Point]) -> list[Point]:
    """Return the points that are detections."""
    return [point for point in points if point.mag is not None]


def last_non_detection(points: list[Point]) -> Point | None:
    """Return the newest non-detection before the first detection, or None."""
    seen = detections(points)
    if not seen:
        return None
    before = [p for p in points if p.mag is None and p.limiting_mag and tns_time(p.when) < tns_time(seen[0].when)]
    return before[-1] if before else None


def chosen(points: list[Point]) -> list[Point]:
    """Return at most `MAX_POINTS` detections: the first of each band and night, the discovery among them.

    Where there are more, they are spread evenly over the light curve.
    """
    nightly: dict[tuple[str, str, str], Point] = {}
    for point in detections(points):
        nightly.setdefault((point.survey, point.band, tns_time(point.when)[:10]), point)
    kept = list(nightly.values())
    picks = np.linspace(0, len(kept) - 1, min(MAX_POINTS, len(kept))).round().astype(int)
    return [kept[pick] for pick in picks]
