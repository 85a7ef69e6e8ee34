"""The list of candidates: filter, sort, page, choose, act."""

from __future__ import annotations

from django import forms
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from tom_alerce_like import panels
from tom_alerce_like.clock import now_mjd
from tom_alerce_like.models import Alert, Candidate
from tom_alerce_like.permissions import visible
from tom_alerce_like.views.paging import Order, page_number

#: Columns that sort the list: name in the URL -> (heading, field, whether the largest comes first by default).
SORTS = {
    "priority": ("Priority", "priority", True),
    "name": ("Object", "object_id", False),
    "class": ("Class", "class_probability", True),
    "ours": ("Ours", "own_probability", True),
    "real": ("Real", "real_bogus", True),
    "mag": ("Mag", "last_mag", False),
    "seen": ("Last seen", "last_mjd", True),
    "detections": ("Det.", "n_detections", True),
    "redshift": ("Host z", "host_redshift", False),
}
BY_PRIORITY = Order("priority", descending=True)
PAGE_SIZE = 50


class CandidateFilter(forms.Form):
    """What the list may be narrowed to; every field is optional."""

    name = forms.CharField(required=False, max_length=50, label="Name begins with")
    class_name = forms.CharField(required=False, max_length=50, label="Class")
    min_probability = forms.FloatField(required=False, min_value=0, max_value=1, label="Probability ≥")
    own_class = forms.CharField(required=False, max_length=50, label="Our class")
    min_real_bogus = forms.FloatField(required=False, min_value=0, max_value=1, label="Real (ours) ≥")
    min_priority = forms.FloatField(required=False, min_value=0, max_value=1, label="Priority ≥")
    brighter_than_mag = forms.FloatField(required=False, label="Brighter than (mag)")
    seen_within_days = forms.FloatField(required=False, min_value=0, label="Seen within (days)")
    min_detections = forms.IntegerField(required=False, min_value=0, label="Detections ≥")
    max_redshift = forms.FloatField(required=False, min_value=0, label="Host z ≤")
    only_differing = forms.BooleanField(required=False, label="Only where others contradict us")

    LOOKUPS = {
        "name": "object_id__startswith",
        "class_name": "class_name__iexact",
        "min_probability": "class_probability__gte",
        "own_class": "own_class__iexact",
        "min_real_bogus": "real_bogus__gte",
        "min_priority": "priority__gte",
        "brighter_than_mag": "last_mag__lt",
        "min_detections": "n_detections__gte",
        "max_redshift": "host_redshift__lte",
    }

    def apply(self, candidates: QuerySet) -> QuerySet:
        """Narrow a query set of candidates by the fields that are valid."""
        chosen = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        candidates = candidates.filter(**{self.LOOKUPS[name]: chosen[name] for name in chosen if name in self.LOOKUPS})
        if "seen_within_days" in chosen:
            candidates = candidates.filter(last_mjd__gte=now_mjd() - chosen["seen_within_days"])
        return candidates.filter(disagreement__gt="") if chosen.get("only_differing") else candidates


class CandidateListView(LoginRequiredMixin, View):
    """Candidates that the user may see, most urgent first unless asked otherwise."""

    def get(self, request: HttpRequest) -> HttpResponse:
        form, order = CandidateFilter(request.GET or None), Order.of(request.GET.get("sort", ""), SORTS, BY_PRIORITY)
        candidates = _sorted(Candidate.objects.all(), order)
        if form.is_bound:
            form.is_valid()
            candidates = form.apply(candidates)
        page = page_number(request.GET.get("page"))
        first = (page - 1) * PAGE_SIZE
        # one key more than the page tells whether there is a next page, without counting them all
        keys = visible(request.user, candidates).values_list("pk", flat=True)[first : first + PAGE_SIZE + 1]
        shown = rows(list(keys)[:PAGE_SIZE])
        context = {
            "filter": form,
            "object_list": shown,
            "columns": [(name, *SORTS[name]) for name in SORTS],
            "sort": order.name,
            "descending": order.descending,
            "page": page,
            "has_next": len(keys) > PAGE_SIZE,
            "first": first,
            "last": first + len(shown),
            "actions": panels.candidate_actions(),
            "now_mjd": now_mjd(),
        }
        return render(request, "tom_alerce_like/candidates.html", context)


def _sorted(candidates: QuerySet, order: Order) -> QuerySet:
    """Sort a query set of candidates; those without a value come last."""
    field = F(SORTS[order.name][1])
    return candidates.order_by(field.desc(nulls_last=True) if order.descending else field.asc(nulls_last=True), "pk")


def rows(keys: list[int]) -> list[Candidate]:
    """Return the candidates with these keys, in their order, each with ``stamp``: the alert whose cutouts to show.

    Keys first and rows then, since a database sorts keys much faster than whole rows.
    """
    found, stamps = Candidate.objects.select_related("target").in_bulk(keys), newest_stamps(keys)
    for candidate in found.values():
        candidate.stamp = stamps.get(candidate.target_id)  # type: ignore[attr-defined]
    return [found[key] for key in keys if key in found]


def newest_stamps(target_ids: list[int]) -> dict[int, int]:
    """Return target id -> id of its newest alert that has cutouts."""
    alerts = Alert.objects.filter(target_id__in=target_ids, cutout_science__isnull=False).order_by("mjd")
    return dict(alerts.values_list("target_id", "pk"))
