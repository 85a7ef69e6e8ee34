"""Tonight's plan: look at it, or make it anew."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views import View
from tom_targets.models import Target

from tom_alerce_like.exceptions import AlerceLikeError, NotAuthorised
from tom_alerce_like.permissions import changeable, visible
from tom_alerce_like.plugins.scheduling import timeline
from tom_alerce_like.plugins.scheduling.models import Block, Plan
from tom_alerce_like.plugins.scheduling.sites import sites


class PlanView(LoginRequiredMixin, View):
    """The newest plan; targets that the user may not see are nothing but busy time."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the newest plan as a timeline and a table."""
        plan = Plan.objects.order_by("-created").first()
        context = {"plan": plan, **(plan_context(plan, request.user) if plan else {})}
        return render(request, "tom_alerce_like/scheduling/plan.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Plan anew from the recent candidates that the user may change; everybody sees the newest plan."""
        from tom_alerce_like.plugins.scheduling import planning

        now = timezone.now()
        try:
            candidates = planning.recent(now).filter(target__in=changeable(request.user, Target.objects.all()))
            if not candidates.exists():
                raise NotAuthorised("there is no recent candidate that you may change.")
            made = planning.make(candidates, now, request.user)
        except AlerceLikeError as error:
            messages.error(request, f"No plan: {error}")
        else:
            messages.success(request, f"Planned {made.blocks.count()} blocks.")
        return redirect("tom_alerce_like_scheduling:plan")


def plan_context(plan: Plan, user: Any) -> dict[str, Any]:
    """Return what the page shows of a plan and of what was accepted before it."""
    blocks = Block.objects.filter(Q(plan=plan) | Q(pk__in=Block.objects.accepted(plan.start)))
    shown = list(visible(user, blocks).select_related("target"))
    hidden = blocks.exclude(pk__in=[block.pk for block in shown])
    return {
        "blocks": shown,
        "n_hidden": hidden.count(),
        "rows": timeline.rows([*shown, *hidden], {block.pk for block in shown}, plan.start, sites()),
        "labels": timeline.axis(plan.start).labels(),
    }
