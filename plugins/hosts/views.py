"""A person's say about the host."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views import View

from tom_alerce_like.permissions import changeable_or_403
from tom_alerce_like.plugins.hosts.models import Host
from tom_alerce_like.plugins.hosts.store import publish
from tom_alerce_like.turns import turn


class ChooseHost(LoginRequiredMixin, View):
    """Make a candidate the host of its target, or take that back: POST only."""

    http_method_names = ["post"]
    is_chosen = True

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        host = get_object_or_404(Host, pk=pk)
        target = changeable_or_403(request.user, host.target_id)
        with turn():
            Host.objects.filter(target_id=target.pk, is_chosen=True).update(is_chosen=False)
            Host.objects.filter(pk=pk).update(is_chosen=self.is_chosen)
            publish([target.pk])
        said = "is now the host of" if self.is_chosen else "is no longer the chosen host of"
        messages.success(request, f"{host.name} {said} {target.name}.")
        return redirect("targets:detail", pk=target.pk)
