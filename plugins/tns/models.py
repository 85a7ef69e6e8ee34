"""The ledger of reports: one row for each report of a target to one TNS."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from tom_targets.base_models import BaseTarget


class State(models.TextChoices):
    """Where a report stands."""

    QUEUED = "queued", "to be sent"
    SENDING = "sending", "being sent"
    SENT = "sent", "sent, reply pending"
    UNKNOWN = "unknown", "sent, outcome unknown"
    ACCEPTED = "accepted", "accepted"
    KNOWN = "known", "TNS had it already"
    REFUSED = "refused", "refused"


#: A report in one of these states stops another of the same target to the same TNS.
LIVE = [state for state in State if state is not State.REFUSED]
#: TNS owes an answer to these.
OPEN = [State.SENDING, State.SENT, State.UNKNOWN]


class Report(models.Model):
    """One AT report. It outlives its target: what was reported stays reported."""

    target = models.ForeignKey(BaseTarget, on_delete=models.SET_NULL, null=True, related_name="tns_reports")
    internal_name = models.CharField(max_length=100, db_index=True)
    environment = models.CharField(max_length=100, help_text="the host that it goes to")
    ra_deg = models.FloatField()
    dec_deg = models.FloatField()
    payload = models.JSONField(help_text="the report as TNS gets it")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED, db_index=True)
    batch = models.CharField(max_length=32, blank=True, db_index=True, help_text="reports sent in one submission")
    report_id = models.BigIntegerField(null=True, help_text="TNS's number of the submission")
    iau_name = models.CharField(max_length=50, blank=True)
    reply = models.JSONField(default=list, help_text="what TNS said")
    why = models.TextField(blank=True, help_text="why it is in this state")
    attempts = models.PositiveIntegerField(default=0)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    created = models.DateTimeField(auto_now_add=True)
    sent = models.DateTimeField(null=True)
    modified = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["target", "environment"], condition=Q(state__in=LIVE), name="alerce_tns_target_once"
            ),
            models.UniqueConstraint(
                fields=["internal_name", "environment"], condition=Q(state__in=LIVE), name="alerce_tns_name_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.internal_name} to {self.environment}: {self.state}"

    @property
    def url(self) -> str:
        """The object's page at TNS; empty while it has no name, and for a stand-in that has no pages."""
        if not self.iau_name or not self.environment.endswith("wis-tns.org"):
            return ""
        return f"https://{self.environment}/object/{self.iau_name.split()[-1]}"
