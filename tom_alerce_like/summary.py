"""Candidate rows: what the database knows of a target, in one line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, F, Min, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from tom_dataproducts.models import PhotometryReducedDatum

from tom_alerce_like import store
from tom_alerce_like.bulk import slices
from tom_alerce_like.clock import to_mjd
from tom_alerce_like.models import Candidate, Classification
from tom_alerce_like.module import LOCAL
from tom_alerce_like.taxonomy import names_the_class

_SURVEY = ("survey", "object_id", "ra_deg", "dec_deg")
_LIGHT = ("first_mjd", "last_mjd", "n_detections", "last_mag", "last_band")
_CLASS = ("class_name", "class_probability", "classifier")
_FIELDS = (*_SURVEY, *_LIGHT, *_CLASS)


def refresh(target_ids: Iterable[int]) -> None:
    """Recompute the survey and class fields of these targets' candidates, and write those that change.

    Name and place are those of the newest alert; a target without an alert has no candidate. First and last detection
    (MJD), their number and the last magnitude are of stored detections that are not forced, except that the survey's
    own count and first detection, which the newest alert tells, may reach further back.

    The class is the most probable one that anybody gives, our own modules before brokers where they are equally sure.
    Only the newest judgement of each classifier counts: its latest alert, then its highest version. Classifiers that
    presuppose a branch of a taxonomy, or that name no more than the branch, do not count.
    """
    for ids in slices(sorted(set(target_ids))):
        _refresh(ids)


def _refresh(target_ids: Sequence[int]) -> None:
    light, classes = _light(target_ids), _classes(target_ids)
    stored = {row[0]: row[1:] for row in Candidate.objects.filter(pk__in=target_ids).values_list("pk", *_FIELDS)}
    alerts = store.newest(target_ids).values("target_id", "mjd", "mag", "band", "properties", *_SURVEY)
    wanted = {
        alert["target_id"]: (
            *(alert[name] for name in _SURVEY),
            *_with_survey_history(light.get(alert["target_id"]), alert),
            *classes.get(alert["target_id"], ("", None, "")),
        )
        for alert in alerts
    }
    now = timezone.now()
    Candidate.objects.bulk_create(
        [
            Candidate(target_id=target, modified=now, **dict(zip(_FIELDS, row, strict=True)))
            for target, row in wanted.items()
            if stored.get(target) != row
        ],
        update_conflicts=True,
        unique_fields=["target"],
        update_fields=[*_FIELDS, "modified"],
    )


def _light(target_ids: Sequence[int]) -> dict[int, tuple]:
    """Return (first_mjd, last_mjd, n_detections, last_mag, last_band) of the targets that have detections."""
    detections = PhotometryReducedDatum.objects.filter(
        target_id__in=target_ids, brightness__isnull=False, reduction_version="alert"
    ).annotate(
        n=Window(Count("pk"), partition_by="target_id"),
        first=Window(Min("timestamp"), partition_by="target_id"),
        place=Window(RowNumber(), partition_by="target_id", order_by=[F("timestamp").desc(), "pk"]),
    )
    rows = detections.filter(place=1).values_list("target_id", "first", "timestamp", "n", "brightness", "bandpass")
    return {target: (to_mjd(first), to_mjd(last), n, mag, band) for target, first, last, n, mag, band in rows}


def _with_survey_history(light: tuple | None, alert: dict[str, Any]) -> tuple:
    history = alert["properties"]
    alone = (alert["mjd"], alert["mjd"], 1, alert["mag"], alert["band"])
    first, last, n, mag, band = light or alone
    return min(first, history.get("first_mjd", first)), last, max(n, int(history.get("n_detections", n))), mag, band


def _classes(target_ids: Sequence[int]) -> dict[int, tuple]:
    """Return (class_name, class_probability, classifier) of the targets that have any class."""
    columns = ("target_id", "source", "classifier", "version", "class_name", "probability", "mjd")
    every = Classification.objects.filter(target_id__in=target_ids).values(*columns)
    rows = [row for row in every if names_the_class(row["classifier"])]
    newest: dict[tuple, tuple] = {}
    for row in rows:
        newest[_judge(row)] = max(_age(row), newest.get(_judge(row), _age(row)))
    best: dict[int, dict[str, Any]] = {}
    for row in rows:
        if _age(row) == newest[_judge(row)] and _rank(row) > _rank(best.get(row["target_id"])):
            best[row["target_id"]] = row
    return {target: (row["class_name"], row["probability"], row["classifier"]) for target, row in best.items()}


def _judge(row: dict[str, Any]) -> tuple:
    return row["target_id"], row["source"], row["classifier"]


def _age(row: dict[str, Any]) -> tuple:
    """Order judgements by time, then by version: 1.10 is newer than 1.9."""
    number = [int(digits) for digits in re.findall(r"\d+", row["version"])]
    return row["mjd"] if row["mjd"] is not None else float("-inf"), number, row["version"]


def _rank(row: dict[str, Any] | None) -> tuple:
    return (row["probability"], row["source"] == LOCAL, row["classifier"], row["class_name"]) if row else ()
