"""The Alerts tab of the target page, loaded after the page itself."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View
from guardian.shortcuts import get_objects_for_user
from tom_dataproducts.models import PhotometryReducedDatum
from tom_targets.models import Target

from tom_alerce_like import judgements, panels, store
from tom_alerce_like.clock import now_mjd
from tom_alerce_like.ingest.photometry import ALERT, FORCED
from tom_alerce_like.judgements import Judgement
from tom_alerce_like.models import Alert, Candidate
from tom_alerce_like.permissions import may_change, target_or_404
from tom_alerce_like.plots import light_curve
from tom_alerce_like.taxonomy import judges_aspect
from tom_alerce_like.views.stamps import KINDS

SHOWN_POINTS = 5000


class AlertsTabView(LoginRequiredMixin, View):
    """Stamps, light curve, every classifier's probabilities and the plugins' panels for one target."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        target = target_or_404(request.user, pk)
        may_act = may_change(request.user, pk)
        candidate = Candidate.objects.filter(target_id=pk).first()
        now, datums = now_mjd(), photometry(target, request.user)
        context = {
            "target": target,
            "candidate": candidate,
            "alert": newest_stamped_alert(pk),
            "kinds": KINDS,
            "light_curve": light_curve(datums, panels.light_curve_lines(store.latest([pk]), now) if datums else ()),
            "scores": scores(target),
            "actions": panels.candidate_actions() if may_act else [],
            "now_mjd": now,
            "panels": panels.render(target, request.user, request),
        }
        return render(request, "tom_alerce_like/partials/alerts_tab.html", context)


def newest_stamped_alert(target_id: int) -> Alert | None:
    """Return the newest alert of a target that has cutouts, else its newest alert."""
    alerts = Alert.objects.filter(target_id=target_id).defer("cutout_science", "cutout_template", "cutout_difference")
    newest = alerts.order_by("-mjd")
    return newest.filter(cutout_science__isnull=False).first() or newest.first()


def photometry(target: Target, user: Any) -> list[PhotometryReducedDatum]:
    """Return the newest photometry of a target that the user may view, time-ordered.

    The surveys' own is for everybody who may view the target, also where the TOM's other data have permissions of
    their own (TARGET_PERMISSIONS_ONLY is off).
    """
    datums = PhotometryReducedDatum.objects.filter(target=target)
    if not settings.TARGET_PERMISSIONS_ONLY:
        mine = get_objects_for_user(user, "tom_dataproducts.view_photometryreduceddatum", datums)
        datums = datums.filter(Q(pk__in=mine.values("pk")) | Q(reduction_version__in=(ALERT, FORCED)))
    return list(datums.order_by("-timestamp")[:SHOWN_POINTS])[::-1]


def scores(target: Target) -> dict[str, Any]:
    """Return what classifiers say of a target, ours first: of its class, of branches of classes, of the picture."""
    said = judgements.newest([target.pk]).get(target.pk, [])
    aspects = [judgement for judgement in said if judges_aspect(judgement.classifier)]
    newest = store.newest([target.pk]).values("survey", "real_bogus", "mjd").first()
    return {
        "naming": [judgement for judgement in said if judgement.names_the_class],
        "branches": [judgement for judgement in said if not judgement.names_the_class and judgement not in aspects],
        "real": [judgement for judgement in aspects if _is_of_real(judgement)],
        "aspects": [judgement for judgement in aspects if not _is_of_real(judgement)],
        "against": judgements.opponents(said),
        "class_difference": judgements.class_difference(said),
        "survey_real": newest and newest["real_bogus"],
        "real_difference": newest
        and judgements.real_difference(said, newest["survey"], newest["real_bogus"], newest["mjd"]),
    }


def _is_of_real(judgement: Judgement) -> bool:
    return [name for name, _ in judgement.classes] == [judgements.REAL]
