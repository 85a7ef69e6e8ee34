"""The list of candidates: filter, sort, page, choose, act."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import F, QuerySet
from django.views.generic import ListView

from tom_alerce_like import panels
from tom_alerce_like.clock import now_mjd
from tom_alerce_like.models import Alert, Candidate
from tom_alerce_like.permissions import visible

#: Columns that sort the list: name in the URL -> (heading, field, whether the largest comes first by default).
SORTS = {
    "priority": ("Priority", "priority", True),
    "name": ("Object", "object_id", False),
    "class": ("Class", "class_probability", True),
    "mag": ("Mag", "last_mag", False),
    "seen": ("Last seen", "last_mjd", True),
    "detections": ("Det.", "n_detections", True),
    "redshift": ("Host z", "host_redshift", False),
}
PAGE_SIZE = 50


class CandidateFilter(forms.Form):
    """What the list may be narrowed to; every field is optional."""

    name = forms.CharField(required=False, max_length=50, label="Name begins with")
    class_name = forms.CharField(required=False, max_length=50, label="Class")
    min_probability = forms.FloatField(required=False, min_value=0, max_value=1, label="Probability ≥")
    min_priority = forms.FloatField(required=False, min_value=0, max_value=1, label="Priority ≥")
    brighter_than_mag = forms.FloatField(required=False, label="Brighter than (mag)")
    seen_within_days = forms.FloatField(required=False, min_value=0, label="Seen within (days)")
    min_detections = forms.IntegerField(required=False, min_value=0, label="Detections ≥")
    max_redshift = forms.FloatField(required=False, min_value=0, label="Host z ≤")

    LOOKUPS = {
        "name": "object_id__startswith",
        "class_name": "class_name__iexact",
        "min_probability": "class_probability__gte",
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
        return candidates


class CandidateListView(LoginRequiredMixin, ListView):
    """Candidates that the user may see, most urgent first unless asked otherwise."""

    model = Candidate
    template_name = "tom_alerce_like/candidates.html"

    def get_queryset(self) -> list[Candidate]:
        self.filter = CandidateFilter(self.request.GET or None)
        candidates = Candidate.objects.all()
        if self.filter.is_bound:
            self.filter.is_valid()
            candidates = self.filter.apply(candidates)
        self.page = _positive(self.request.GET.get("page"))
        first = (self.page - 1) * PAGE_SIZE
        keys = visible(self.request.user, self._sorted(candidates)).values_list("pk", flat=True)
        # one key more than the page tells whether there is a next page, without counting them all
        self.keys = list(keys[first : first + PAGE_SIZE + 1])
        # a database sorts keys much faster than whole rows
        rows = Candidate.objects.select_related("target").in_bulk(self.keys[:PAGE_SIZE])
        return [rows[key] for key in self.keys[:PAGE_SIZE]]

    def _sorted(self, candidates: QuerySet) -> QuerySet:
        wanted = self.request.GET.get("sort", "")
        self.sort = wanted.lstrip("-") if wanted.lstrip("-") in SORTS else "priority"
        field, largest_first = SORTS[self.sort][1:]
        self.descending = wanted.startswith("-") if wanted.lstrip("-") in SORTS else largest_first
        order = F(field).desc(nulls_last=True) if self.descending else F(field).asc(nulls_last=True)
        return candidates.order_by(order, "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = kwargs.get("object_list", self.object_list)
        stamps = newest_stamps([candidate.target_id for candidate in shown])
        for candidate in shown:
            candidate.stamp = stamps.get(candidate.target_id)
        return super().get_context_data(
            filter=self.filter,
            columns=[(name, *SORTS[name]) for name in SORTS],
            sort=self.sort,
            descending=self.descending,
            page=self.page,
            has_next=len(self.keys) > PAGE_SIZE,
            first=(self.page - 1) * PAGE_SIZE,
            last=(self.page - 1) * PAGE_SIZE + len(shown),
            actions=panels.candidate_actions(),
            now_mjd=now_mjd(),
            **kwargs,
        )


def newest_stamps(target_ids: list[int]) -> dict[int, int]:
    """Return target id -> id of its newest alert that has cutouts."""
    alerts = Alert.objects.filter(target_id__in=target_ids, cutout_science__isnull=False).order_by("mjd")
    return dict(alerts.values_list("target_id", "pk"))


def _positive(text: str | None) -> int:
    return max(1, int(text)) if text and text.isdecimal() and len(text) < 8 else 1
