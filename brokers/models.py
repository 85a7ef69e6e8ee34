"""Results of queries, kept for the user who asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

KEEP_DAYS = 7
KEEP_RUNS = 20


class QueryRun(models.Model):
    """What a broker answered to one user's query; nobody else sees it, and it is gone after `KEEP_DAYS`."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    data_service = models.CharField(max_length=50)
    parameters = models.JSONField()
    rows = models.JSONField(default=list, help_text="rows as `tom_alerce_like.brokers.rows` makes them")
    problems = models.JSONField(default=list, help_text="messages about what was left out")
    created = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering = ["-created", "-pk"]

    def __str__(self) -> str:
        return f"{self.data_service} {self.created:%Y-%m-%d %H:%M}"

    @classmethod
    def keep(cls, user: Any, **values: Any) -> QueryRun:
        """Store a result, and forget everybody's old ones and this user's oldest."""
        run = cls.objects.create(user=user, **values)
        cls.objects.filter(created__lt=timezone.now() - timedelta(days=KEEP_DAYS)).delete()
        surplus = cls.objects.filter(user=user).values_list("pk", flat=True)[KEEP_RUNS:]
        cls.objects.filter(pk__in=list(surplus)).delete()
        return run
