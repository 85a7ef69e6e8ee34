"""What the ledger asks of an observatory.

A facility of ours is a TOM Toolkit facility that also has the names of `Observatory`; its `Portal` does the calls.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple, Protocol

from tom_alerce_like.facilities.models import State


class Booking(NamedTuple):
    """One group of observations, as the observatory knows it."""

    remote_id: str
    observation_id: str
    state: State


class Status(NamedTuple):
    """What became of an observation; ``remote_state`` is the observatory's own word."""

    state: State
    remote_state: str
    start: datetime | None = None
    end: datetime | None = None


class Portal(Protocol):
    """The calls; each raises the `ServiceError` family only."""

    def require_credentials(self) -> None:
        """Raise `ConfigurationError` when a call would have no credentials."""

    def submit(self, payload: dict[str, Any]) -> Booking:
        """Book; `RequestRefused` means that nothing was booked, any other error that it is not known."""

    def find(self, name: str) -> list[Booking]:
        """Return every booking with exactly this name, oldest first."""

    def cancel(self, remote_id: str) -> Booking:
        """Cancel a booking; a second cancel changes nothing."""

    def status(self, observation_id: str) -> Status:
        """Return what became of an observation."""


class Observatory(Protocol):
    """A facility that the ledger can work with."""

    name: str
    portal: Portal

    def clean_params(self, params: dict[str, Any], target: Any) -> dict[str, Any]:
        """Return checked parameters as JSON, with ISO times ``start`` and ``end`` in UTC; raises `InputError`."""

    def request_group(self, params: dict[str, Any], target: Any, name: str) -> dict[str, Any]:
        """Return what the portal is sent for checked parameters."""
