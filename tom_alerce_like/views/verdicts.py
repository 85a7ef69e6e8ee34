"""How our modules' verdicts on a target changed: a part of the Alerts tab, loaded when somebody looks at it."""

from __future__ import annotations

import hashlib
import json
import logging
from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.cache import cache
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View
from tom_dataproducts.models import PhotometryReducedDatum

from tom_alerce_like import history, module, store, verdict_plot
from tom_alerce_like.ingest.photometry import ALERT, FORCED
from tom_alerce_like.models import Candidate
from tom_alerce_like.permissions import target_or_404

logger = logging.getLogger(__name__)
_KEPT_S = 3600


class VerdictsView(LoginRequiredMixin, View):
    """The picture of how verdicts changed, and the newest in words, for those who may view the target."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        target = target_or_404(request.user, pk)
        context = {"target": target, "history": verdict_history(target.pk)}
        return render(request, "tom_alerce_like/partials/verdicts.html", context)


def verdict_history(target_id: int) -> dict[str, Any]:
    """Return the picture and the words; empty where there is nothing to tell.

    Judged are the newest `history.MAX_POINTS` points of the survey. An answer is kept for an hour, or until points come
    in, the host or the modules change: all modules judge 20 nights each time.
    """
    try:
        key = _key(target_id)
        found = cache.get(key)
        if found is None:
            found = _judged(target_id)
            cache.set(key, found, _KEPT_S)
        return found
    except Exception:
        # a module of the TOM's own may answer anything; the rest of the page is worth showing
        logger.exception("the history of verdicts failed")
        return {"failed": True}


def _judged(target_id: int) -> dict[str, Any]:
    found = history.verdicts(store.latest([target_id]), module.enabled())
    tree = next((verdicts for verdicts in found if verdicts.is_tree), None)
    return {"figure": verdict_plot.draw(found), "words": verdict_plot.words(tree) if tree else ""}


def _key(target_id: int) -> str:
    """Return what an answer depends on as a key that every kind of cache takes."""
    datums = PhotometryReducedDatum.objects.filter(target_id=target_id, reduction_version__in=(ALERT, FORCED))
    points = datums.aggregate(newest=Max("timestamp"), count=Count("pk"))
    modules = [(made.name, made.version) for made in module.enabled()]
    host = Candidate.objects.filter(pk=target_id).values_list(*store.HOST, "host_redshift_kind").first()
    known = json.dumps([target_id, str(points["newest"]), points["count"], modules, host])
    return f"tom_alerce_like.verdicts.{hashlib.sha256(known.encode()).hexdigest()}"
