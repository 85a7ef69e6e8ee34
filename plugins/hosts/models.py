"""The galaxies that may be a target's host, what a search for them said as a whole, and what people say of it."""

from __future__ import annotations

from django.conf import settings
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
    mag = models.FloatField(null=True, help_text="r, AB")
    a_arcsec = models.FloatField(null=True, help_text="semi-axes of the ellipse that holds half of the light")
    b_arcsec = models.FloatField(null=True)
    pa_deg = models.FloatField(null=True, help_text="of the longer axis, north through east")
    p_star = models.FloatField(null=True, help_text="probability that it is a star")
    offset_arcsec = models.FloatField()
    dlr = models.FloatField(help_text="offset over the galaxy's light radius in that direction")
    probability = models.FloatField()
    why = models.TextField(blank=True, help_text="what speaks for and against it, in words")
    redshift = models.FloatField(null=True)
    redshift_err = models.FloatField(null=True)
    redshift_kind = models.CharField(max_length=10, blank=True, help_text="spec, photo or nothing")
    is_chosen = models.BooleanField(default=False, help_text="a person says that this is the host")
    is_current = models.BooleanField(default=True, help_text="the newest search found it; else an earlier one")

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


class HostSearch(models.Model):
    """What the newest search for the host of a target said beside its candidates.

    The three probabilities that the host is none of the galaxies that were found, the redshift of the transient when
    all of them are weighed, and the image that was looked at.
    """

    target = models.OneToOneField(BaseTarget, on_delete=models.CASCADE, related_name="host_search", primary_key=True)
    made = models.DateTimeField()
    version = models.CharField(max_length=50)
    hostless = models.FloatField(help_text="probability that there is no host, or one too faint for any survey")
    undetected = models.FloatField(help_text="probability that the host is too faint for what was asked")
    outside = models.FloatField(help_text="probability that the host lies beyond what was looked at")
    answered = models.JSONField(default=list, help_text="names of the catalogues that answered")
    problems = models.JSONField(default=list, help_text="what the others said")
    redshift = models.FloatField(null=True, help_text="median of the mixture over all candidates")
    redshift_lo68 = models.FloatField(null=True)
    redshift_hi68 = models.FloatField(null=True)
    redshift_lo95 = models.FloatField(null=True)
    redshift_hi95 = models.FloatField(null=True)
    redshift_kind = models.CharField(max_length=10, blank=True, help_text="spec, photo or nothing")
    e_host_phot = models.FloatField(null=True, help_text="error by the galaxies' own redshifts")
    e_host_id = models.FloatField(null=True, help_text="error by doubt about which galaxy it is")
    redshift_density = models.JSONField(default=dict, help_text="z and density: lists of equal length, at most 100")
    image = models.BinaryField(null=True, help_text="PNG, north up and east left, the transient in the middle")
    image_arcsec = models.FloatField(null=True, help_text="side of the image")
    image_source = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return f"searched {self.made:%Y-%m-%d %H:%M}"

    @property
    def none(self) -> float:
        """The probability that the host is none of the galaxies that were found."""
        return self.hostless + self.undetected + self.outside

    @property
    def mixed_redshift(self) -> tuple[float, float] | None:
        """The median over all candidates and half of the interval that holds 68 per cent; None without."""
        if self.redshift is None or self.redshift_lo68 is None or self.redshift_hi68 is None:
            return None
        return self.redshift, (self.redshift_hi68 - self.redshift_lo68) / 2


class HostLabel(models.Model):
    """A person's word on the host of a target, and what the machine had said: the newest word counts.

    A label without a galaxy says that none of the candidates is the host.
    """

    target = models.OneToOneField(BaseTarget, on_delete=models.CASCADE, related_name="host_label", primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made = models.DateTimeField(auto_now=True)
    is_none = models.BooleanField(default=False, help_text="none of the candidates is the host")
    name = models.CharField(max_length=100, blank=True)
    catalogue = models.CharField(max_length=100, blank=True)
    catalogue_id = models.CharField(max_length=100, blank=True)
    ra_deg = models.FloatField(null=True)
    dec_deg = models.FloatField(null=True)
    rank = models.PositiveSmallIntegerField(null=True, help_text="the galaxy's rank at that time")
    probability = models.FloatField(help_text="what the machine gave to what the person chose")
    version = models.CharField(max_length=50, blank=True, help_text="of the machine")

    def __str__(self) -> str:
        return "none" if self.is_none else self.name
