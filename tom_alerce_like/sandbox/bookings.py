"""The request groups that the simulated observatory has booked, and what becomes of them."""

from __future__ import annotations

import copy
import math
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from tom_alerce_like.sandbox.visibility import EPOCH_OF_UNIX_MJD

Row = dict[str, Any]
STATES = ("PENDING", "COMPLETED", "WINDOW_EXPIRED", "FAILURE_LIMIT_REACHED", "CANCELED")
OBSERVED = {"COMPLETED": "COMPLETED", "FAILURE_LIMIT_REACHED": "FAILED", "WINDOW_EXPIRED": "NOT_ATTEMPTED"}


class Bookings:
    """Request groups as the API shows them: ``groups`` by id, in the order of arrival."""

    def __init__(self, user: str) -> None:
        self.user = user
        self.groups: dict[int, Row] = {}
        self._blocks: dict[int, Row] = {}
        self._ids = count(1_900_001)

    def book(self, group: Row) -> Row:
        """Book a checked request group and return it with ids and states."""
        number, now = next(self._ids), _now()
        stamps = {"state": "PENDING", "created": now, "modified": now}
        requests = [self._request(request, now) for request in group["requests"]]
        rest = {name: value for name, value in group.items() if name != "requests"}
        self.groups[number] = {"id": number, "submitter": self.user, **rest, **stamps, "requests": requests}
        return self.groups[number]

    def _request(self, request: Row, now: str) -> Row:
        shown = copy.deepcopy({name: value for name, value in request.items() if name != "stretches"})
        for priority, configuration in enumerate(shown["configurations"], start=1):
            configuration.update(id=next(self._ids), priority=priority)
        shown["windows"] = [{name: _iso(window[name]) for name in ("start", "end")} for window in shown["windows"]]
        shown["location"] = {name: value for name, value in shown["location"].items() if value}
        shown.update(id=next(self._ids), state="PENDING", modified=now)
        self._blocks[shown["id"]] = _block(shown["id"], request)
        return shown

    def find(self, request_id: int) -> tuple[Row, Row] | None:
        """Return (group, request) of a request."""
        for group in self.groups.values():
            for request in group["requests"]:
                if request["id"] == request_id:
                    return group, request
        return None

    def observation(self, request_id: int) -> Row:
        """Return the observation that was scheduled for a request, in the state that the request implies."""
        found = self.find(request_id)
        state = found[1]["state"] if found else "PENDING"
        return {**self._blocks[request_id], "state": OBSERVED.get(state, state)}

    def cancel(self, group: Row) -> Row:
        """Cancel what is pending of a group."""
        for request in group["requests"]:
            if request["state"] == "PENDING":
                _move(group, request, "CANCELED")
        return group

    def set_state(self, request_id: int, state: str) -> Row:
        """Move a request to any state and return its group; raises KeyError for an unknown request or state."""
        found = self.find(request_id)
        if not found or state not in STATES:
            raise KeyError(request_id if not found else state)
        _move(*found, state)
        return found[0]

    def expire(self) -> None:
        """Let requests expire whose windows are all over."""
        now = _now()
        for group in list(self.groups.values()):
            for request in group["requests"]:
                if request["state"] == "PENDING" and all(window["end"] < now for window in request["windows"]):
                    _move(group, request, "WINDOW_EXPIRED")


def _move(group: Row, request: Row, state: str) -> None:
    """Set a request's state; the group is pending while any request is, else complete if any is."""
    request["state"], request["modified"] = state, _now()
    states = [one["state"] for one in group["requests"]]
    first = [name for name in ("PENDING", "COMPLETED", "CANCELED") if name in states]
    group["state"], group["modified"] = first[0] if first else states[0], _now()


def _block(number: int, request: Row) -> Row:
    """Return the observation that a scheduler would place: as early as any site sees the target long enough."""
    needed_d = request["duration"] / 86400
    site, start, _ = min((row for row in request["stretches"] if row[2] - row[1] >= needed_d), key=lambda row: row[1])
    # an MJD resolves microseconds: rounded up, the start is never before the window's
    moment = datetime.fromtimestamp(math.ceil((start - EPOCH_OF_UNIX_MJD) * 86400_000) / 1000, UTC)
    telescope = f"{request['location']['telescope_class']}a"
    return {
        **{"id": number + 500_000_000, "request": number, "site": site, "enclosure": "doma", "telescope": telescope},
        **{"start": _iso(moment), "end": _iso(moment + timedelta(seconds=request["duration"])), "state": "PENDING"},
        **{"priority": 10.0, "configuration_statuses": []},
    }


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
