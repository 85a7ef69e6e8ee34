"""The brokers that can be asked, the user's saved queries and their last results."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.views.generic import TemplateView

from tom_alerce_like.brokers import saved
from tom_alerce_like.brokers.models import QueryRun

SHOWN_RUNS = 10


class IndexView(LoginRequiredMixin, TemplateView):
    """Where queries begin; asks no broker."""

    template_name = "tom_alerce_like_brokers/index.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            services=saved.services().values(),
            queries=saved.queries_of(self.request.user),
            runs=QueryRun.objects.filter(user=self.request.user.pk).defer("rows")[:SHOWN_RUNS],
            **kwargs,
        )
