"""What every facility of ours has in common: the toolkit's contract, with the request ledger behind it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from tom_observations.facility import BaseRoboticObservationFacility
from tom_observations.models import ObservationRecord
from tom_targets.models import Target

from tom_alerce_like.exceptions import AlerceLikeError, NotAuthorised
from tom_alerce_like.facilities import ledger, records
from tom_alerce_like.facilities.contract import Portal
from tom_alerce_like.facilities.models import FollowupRequest, State
from tom_alerce_like.permissions import target_or_404

#: The last states are not the end: they are asked for again this long after a change.
_FOLLOW = timedelta(days=7)


class LedgerFacility(BaseRoboticObservationFacility):
    """A facility of the toolkit whose pages book through the ledger, exactly once.

    A subclass gives the names of `contract.Observatory`, ``observation_forms``, and what only it knows: its sites, its
    terminal states and where an observation can be seen.
    """

    portal: Portal

    def __init__(self) -> None:
        super().__init__()
        self.http_request: Any = None

    def get_form(self, observation_type: str | None) -> type[forms.Form]:
        """Return the form of an observation type, the first one where there is no such type."""
        return self.observation_forms.get(observation_type) or next(iter(self.observation_forms.values()))

    def get_facility_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the toolkit's page gets besides; 404 for a target that the user may not view, which it shows."""
        target_or_404(self.user, kwargs["target"].pk)
        return super().get_facility_context_data(**kwargs)

    def request_id_to_group(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse: the toolkit makes a record of any target for whoever follows a link, and no portal calls back."""
        raise NotAuthorised(f"{self.name} books through its own form only")

    def target_of(self, observation_payload: dict[str, Any]) -> Any:
        """Return the target that the toolkit's form names, None when there is none."""
        return Target.objects.filter(pk=observation_payload.get("target_id")).first()

    def validate_observation(self, observation_payload: dict[str, Any]) -> dict[str, Any]:
        """Return no errors: an observatory without a dry run says them when it is asked."""
        return {}

    def submit_observation(self, observation_payload: dict[str, Any]) -> list[str]:
        """Book through the ledger; returns the observation ids that this TOM has no record of yet.

        An outcome that is not known gives no id and no error page: the ledger has the request and settles it. Raises
        `PermissionDenied` without a user who may change the target, which the toolkit's pages and API answer with 403.
        """
        target, params = self.target_of(observation_payload), observation_payload.get("params", {})
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
        """Return none: an observatory with an archive of its own overrides this."""
        return []

    def _new_ids(self, request: FollowupRequest) -> list[str]:
        known = not request.observation_id or records.known(self.name, request.observation_id)
        return [] if known else [request.observation_id]

    def _tell(self, level: int, text: str) -> None:
        if self.http_request is not None:
            messages.add_message(self.http_request, level, text)


def _now() -> datetime:
    return datetime.now(UTC)
