"""The request ledger's table, and the instruments that a portal says it has."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from tom_observations.facility import get_service_class
from tom_observations.models import ObservationRecord
from tom_targets.base_models import BaseTarget

NAME_LENGTH = 50
KEY_LENGTH = 16


class State(models.TextChoices):
    """Where a request stands; `ledger` draws the transitions."""

    INTENDED = "intended"
    SENDING = "sending"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    EXPIRED = "expired"
    FAILED = "failed"


#: The observatory will do nothing more for these, and the same thing may be asked for again.
DEAD = (State.REFUSED, State.CANCELLED, State.EXPIRED, State.FAILED)
FINAL = (*DEAD, State.COMPLETED)


def new_key() -> str:
    """Return a key of fixed width that no other request has."""
    return secrets.token_hex(KEY_LENGTH // 2)


class FollowupRequest(models.Model):
    """One thing that was asked of an observatory, written down before it was asked."""

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    fingerprint = models.CharField(
        max_length=64, unique=True, null=True, blank=True, help_text="what makes it the same"
    )
    facility = models.CharField(max_length=50)
    # a booking outlives its target and its user: the observatory still has it
    target = models.ForeignKey(BaseTarget, null=True, on_delete=models.SET_NULL, related_name="followup_requests")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    why = models.TextField(blank=True)
    name = models.CharField(max_length=NAME_LENGTH, help_text="the observatory's name of it, which ends with the key")
    params = models.JSONField(default=dict)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.INTENDED, db_index=True)
    remote_id = models.CharField(max_length=50, blank=True, help_text="of the group, for cancelling")
    observation_id = models.CharField(max_length=50, blank=True, help_text="of the request, for status and data")
    observation_record = models.ForeignKey(ObservationRecord, null=True, on_delete=models.SET_NULL, related_name="+")
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    errors = models.JSONField(default=dict, help_text="what the observatory said when it refused")
    window_end = models.DateTimeField()
    sent = models.DateTimeField(null=True)
    created = models.DateTimeField(auto_now_add=True)
    modified = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-created"]
        indexes = [models.Index(fields=["facility", "observation_id"], name="alerce_followup_remote")]

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"

    @property
    def url(self) -> str:
        """Where the observatory shows it, empty when it has no place there."""
        try:
            facility = get_service_class(self.facility)()
        except ImportError:
            return ""
        return facility.get_observation_url(self.observation_id) if self.observation_id else ""

    @property
    def can_cancel(self) -> bool:
        """Whether a cancel has anything to do."""
        return self.state not in FINAL


class Instrument(models.Model):
    """An instrument type of a facility, with the optical elements that can be asked for."""

    facility = models.CharField(max_length=50)
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=100)
    is_spectrograph = models.BooleanField(default=False)
    telescope_class = models.CharField(max_length=20)
    configuration_type = models.CharField(max_length=30)
    elements = models.JSONField(default=dict, help_text="{code: group}, for example {'gp': 'filter'}")
    defaults = models.JSONField(default=dict, help_text="{group: code}: the portal wants one of each group")
    readout_mode = models.CharField(max_length=60, blank=True, help_text="empty where the portal has a default")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["facility", "code"], name="alerce_instrument_once")]

    def __str__(self) -> str:
        return self.name
