"""A person's say about the host, the picture of its surroundings, and a search on demand."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views import View

from tom_alerce_like.permissions import changeable_or_403, target_or_404
from tom_alerce_like.plugins.hosts import labels, surroundings
from tom_alerce_like.plugins.hosts.models import Host
from tom_alerce_like.plugins.hosts.search import search

_DAY_S = 86_400
#: A person waits no longer for catalogues, nor for images.
PATIENCE_S = 10.0


class ChooseHost(LoginRequiredMixin, View):
    """Make a candidate the host of its target, or take that back: POST only."""

    http_method_names = ["post"]
    is_chosen = True

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        host = get_object_or_404(Host, pk=pk)
        target = changeable_or_403(request.user, host.target_id)
        try:
            if self.is_chosen:
                labels.choose(host, request.user)
            else:
                labels.release(target.pk)
        except Host.DoesNotExist:
            messages.warning(request, f"{host.name} was not found in a new search: nothing was changed.")
        else:
            said = "is now the host of" if self.is_chosen else "is no longer the chosen host of"
            messages.success(request, f"{host.name} {said} {target.name}.")
        return redirect("targets:detail", pk=target.pk)


class ChooseNone(LoginRequiredMixin, View):
    """Say that none of the candidates is the host of a target, or take that back: POST only."""

    http_method_names = ["post"]
    is_chosen = True

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        target = changeable_or_403(request.user, pk)
        if self.is_chosen:
            labels.choose_none(target.pk, request.user)
            messages.success(request, f"None of the galaxies is the host of {target.name}.")
        else:
            labels.release(target.pk)
            messages.success(request, f"The most probable answer is the host of {target.name} again.")
        return redirect("targets:detail", pk=target.pk)


class SearchAgain(LoginRequiredMixin, View):
    """Look for the host of one target now: POST only. Services that take too long are left out."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        target = changeable_or_403(request.user, pk)
        found = search([target.pk], PATIENCE_S)
        for problem in found.problems:
            messages.warning(request, problem)
        said = "a host was found" if found.n_hosts else "no host was found"
        messages.success(request, f"{target.name}: {said}; answers came from {', '.join(found.answered) or 'nobody'}.")
        return redirect("targets:detail", pk=target.pk)


class SkyPicture(LoginRequiredMixin, View):
    """The picture of a target's surroundings."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        target = target_or_404(request.user, pk)
        png = surroundings.png(target)
        if png is None:
            raise Http404("no image shows its surroundings")
        headers = {"Cache-Control": f"private, max-age={_DAY_S}"}
        return HttpResponse(png, content_type="image/png", headers=headers)
