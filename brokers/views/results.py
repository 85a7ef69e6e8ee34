"""The results of one query: sort, page, choose, make targets."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.html import format_html, format_html_join
from django.views import View
from django.views.generic import DetailView

from tom_alerce_like.brokers import known, saved
from tom_alerce_like.brokers.models import QueryRun
from tom_alerce_like.clock import now_mjd
from tom_alerce_like.exceptions import AlerceLikeError
from tom_alerce_like.ingest import ingest
from tom_alerce_like.views.paging import Order, page_number

PAGE_SIZE = 25
#: Columns that sort the table: name in the URL -> (heading, key of a row, whether the largest comes first).
SORTS = {
    "object": ("Object", "object_id", False),
    "class": ("Classes", "probability", True),
    "ra": ("RA (°)", "ra_deg", False),
    "dec": ("Dec (°)", "dec_deg", False),
    "first": ("First seen", "first_mjd", True),
    "last": ("Last seen", "mjd", True),
    "detections": ("Det.", "n_detections", True),
    "mag": ("Mag", "mag", False),
}
AS_FOUND = Order("", descending=False)
#: Problems and links that one message shows.
SHOWN = 10


class ResultsView(LoginRequiredMixin, DetailView):
    """One page of a user's own results; those of others do not exist for them."""

    template_name = "tom_alerce_like_brokers/results.html"
    context_object_name = "run"

    def get_queryset(self) -> Any:
        return QueryRun.objects.filter(user=self.request.user.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        run = self.object
        order = Order.of(self.request.GET.get("sort", ""), SORTS, AS_FOUND)
        found = _sorted(run.rows, SORTS[order.name][1], order.descending) if order.name else run.rows
        last_page = max(1, -(-len(found) // PAGE_SIZE))
        page = min(page_number(self.request.GET.get("page")), last_page)
        first = (page - 1) * PAGE_SIZE
        shown = known.marked(found[first : first + PAGE_SIZE], self.request.user)
        return super().get_context_data(
            rows=shown,
            columns=[(name, *SORTS[name]) for name in SORTS],
            sort=order.name,
            descending=order.descending,
            page=page,
            last_page=last_page,
            first=first,
            last=first + len(shown),
            service=saved.services().get(run.data_service),
            now_mjd=now_mjd(),
            **kwargs,
        )


class CreateTargetsView(LoginRequiredMixin, View):
    """Fetch the chosen objects in full and store them as targets."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = get_object_or_404(QueryRun, pk=pk, user=request.user.pk)
        mine = {row["object_id"] for row in run.rows}
        chosen = [name for name in request.POST.getlist("selected_results") if name in mine]
        if not chosen:
            messages.warning(request, "Choose at least one object.")
        elif run.data_service in saved.services():
            _create(request, run, chosen)
        where = request.POST.get("from", "")
        return redirect(f"{request.path.removesuffix('create/')}{'?' + where if where else ''}")


def _create(request: HttpRequest, run: QueryRun, chosen: list[str]) -> None:
    service = saved.services()[run.data_service](user=request.user)
    try:
        batch = service.fetch(chosen, run.parameters["survey"])
        summary = ingest(batch, source=service.name, user=request.user)
    except AlerceLikeError as error:
        messages.error(request, f"No targets were made: {error}")
        return
    text = f"{len(summary.target_ids)} targets ({summary.targets} new), {summary.datums} new photometry points. "
    links = known.links(summary.target_ids, request.user)[:SHOWN]
    messages.success(request, format_html("{}{}", text, format_html_join(" ", '<a href="{}">{}</a>', links)))
    for problem in dict.fromkeys([*batch.problems, *summary.problems][:SHOWN]):
        messages.warning(request, problem)


def _sorted(found: list[dict[str, Any]], key: str, descending: bool) -> list[dict[str, Any]]:
    """Sort rows by a value; rows without it come last either way."""

    def value(row: dict[str, Any]) -> Any:
        if key == "probability":
            return row["classes"][0]["probability"] if row["classes"] else None
        return row[key]

    having = [row for row in found if value(row) is not None]
    return sorted(having, key=value, reverse=descending) + [row for row in found if value(row) is None]
