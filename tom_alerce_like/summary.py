"""Candidate rows: what the database knows of a target, in one line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, F, Min, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from tom_dataproducts.models import PhotometryReducedDatum

from tom_alerce_like import judgements, store
from tom_alerce_like.bulk import slices
from tom_alerce_like.clock import to_mjd
from tom_alerce_like.judgements import Judgement
from tom_alerce_like.models import Candidate

_SURVEY = ("survey", "object_id", "ra_deg", "dec_deg")
_LIGHT = ("first_mjd", "last_mjd", "n_detections", "last_mag", "last_band")
_CLASS = ("class_name", "class_probability", "classifier")
_OWN = ("own_class", "own_probability", "real_bogus", "survey_real_bogus", "disagreement")
_FIELDS = (*_SURVEY, *_LIGHT, *_CLASS, *_OWN)


def refresh(target_ids: Iterable[int]) -> None:
    """Recompute the survey and class fields of these targets' candidates, and write those that change.

    Name and place are those of the newest alert; a target without an alert has no candidate. First and last detection
    (MJD), their number and the last magnitude are of stored detections that are not forced, except that the survey's
    own count and first detection, which the newest alert tells, may reach further back.

    The class is the most probable one that anybody gives, our own modules before brokers where they are equally sure.
    Only the newest judgement of each classifier counts: its latest alert, then its highest version. Classifiers that
    presuppose a branch of a taxonomy, that name no more than the branch, or that judge an aspect of the alert, do not
    count, nor does what a module of ours said of an older alert than the newest that they judged. Beside it stand our
    own most probable class, our real/bogus score and the survey's, and where they differ.
    """
    for ids in slices(sorted(set(target_ids))):
        _refresh(ids)


def _refresh(target_ids: Sequence[int]) -> None:
    light, said = _light(target_ids), judgements.newest(target_ids)
    stored = {row[0]: row[1:] for row in Candidate.objects.filter(pk__in=target_ids).values_list("pk", *_FIELDS)}
    alerts = store.newest(target_ids).values("target_id", "mjd", "mag", "band", "real_bogus", "properties", *_SURVEY)
    wanted = {
        alert["target_id"]: (
            *(alert[name] for name in _SURVEY),
            *_with_survey_history(light.get(alert["target_id"]), alert),
            *_classes(said.get(alert["target_id"], []), alert),
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


def _classes(said: Sequence[Judgement], alert: dict[str, Any]) -> tuple:
    naming = [judgement for judgement in judgements.standing(said) if judgement.names_the_class]
    own_class, own_probability, _ = _likeliest([judgement for judgement in naming if judgement.is_ours])
    survey_real, mjd = alert["real_bogus"], alert["mjd"]
    texts = judgements.class_difference(said), judgements.real_difference(said, alert["survey"], survey_real, mjd)
    own = own_class, own_probability, judgements.our_real_bogus(said, mjd), survey_real, "; ".join(filter(None, texts))
    return *_likeliest(naming), *own


def _likeliest(said: Iterable[Judgement]) -> tuple[str, float | None, str]:
    """Return (class_name, class_probability, classifier) of the surest of them."""
    surest = max(said, key=lambda one: (one.classes[0][1], one.is_ours, one.classifier), default=None)
    return (*surest.classes[0], surest.classifier) if surest else ("", None, "")
