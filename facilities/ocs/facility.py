"""The facility: an observation portal as the TOM Toolkit and the request ledger want it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from tom_observations.models import ObservationRecord
from tom_targets.models import Target

from tom_alerce_like.exceptions import AlerceLikeError, NotAuthorised, ServiceError
from tom_alerce_like.facilities import ledger, records
from tom_alerce_like.facilities.models import FollowupRequest, State
from tom_alerce_like.facilities.ocs.fields import clean_params
from tom_alerce_like.facilities.ocs.forms import ObservationForm, TemplateForm
from tom_alerce_like.facilities.ocs.network import LcoNetwork
from tom_alerce_like.facilities.ocs.payload import request_group
from tom_alerce_like.facilities.ocs.portal import Portal
from tom_alerce_like.facilities.ocs.settings import NAME, PortalSettings
from tom_alerce_like.permissions import require_change, target_or_404

logger = logging.getLogger(__name__)
#: The last states are not the end: they are asked for again this long after a change.
_FOLLOW = timedelta(days=7)


class PortalFacility(LcoNetwork):
    """LCO, SOAR and Blanco by one short form; ``session`` makes the calls."""

    name = NAME
    observation_forms = {"FOLLOW_UP": ObservationForm}
    template_name = "tom_alerce_like/facilities/observation_form.html"
    button_tooltip = "A short form for LCO, SOAR and Blanco"

    def __init__(self, session: requests.Session | None = None) -> None:
        super().__init__()
        self.portal = Portal(session=session)
        self.http_request: Any = None

    @property
    def facility_settings(self) -> PortalSettings:
        """The settings, which the toolkit's page asks for what is missing."""
        return self.portal.settings

    def get_form(self, observation_type: str | None) -> type[ObservationForm]:
        """Return the short form, for every observation type."""
        return ObservationForm

    def get_template_form(self, observation_type: str | None) -> type[TemplateForm]:
        """Return the short form of an observation template."""
        return TemplateForm

    def get_facility_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the toolkit's page gets besides; 404 for a target that the user may not view, which it shows."""
        target_or_404(self.user, kwargs["target"].pk)
        return super().get_facility_context_data(**kwargs)

    def request_id_to_group(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse: the toolkit makes a record of any target for whoever follows a link, and no portal calls back."""
        raise NotAuthorised(f"{self.name} books through its own form only")

    def clean_params(self, params: dict[str, Any], target: Any) -> dict[str, Any]:
        """Return checked parameters; raises `InputError`."""
        return clean_params(params)

    def request_group(self, params: dict[str, Any], target: Any, name: str) -> dict[str, Any]:
        """Return what the portal is sent."""
        return request_group(params, target, name)

    def validate(self, observation_payload: dict[str, Any]) -> dict[str, Any]:
        """Return the portal's whole answer to a dry run, for a user who may book; raises `AlerceLikeError`."""
        require_change(self.user, self._target(observation_payload))
        return self.portal.validate(observation_payload["request_group"])

    def validate_observation(self, observation_payload: dict[str, Any]) -> dict[str, Any]:
        """Return the portal's errors, which mirror the request group; empty when it would accept."""
        return self.validate(observation_payload)["errors"]

    def submit_observation(self, observation_payload: dict[str, Any]) -> list[str]:
        """Book through the ledger; returns the observation ids that this TOM has no record of yet.

        An outcome that is not known gives no id and no error page: the ledger has the request and settles it. Raises
        `PermissionDenied` without a user who may change the target, which the toolkit's pages and API answer with 403.
        """
        target, params = self._target(observation_payload), observation_payload.get("params", {})
        try:
            request = ledger.submit(target, params, self.user, facility=self.name, record=False)
        except NotAuthorised as error:
            raise PermissionDenied(str(error)) from error
        except AlerceLikeError as error:
            self._tell(messages.ERROR, f"Nothing was requested: {error}")
            return []
        level = messages.SUCCESS if request.state == State.ACCEPTED else messages.WARNING
        self._tell(level, f"Follow-up request {request.state}. {request.last_error}")
        return self._new_ids(request)

    def cancel_observation(self, observation_id: str) -> bool:
        """Refuse: the toolkit cancels on a GET, which a link in any page could do; our own page cancels by POST."""
        raise forms.ValidationError("cancel it on the page Follow-up requests, which asks for your confirmation")

    def get_facility_status(self) -> dict[str, Any]:
        """Return the telescopes' states by site; no sites when nobody is logged in or the portal gives no answer."""
        sites: dict[str, list[dict[str, str]]] = {}
        for telescope, state in self._telescope_states():
            sites.setdefault(telescope.partition(".")[0], []).append({"code": telescope, "status": state})
        return {"code": self.name, "sites": [{"code": code, "telescopes": found} for code, found in sites.items()]}

    def get_observation_status(self, observation_id: str) -> dict[str, Any]:
        """Return the portal's state and schedule of a request."""
        status = self.portal.status(observation_id)
        return {"state": status.remote_state, "scheduled_start": status.start, "scheduled_end": status.end}

    def update_observation_status(self, observation_id: str) -> None:
        """Ask for one status and write it to this facility's own records and requests."""
        records.note(self.name, observation_id, self.portal.status(observation_id))

    def update_all_observation_statuses(self, target: Any = None) -> list[tuple[str, str]]:
        """Update what is not over; returns (observation id, what went wrong)."""
        rows = ObservationRecord.objects.filter(facility=self.name)
        rows = rows if target is None else rows.filter(target_id=target.pk)
        settled = {"status__in": self.get_terminal_observing_states(), "modified__lt": _now() - _FOLLOW}
        failed = []
        for observation_id in rows.exclude(**settled).values_list("observation_id", flat=True):
            try:
                self.update_observation_status(observation_id)
            except (AlerceLikeError, ValueError) as error:
                failed.append((observation_id, str(error)))
        return failed

    def data_products(self, observation_id: str, product_id: str | None = None) -> list[dict[str, Any]]:
        """Return the archive's frames; none when nobody is logged in or the archive gives no answer."""
        if self.user is not None and not self.user.is_authenticated:
            return []
        try:
            return [_product(frame) for frame in self.portal.frames(observation_id, product_id)]
        except (ServiceError, KeyError, ValueError, TypeError) as error:
            logger.warning("no data products of %s: %s", observation_id, error)
            return []

    def get_observation_url(self, observation_id: str) -> str:
        """Return the portal's page of a request."""
        return f"{self.portal.settings.portal_url}/requests/{observation_id}"

    def _target(self, observation_payload: dict[str, Any]) -> Any:
        return Target.objects.filter(pk=observation_payload.get("target_id")).first()

    def _new_ids(self, request: FollowupRequest) -> list[str]:
        known = not request.observation_id or records.known(self.name, request.observation_id)
        return [] if known else [request.observation_id]

    def _tell(self, level: int, text: str) -> None:
        if self.http_request is not None:
            messages.add_message(self.http_request, level, text)

    def _telescope_states(self) -> Iterable[tuple[str, str]]:
        if not (self.user and self.user.is_authenticated):
            return []
        try:
            return [(code, str(events[0]["event_type"])) for code, events in self.portal.telescope_states().items()]
        except (AlerceLikeError, AttributeError, LookupError, TypeError) as error:
            logger.warning("no telescope states: %s", error)
            return []


def _product(frame: dict[str, Any]) -> dict[str, Any]:
    created = frame.get("observation_date") or frame.get("DATE_OBS") or ""
    return {
        "id": frame["id"],
        "filename": frame["filename"],
        "created": datetime.fromisoformat(created) if created else None,
        "url": frame["url"],
    }


def _now() -> datetime:
    return datetime.now(UTC)
