"""What people say of the objects that the modules found."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from tom_targets.base_models import BaseTarget


class Decision(models.Model):
    """One person's word on whether a target is what this TOM looks for."""

    target = models.ForeignKey(BaseTarget, on_delete=models.CASCADE, related_name="anomaly_decisions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    is_interesting = models.BooleanField()
    mjd = models.FloatField(help_text="time of the newest detection that the person knew of")
    modified = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-modified"]
        constraints = [models.UniqueConstraint(fields=["target", "user"], name="alerce_decision_once")]

    def __str__(self) -> str:
        return "interesting" if self.is_interesting else "ordinary"
