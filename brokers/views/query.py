"""The form of a query, and what asks the broker."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.generic import FormView

from tom_alerce_like.brokers import rows, saved
from tom_alerce_like.brokers.forms import QueryForm
from tom_alerce_like.brokers.models import QueryRun
from tom_alerce_like.brokers.query import Query
from tom_alerce_like.brokers.service import BrokerService
from tom_alerce_like.exceptions import AlerceLikeError


def run(user: Any, service: BrokerService, query: Query) -> QueryRun:
    """Ask a broker and keep its answer for the user; raises the `AlerceLikeError` family."""
    batch = service.search(query)
    return QueryRun.keep(
        user,
        data_service=service.name,
        parameters=query.parameters(),
        rows=rows.of(batch),
        problems=list(batch.problems),
    )


class QueryView(LoginRequiredMixin, FormView):
    """Fill in a query, empty or begun from a saved one (``?saved=ID``); POST asks the broker."""

    template_name = "tom_alerce_like_brokers/query.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if kwargs["service"] not in saved.services():
            raise Http404("no such broker")
        self.service = saved.services()[kwargs["service"]](user=request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_form_class(self) -> type[QueryForm]:
        return self.service.get_form_class()

    def get_initial(self) -> dict[str, Any]:
        begun = self.request.GET.get("saved", "")
        known = saved.queries_of(self.request.user)
        parameters = get_object_or_404(known, pk=begun).parameters if begun.isdecimal() else {}
        return {**parameters, "data_service": self.service.name, "query_save": False}

    def form_valid(self, form: QueryForm) -> HttpResponse:
        if form.cleaned_data["query_save"]:
            kept = form.save(owner=self.request.user)
            messages.success(self.request, f"Saved as “{kept.name}”.")
        try:
            kept_run = run(self.request.user, self.service, Query.of(form.cleaned_data))
        except AlerceLikeError as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        return redirect("tom_alerce_like_brokers:results", pk=kept_run.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(service=self.service, **kwargs)
