"""The page Strange tonight, and what people say of the objects on it."""

from __future__ import annotations

import logging
from typing import Any

import pandas as pd
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views import View
from tom_targets.models import Target

from tom_alerce_like import conf, store
from tom_alerce_like.alerts import lightcurve
from tom_alerce_like.clock import now_mjd
from tom_alerce_like.models import Candidate, Classification
from tom_alerce_like.module import LOCAL
from tom_alerce_like.permissions import changeable, changeable_or_403, visible
from tom_alerce_like.plugins.classifiers import thumbnail
from tom_alerce_like.plugins.classifiers.anomaly import Anomaly
from tom_alerce_like.plugins.classifiers.anomaly.classifier import Reason
from tom_alerce_like.plugins.classifiers.models import Decision
from tom_alerce_like.turns import turn

logger = logging.getLogger(__name__)
#: Objects that were detected within so many days are tonight's.
RECENT_DAYS = 7.0
SHOWN, SHOWN_DECISIONS = 20, 10


class StrangeTonight(LoginRequiredMixin, View):
    """The strangest recent objects that the user may see and has said nothing of, with their reasons."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        found = list(strangest(user)[:SHOWN])
        mine = Decision.objects.filter(user=user).select_related("target")
        context = {
            "rows": rows(found, user),
            "decisions": visible(user, mine)[:SHOWN_DECISIONS],
            "learns": bool(conf.get("ANOMALY_DECISIONS")),
            "recent_days": RECENT_DAYS,
            "now_mjd": now_mjd(),
            "picture": thumbnail,
        }
        return render(request, "tom_alerce_like/classifiers/strange.html", context)


class Decide(LoginRequiredMixin, View):
    """Say that a target is interesting or not, or take it back: POST only, by those who may change the target."""

    http_method_names = ["post"]
    is_interesting: bool | None = None

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user: Any = request.user
        target = changeable_or_403(user, pk)
        with turn():
            if self.is_interesting is None:
                Decision.objects.filter(target_id=pk, user=user).delete()
            else:
                known = Candidate.objects.filter(pk=pk).values_list("last_mjd", flat=True).first()
                said = {"is_interesting": self.is_interesting, "mjd": known or now_mjd()}
                Decision.objects.update_or_create(said, target_id=pk, user=user)
        word = {True: "is interesting", False: "is ordinary", None: "is open again"}[self.is_interesting]
        messages.success(request, f"{target.name} {word}.")
        return redirect("tom_alerce_like_classifiers:strange")


def strangest(user: Any) -> QuerySet[Classification]:
    """Return the anomaly scores of recent targets that the user may see and has not decided on, largest first."""
    module = Anomaly()
    scores = Classification.objects.filter(source=LOCAL, classifier=module.name, version=module.version)
    recent = scores.filter(target__candidate__last_mjd__gte=now_mjd() - RECENT_DAYS)
    open_ones = recent.exclude(target__in=Decision.objects.filter(user=user).values("target"))
    return visible(user, open_ones.select_related("target__candidate")).order_by("-probability", "pk")


def rows(found: list[Classification], user: Any) -> list[dict[str, Any]]:
    """Return what the page shows of each score: target, light curve, reasons, and whether the user may decide."""
    keys = [score.target_id for score in found]
    alerts = store.latest(keys)
    reasons = explained(alerts)
    points = lightcurve.points(alerts)
    curves = {alerts.index[row]: curve for row, curve in points.groupby("row")}
    may_decide = set(changeable(user, Target.objects.filter(pk__in=keys)).values_list("pk", flat=True))
    return [
        {
            "score": score,
            "candidate": score.target.candidate,
            "is_explained": reasons is not None,
            "reasons": (reasons or {}).get(score.target_id, []),
            "dots": thumbnail.dots(curves.get(score.target_id, points.iloc[:0])),
            "caption": thumbnail.caption(curves.get(score.target_id, points.iloc[:0])),
            "may_decide": score.target_id in may_decide,
        }
        for score in found
    ]


def explained(alerts: pd.DataFrame) -> dict[int, list[Reason]] | None:
    """Return the reasons why each target is strange; None where the module fails: the rest is worth showing."""
    try:
        return dict(zip(alerts.index, Anomaly().explain(alerts), strict=True))
    except Exception:
        logger.exception("anomaly_score cannot tell why %d targets are strange", len(alerts))
        return None
