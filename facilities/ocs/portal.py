"""The calls to an observation portal and to its archive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, TypeVar

import requests

from tom_alerce_like import http
from tom_alerce_like.exceptions import BadReply, ConfigurationError
from tom_alerce_like.facilities.contract import Booking, Status
from tom_alerce_like.facilities.models import State
from tom_alerce_like.facilities.ocs.settings import NAME, PortalSettings

STATES = {
    "PENDING": State.ACCEPTED,
    "COMPLETED": State.COMPLETED,
    "WINDOW_EXPIRED": State.EXPIRED,
    "FAILURE_LIMIT_REACHED": State.FAILED,
    "CANCELED": State.CANCELLED,
}
#: A page that only shows something does not wait longer for it.
PAGE_TIMEOUT_S = 5.0
T = TypeVar("T")


class Portal:
    """An observation portal; ``session`` makes the calls, without retries of its own: the ledger knows when."""

    def __init__(self, settings: PortalSettings | None = None, session: requests.Session | None = None) -> None:
        self.settings = settings or PortalSettings.read()
        self._given_session = session

    @cached_property
    def session(self) -> requests.Session:
        """Made at the first call, so that pages which make none pay nothing."""
        return self._given_session or http.session(retries=0)

    def require_credentials(self) -> None:
        """Raise `ConfigurationError` without an API key."""
        if not self.settings.api_key:
            raise ConfigurationError(f"follow-up requests are off: set FACILITIES['{NAME}']['api_key'] in the settings")

    def validate(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Return ``{"errors": ..., "request_durations": ...}``: what the portal would say, with nothing booked."""
        reply = self._call("POST", "/api/requestgroups/validate/", json=payload)
        if not isinstance(reply, dict) or "errors" not in reply:
            raise BadReply("the portal's validation has no list of errors")
        return reply

    def submit(self, payload: dict[str, Any]) -> Booking:
        """Book a request group."""
        return _parsed(_booking, self._call("POST", "/api/requestgroups/", json=payload))

    def find(self, name: str) -> list[Booking]:
        """Return the groups of exactly this name: the portal itself compares parts, and ignores case."""
        reply = self._call("GET", "/api/requestgroups/", params={"name": name, "limit": 100})
        groups = _parsed(lambda reply: [group for group in reply["results"] if group["name"] == name], reply)
        return sorted((_parsed(_booking, group) for group in groups), key=lambda booking: int(booking.remote_id))

    def cancel(self, remote_id: str) -> Booking:
        """Cancel a request group."""
        return _parsed(_booking, self._call("POST", f"/api/requestgroups/{int(remote_id)}/cancel/"))

    def status(self, observation_id: str) -> Status:
        """Return the state of a request, and when it is or was on sky."""
        path = f"/api/requests/{int(observation_id)}/"
        word, state = _parsed(lambda reply: (reply["state"], STATES[reply["state"]]), self._call("GET", path))
        return Status(state, word, *_parsed(_scheduled, self._call("GET", f"{path}observations/")))

    def instruments(self) -> dict[str, Any]:
        """Return the portal's instrument types by code."""
        return self._call("GET", "/api/instruments/")

    def telescope_states(self) -> dict[str, Any]:
        """Return the events of each telescope, keyed ``site.enclosure.telescope``."""
        return self._call("GET", "/api/telescope_states/", timeout=PAGE_TIMEOUT_S)

    def frames(self, observation_id: str, product_id: str | None = None) -> list[dict[str, Any]]:
        """Return the archive's frames of a request, at most 1,000, or the one frame ``product_id``."""
        root = self.settings.archive_url
        if not root:
            return []
        if product_id:
            return [self._get(f"{root}/frames/{int(product_id)}/", timeout=PAGE_TIMEOUT_S)]
        query = {"REQNUM": int(observation_id), "limit": 1000}
        reply = self._get(f"{root}/frames/", params=query, timeout=PAGE_TIMEOUT_S)
        return _parsed(lambda reply: list(reply["results"]), reply)

    def _call(self, method: str, path: str, **kwargs: Any) -> Any:
        self.require_credentials()
        headers = {"Authorization": f"Token {self.settings.api_key}"}
        return http.fetch_json(self.session, method, self.settings.portal_url + path, headers=headers, **kwargs)

    def _get(self, url: str, **kwargs: Any) -> Any:
        headers = {"Authorization": f"Token {self.settings.api_key}"} if self.settings.api_key else {}
        return http.fetch_json(self.session, "GET", url, headers=headers, **kwargs)


def _parsed(read: Callable[[Any], T], reply: Any) -> T:
    try:
        return read(reply)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise BadReply(f"the portal's answer has an unknown form ({error!r})") from error


def _booking(group: dict[str, Any]) -> Booking:
    return Booking(str(int(group["id"])), str(int(group["requests"][0]["id"])), STATES[group["state"]])


def _scheduled(blocks: Any) -> tuple[datetime | None, datetime | None]:
    """Return (start, end) of the block that was observed, else of the last one that is planned."""
    blocks = blocks["results"] if isinstance(blocks, dict) else blocks
    done = [block for block in blocks if block["state"] == "COMPLETED"]
    planned = [block for block in blocks if block["state"] in ("PENDING", "IN_PROGRESS")]
    for block in (done or planned)[-1:]:
        return _time(block["start"]), _time(block["end"])
    return None, None


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
