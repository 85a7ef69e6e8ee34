"""Plans that were made, and their blocks."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from tom_targets.base_models import BaseTarget

from tom_alerce_like.plugins.scheduling.sites import MAX_NAME

#: The outcome of a block that an observatory has booked, in the request ledger's word.
ACCEPTED = "accepted"


class Plan(models.Model):
    """What to observe where in the 24 hours from ``start``."""

    start = models.DateTimeField(db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", help_text="who made it"
    )
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"plan from {self.start:%Y-%m-%d %H:%M} UTC"


class BlockQuerySet(models.QuerySet):
    """Blocks, and which of them still take a site's time."""

    def accepted(self, now: datetime) -> BlockQuerySet:
        """Return those that an observatory has accepted and that are not over."""
        return self.filter(outcome=ACCEPTED, end__gt=now)


class Block(models.Model):
    """Time of one site for one target."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="blocks")
    target = models.ForeignKey(BaseTarget, on_delete=models.CASCADE, related_name="+")
    site = models.CharField(max_length=MAX_NAME)
    start = models.DateTimeField()
    end = models.DateTimeField(db_index=True)
    value = models.FloatField(help_text="the target's priority when the plan was made")
    reason = models.TextField(blank=True, help_text="why it had that priority")
    outcome = models.CharField(max_length=200, blank=True, help_text="what came of the request; empty: none was made")

    objects = BlockQuerySet.as_manager()

    class Meta:
        ordering = ["start", "site"]

    def __str__(self) -> str:
        return f"{self.site} {self.start:%H:%M}-{self.end:%H:%M}"
