"""Pages of follow-up requests: ask, list, refresh, cancel. Nothing acts on a GET."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.views.generic import ListView, View
from tom_targets.models import Target
from tom_targets.permissions import targets_for_user

from tom_alerce_like.exceptions import AlerceLikeError
from tom_alerce_like.facilities import ledger, settle
from tom_alerce_like.facilities.models import FollowupRequest, State
from tom_alerce_like.facilities.ocs.facility import PortalFacility
from tom_alerce_like.facilities.ocs.forms import PageForm, add_portal_errors
from tom_alerce_like.facilities.ocs.payload import default_params, request_group
from tom_alerce_like.permissions import changeable, may_change

_LIST = "tom_alerce_like_facilities:list"


class RequestListView(LoginRequiredMixin, ListView):
    """Requests of the targets that the user may see."""

    template_name = "tom_alerce_like/facilities/request_list.html"
    context_object_name = "requests"
    paginate_by = 50

    def get_queryset(self) -> QuerySet:
        """Return requests, newest first; one without a target belongs to the user who made it."""
        visible = targets_for_user(self.request.user, Target.objects.all(), "view_target").values("pk")
        mine = Q(target__isnull=True, user=self.request.user)
        return FollowupRequest.objects.filter(Q(target__in=visible) | mine).select_related("target", "user")


# an intent is committed before the portal is called, which one transaction around the whole request would undo
@method_decorator(transaction.non_atomic_requests, name="dispatch")
class RequestView(LoginRequiredMixin, View):
    """The short form for one or several targets; a POST with ``confirm`` submits."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form for ``?target=ID``, repeated."""
        return self._page(self._targets(request.GET.getlist("target")), PageForm(initial=default_params()))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Show the form for the posted targets, or submit it."""
        chosen = request.POST.getlist("target")
        if not chosen:
            messages.warning(request, "Choose at least one target.")
            return redirect("tom_alerce_like:candidates")
        targets = self._targets(chosen)
        if "confirm" not in request.POST:
            return self._page(targets, PageForm(initial=default_params()))
        form = PageForm(request.POST)
        if not (form.is_valid() and self._portal_accepts(targets, form)):
            return self._page(targets, form)
        self._submit(targets, form)
        return redirect(_LIST)

    def _page(self, targets: list[Target], form: PageForm) -> HttpResponse:
        portal = PortalFacility().facility_settings
        context = {"targets": targets, "form": form, "portal": portal, "missing": portal.get_unconfigured_settings()}
        return render(self.request, "tom_alerce_like/facilities/request_form.html", context)

    def _targets(self, ids: list[str]) -> list[Target]:
        """Return the targets that the user may act on; those left out are counted, not named.

        Not found rather than forbidden, which the toolkit turns into a page to log in once more.
        """
        wanted = {int(text) for text in ids if text.isdecimal() and len(text) < 18}
        targets = list(changeable(self.request.user, Target.objects.filter(pk__in=wanted)).order_by("name"))
        if not targets:
            raise Http404("You may not request observations of any of these targets.")
        if left_out := len(wanted) - len(targets):
            messages.warning(self.request, f"Left out: {left_out} targets of which you may not request observations.")
        return targets

    def _portal_accepts(self, targets: list[Target], form: PageForm) -> bool:
        """Ask for a dry run of each target before any is booked."""
        portal, params = PortalFacility().portal, dict(form.cleaned_data)
        for target in targets:
            about = f"{target.name}: " if len(targets) > 1 else ""
            try:
                reply = portal.validate(request_group(params, target))
            except AlerceLikeError as error:
                form.add_error(None, f"{about}{error}")
                return False
            add_portal_errors(form, params, reply["errors"], about)
        return not form.errors

    def _submit(self, targets: list[Target], form: PageForm) -> None:
        for target in targets:
            try:
                made = ledger.submit(target, form.cleaned_data, self.request.user, facility=PortalFacility.name)
            except AlerceLikeError as error:
                messages.error(self.request, f"{target.name}: {error}")
                continue
            level = messages.SUCCESS if made.state == State.ACCEPTED else messages.WARNING
            messages.add_message(self.request, level, f"{target.name}: {made.state}. {made.last_error}")


@method_decorator(transaction.non_atomic_requests, name="dispatch")
class _ActionView(LoginRequiredMixin, View):
    """A POST on one request, by a user who may change its target."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Act, say what came of it, and go back to the list."""
        row = get_object_or_404(FollowupRequest.objects.select_related("target"), pk=pk)
        if not may_change(request.user, row.target_id):
            raise Http404("You may not act on this request.")
        try:
            self.act(row)
        except AlerceLikeError as error:
            messages.error(request, f"{row.name}: {error}")
        else:
            messages.info(request, f"{row.name}: {row.get_state_display().lower()}. {row.last_error}")
        return redirect(_LIST)

    def act(self, row: FollowupRequest) -> Any:
        """Do what the button says."""
        raise NotImplementedError


class RefreshView(_ActionView):
    """Ask the observatory what became of a request."""

    def act(self, row: FollowupRequest) -> None:
        """Look up or follow, one step."""
        settle.resolve(row, ledger.observatory(row.facility))


class CancelView(_ActionView):
    """Cancel a request."""

    def act(self, row: FollowupRequest) -> None:
        """Cancel, or leave it to `settle` when the observatory gives no answer."""
        ledger.cancel(row, self.request.user)
