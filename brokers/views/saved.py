"""Run and delete saved queries, by POST only."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views import View

from tom_alerce_like.brokers import saved
from tom_alerce_like.brokers.query import Query
from tom_alerce_like.brokers.views.query import run
from tom_alerce_like.exceptions import AlerceLikeError


class RunSavedView(LoginRequiredMixin, View):
    """Run a saved query, whole or (``new=1``) for what was seen since it last ran."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        query = get_object_or_404(saved.queries_of(request.user), pk=pk)
        service = saved.services()[query.data_service](user=request.user)
        asked = saved.new_since_last_run(query) if request.POST.get("new") else Query.of(query.parameters)
        try:
            kept = run(request.user, service, asked)
        except AlerceLikeError as error:
            messages.error(request, f"{query.name}: {error}")
            return redirect("tom_alerce_like_brokers:index")
        return redirect("tom_alerce_like_brokers:results", pk=kept.pk)


class DeleteSavedView(LoginRequiredMixin, View):
    """Delete a saved query."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        query = get_object_or_404(saved.queries_of(request.user), pk=pk)
        messages.success(request, f"Deleted “{query.name}”.")
        query.delete()
        return redirect("tom_alerce_like_brokers:index")
