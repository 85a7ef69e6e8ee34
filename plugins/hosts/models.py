"""The galaxies that may be a target's host."""

from __future__ import annotations

from django.db import models
from tom_targets.base_models import BaseTarget


class Host(models.Model):
    """One candidate host galaxy of a target; the best few are kept."""

    target = models.ForeignKey(BaseTarget, on_delete=models.CASCADE, related_name="host_candidates")
    rank = models.PositiveSmallIntegerField(help_text="1 is the most probable")
    name = models.CharField(max_length=100)
    catalogue = models.CharField(max_length=100)
    catalogue_id = models.CharField(max_length=100)
    ra_deg = models.FloatField()
    dec_deg = models.FloatField()
    offset_arcsec = models.FloatField()
    dlr = models.FloatField(help_text="offset over the galaxy's light radius in that direction")
    probability = models.FloatField()
    redshift = models.FloatField(null=True)
    redshift_err = models.FloatField(null=True)
    redshift_kind = models.CharField(max_length=10, blank=True, help_text="spec, photo or nothing")
    is_chosen = models.BooleanField(default=False, help_text="a person says that this is the host")

    class Meta:
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["target", "catalogue", "catalogue_id"], name="alerce_host_once"),
            models.UniqueConstraint(
                fields=["target"], condition=models.Q(is_chosen=True), name="alerce_host_one_choice"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.probability:.2f}"
