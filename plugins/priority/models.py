"""What a strategy last said of a target, criterion by criterion."""

from __future__ import annotations

from django.db import models
from tom_targets.base_models import BaseTarget

MAX_NAME, MAX_VERSION = 50, 20


class Priority(models.Model):
    """One strategy's newest judgement of one target; ``parts`` is what its value is made of."""

    target = models.ForeignKey(BaseTarget, on_delete=models.CASCADE, related_name="+")
    strategy = models.CharField(max_length=MAX_NAME)
    version = models.CharField(max_length=MAX_VERSION)
    value = models.FloatField(null=True, help_text="in [0, 1]; nothing when it could not be judged")
    reason = models.TextField()
    parts = models.JSONField(default=list, help_text="[{text, value}] of each factor")
    modified = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "priorities"
        constraints = [models.UniqueConstraint(fields=["target", "strategy"], name="alerce_priority_once")]

    def __str__(self) -> str:
        return self.reason
