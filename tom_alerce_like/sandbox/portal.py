"""An observation portal with the OCS API (LCO, SOAR, Blanco).

Behaviours that are kept: without a known token everything is 403; ``validate`` always answers 200; a submission is
not idempotent; errors mirror the payload; cancelling twice is fine; states are not final (`Bookings.set_state` moves a
request anywhere, as a bad image does in the real one); a path without its last slash is redirected.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tom_alerce_like.sandbox import instruments, portal_rules
from tom_alerce_like.sandbox.bookings import Bookings
from tom_alerce_like.sandbox.settings import PORTAL_PROPOSAL, PORTAL_TOKEN
from tom_alerce_like.sandbox.web import Handler, Reply, Request, Service, as_json, moved

Row = dict[str, Any]


class Portal(Service):
    """Answers below ``/portal``.

    Attributes
    ----------
    token, proposal : the only ones that are known.
    bookings : what has been booked.
    """

    def __init__(self) -> None:
        super().__init__()
        self.token, self.proposal = PORTAL_TOKEN, PORTAL_PROPOSAL
        self.bookings = Bookings("simulated_observer")

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        return [
            ("GET", "/api/profile/", self.profile),
            ("GET", "/api/proposals/", self.proposals),
            ("GET", "/api/instruments/", self.instruments),
            ("POST", "/api/requestgroups/validate/", self.validate),
            ("POST", "/api/requestgroups/", self.submit),
            ("GET", "/api/requestgroups/", self.search),
            ("GET", r"/api/requestgroups/(?P<number>\d+)/", self.group),
            ("POST", r"/api/requestgroups/(?P<number>\d+)/cancel/", self.cancel),
            ("GET", r"/api/requests/(?P<number>\d+)/", self.request),
            ("GET", r"/api/requests/(?P<number>\d+)/observations/", self.observations),
            ("GET", "/configdb/sites/", lambda request: as_json(instruments.configdb())),
            ("GET POST", r"/api/.*[^/]", lambda request: moved(request, 301)),
        ]

    def answer(self, request: Request) -> Reply:
        given = request.headers.get("authorization", "")
        if request.path.startswith("/api/") and given != f"Token {self.token}":
            text = "Invalid token." if given else "Authentication credentials were not provided."
            return as_json({"detail": text}, 403)
        self.bookings.expire()
        return super().answer(request)

    def profile(self, request: Request) -> Reply:
        proposals = [{"id": self.proposal, "title": "Simulated proposal", "current": True}]
        name = {"username": self.bookings.user, "first_name": "Simulated", "last_name": "Observer"}
        return as_json({**name, "proposals": proposals})

    def proposals(self, request: Request) -> Reply:
        row = {"id": self.proposal, "title": "Simulated proposal", "active": True, "tac_priority": 20}
        return as_json(_listing([row], request))

    def instruments(self, request: Request) -> Reply:
        return as_json({code: instruments.described(code) for code in instruments.INSTRUMENTS})

    def validate(self, request: Request) -> Reply:
        """Judge a request group without booking it."""
        try:
            _, errors, parts = portal_rules.checked(request.json(), [self.proposal])
        except ValueError as error:
            return _malformed(error)
        durations = {"requests": parts, "duration": sum(part.get("duration", 0) for part in parts)}
        return as_json({"request_durations": {} if errors else durations, "errors": errors})

    def submit(self, request: Request) -> Reply:
        """Book a request group."""
        try:
            group, errors, _ = portal_rules.checked(request.json(), [self.proposal])
        except ValueError as error:
            return _malformed(error)
        return as_json(errors, 400) if errors else as_json(self.bookings.book(group), 201)

    def search(self, request: Request) -> Reply:
        """List request groups, newest first."""
        groups = list(self.bookings.groups.values())[::-1]
        return as_json(_listing([group for group in groups if _wanted(group, request)], request))

    def group(self, request: Request, number: str) -> Reply:
        found = self.bookings.groups.get(int(number))
        return as_json(found) if found else _missing("RequestGroup")

    def cancel(self, request: Request, number: str) -> Reply:
        found = self.bookings.groups.get(int(number))
        return as_json(self.bookings.cancel(found)) if found else _missing("RequestGroup")

    def request(self, request: Request, number: str) -> Reply:
        found = self.bookings.find(int(number))
        return as_json(found[1]) if found else _missing("Request")

    def observations(self, request: Request, number: str) -> Reply:
        if not self.bookings.find(int(number)):
            return _missing("Request")
        block = self.bookings.observation(int(number))
        hidden = block["state"] == "CANCELED" and request.get("exclude_canceled").lower() == "true"
        return as_json([] if hidden else [block])


def _wanted(group: Row, request: Request) -> bool:
    ids = [str(one["id"]) for one in group["requests"]]
    names = [one["target"]["name"] for part in group["requests"] for one in part["configurations"]]
    return (
        request.get("name").lower() in group["name"].lower()
        and request.get("state", group["state"]) == group["state"]
        and request.get("exclude_state") != group["state"]
        and request.get("proposal", group["proposal"]) == group["proposal"]
        and request.get("request_id", ids[0]) in ids
        and any(request.get("target").lower() in name.lower() for name in names)
        and group["created"] >= request.get("created_after")
        and group["modified"] >= request.get("modified_after")
    )


def _listing(rows: list[Row], request: Request) -> Row:
    limit, offset = (int(request.get(name, default)) for name, default in (("limit", "20"), ("offset", "0")))
    root = f"{request.url}{request.path}?limit={limit}&offset="
    after = f"{root}{offset + limit}" if offset + limit < len(rows) else None
    before = f"{root}{max(offset - limit, 0)}" if offset else None
    return {"count": len(rows), "next": after, "previous": before, "results": rows[offset : offset + limit]}


def _malformed(error: ValueError) -> Reply:
    return as_json({"detail": f"JSON parse error - {error}"}, 400)


def _missing(kind: str) -> Reply:
    return as_json({"detail": f"No {kind} matches the given query."}, 404)
