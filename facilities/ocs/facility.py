"""The facility: an observation portal as the TOM Toolkit and the request ledger want it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import requests

from tom_alerce_like.exceptions import AlerceLikeError, ServiceError
from tom_alerce_like.facilities.ocs.fields import clean_params
from tom_alerce_like.facilities.ocs.forms import ObservationForm, TemplateForm
from tom_alerce_like.facilities.ocs.network import LcoNetwork
from tom_alerce_like.facilities.ocs.payload import request_group
from tom_alerce_like.facilities.ocs.portal import Portal
from tom_alerce_like.facilities.ocs.settings import NAME, PortalSettings
from tom_alerce_like.facilities.robotic import LedgerFacility
from tom_alerce_like.permissions import require_change

logger = logging.getLogger(__name__)


class PortalFacility(LcoNetwork, LedgerFacility):
    """LCO, SOAR and Blanco by one short form; ``session`` makes the calls."""

    name = NAME
    observation_forms = {"FOLLOW_UP": ObservationForm}
    template_name = "tom_alerce_like/facilities/observation_form.html"
    button_tooltip = "A short form for LCO, SOAR and Blanco"
    portal: Portal

    def __init__(self, session: requests.Session | None = None) -> None:
        super().__init__()
        self.portal = Portal(session=session)

    @property
    def facility_settings(self) -> PortalSettings:
        """The settings, which the toolkit's page asks for what is missing."""
        return self.portal.settings

    def get_template_form(self, observation_type: str | None) -> type[TemplateForm]:
        """Return the short form of an observation template."""
        return TemplateForm

    def clean_params(self, params: dict[str, Any], target: Any) -> dict[str, Any]:
        """Return checked parameters; raises `InputError`."""
        return clean_params(params)

    def request_group(self, params: dict[str, Any], target: Any, name: str) -> dict[str, Any]:
        """Return what the portal is sent."""
        return request_group(params, target, name)

    def validate(self, observation_payload: dict[str, Any]) -> dict[str, Any]:
        """Return the portal's whole answer to a dry run, for a user who may book; raises `AlerceLikeError`."""
        require_change(self.user, self.target_of(observation_payload))
        return self.portal.validate(observation_payload["request_group"])

    def validate_observation(self, observation_payload: dict[str, Any]) -> dict[str, Any]:
        """Return the portal's errors, which mirror the request group; empty when it would accept."""
        return self.validate(observation_payload)["errors"]

    def get_facility_status(self) -> dict[str, Any]:
        """Return the telescopes' states by site; no sites when nobody is logged in or the portal gives no answer."""
        sites: dict[str, list[dict[str, str]]] = {}
        for telescope, state in self._telescope_states():
            sites.setdefault(telescope.partition(".")[0], []).append({"code": telescope, "status": state})
        return {"code": self.name, "sites": [{"code": code, "telescopes": found} for code, found in sites.items()]}

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
