"""What the rooms of the chain tell each other about a target."""

from __future__ import annotations

from django.db import models
from tom_targets.base_models import BaseTarget


class Classification(models.Model):
    """One class probability that a broker or a local module gave to a target."""

    target = models.ForeignKey(BaseTarget, on_delete=models.CASCADE, related_name="classifications")
    source = models.CharField(max_length=50, help_text="a broker's name, or 'local'")
    classifier = models.CharField(max_length=100)
    version = models.CharField(max_length=50, blank=True)
    class_name = models.CharField(max_length=50)
    probability = models.FloatField()
    mjd = models.FloatField(null=True, help_text="time of the newest alert that was judged")
    modified = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["target", "source", "classifier", "version", "class_name"], name="alerce_classification_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.classifier} {self.class_name} {self.probability:.2f}"


class Alert(models.Model):
    """One alert of a survey, with its compressed cutouts and the measurements that modules read."""

    target = models.ForeignKey(BaseTarget, on_delete=models.CASCADE, related_name="alerts")
    survey = models.CharField(max_length=10)
    object_id = models.CharField(max_length=50)
    alert_id = models.CharField(max_length=50)
    mjd = models.FloatField()
    ra_deg = models.FloatField()
    dec_deg = models.FloatField()
    band = models.CharField(max_length=10)
    mag = models.FloatField(null=True)
    mag_err = models.FloatField(null=True)
    flux_njy = models.FloatField(null=True)
    flux_err_njy = models.FloatField(null=True)
    is_positive = models.BooleanField(null=True)
    real_bogus = models.FloatField(null=True)
    properties = models.JSONField(default=dict, help_text="the optional columns of the alert table")
    cutout_science = models.BinaryField(null=True)
    cutout_template = models.BinaryField(null=True)
    cutout_difference = models.BinaryField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["survey", "alert_id"], name="alerce_alert_once")]
        indexes = [models.Index(fields=["target", "-mjd"], name="alerce_alert_newest")]

    def __str__(self) -> str:
        return f"{self.survey} {self.alert_id}"


#: Fields by which the list of candidates is sorted.
_SORTABLE = (
    *("priority", "last_mjd", "class_probability", "last_mag", "host_redshift", "n_detections"),
    *("own_probability", "real_bogus"),
)


class Candidate(models.Model):
    """The summary of a target that lists, priorities and reports read: one row a target, filled by the rooms."""

    target = models.OneToOneField(BaseTarget, on_delete=models.CASCADE, related_name="candidate", primary_key=True)
    survey = models.CharField(max_length=10)
    object_id = models.CharField(max_length=50, db_index=True)
    ra_deg = models.FloatField()
    dec_deg = models.FloatField()
    first_mjd = models.FloatField(null=True)
    last_mjd = models.FloatField(null=True)
    n_detections = models.PositiveIntegerField(default=0)
    last_mag = models.FloatField(null=True)
    last_band = models.CharField(max_length=10, blank=True)
    # written by `summary.refresh` after each ingest and each scoring
    class_name = models.CharField(max_length=50, blank=True)
    class_probability = models.FloatField(null=True)
    classifier = models.CharField(max_length=100, blank=True)
    own_class = models.CharField(max_length=50, blank=True, help_text="the likeliest class that our modules give")
    own_probability = models.FloatField(null=True)
    real_bogus = models.FloatField(null=True, help_text="our module's probability that the newest alert is real")
    survey_real_bogus = models.FloatField(null=True, help_text="the survey's own score of that alert, 1 real")
    disagreement = models.TextField(blank=True, help_text="where others contradict us, in words")
    # written by plugins/hosts
    host_name = models.CharField(max_length=100, blank=True)
    host_ra_deg = models.FloatField(null=True)
    host_dec_deg = models.FloatField(null=True)
    host_offset_arcsec = models.FloatField(null=True)
    host_probability = models.FloatField(null=True)
    host_redshift = models.FloatField(null=True)
    host_redshift_err = models.FloatField(null=True)
    host_redshift_kind = models.CharField(max_length=10, blank=True, help_text="spec, photo or nothing")
    # written by plugins/priority
    priority = models.FloatField(null=True)
    priority_reason = models.TextField(blank=True)
    modified = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["class_name", "-priority"], name="alerce_candidate_class"),
            models.Index(
                fields=["priority", "target"], condition=models.Q(disagreement__gt=""), name="alerce_disagreement"
            ),
            *(models.Index(fields=[field, "target"], name=f"alerce_by_{field}"[:30]) for field in _SORTABLE),
        ]

    def __str__(self) -> str:
        return self.object_id
