"""The lever of the simulated night: faults and states, over HTTP for those who are not in this process."""

from __future__ import annotations

from collections.abc import Sequence

from tom_alerce_like.sandbox.bookings import Bookings
from tom_alerce_like.sandbox.faults import Faults
from tom_alerce_like.sandbox.web import Handler, Reply, Request, Service, as_json


class Control(Service):
    """Answers below ``/control``; only for this machine, as the whole server."""

    def __init__(self, faults: Faults, bookings: Bookings) -> None:
        super().__init__()
        self.faults = faults
        self.bookings = bookings

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        return [
            ("GET", "/faults/?", lambda request: as_json(self.faults.waiting())),
            ("POST", "/faults/?", self.add),
            ("DELETE", "/faults/?", self.clear),
            ("POST", r"/requests/(?P<number>\d+)/state/?", self.set_state),
        ]

    def add(self, request: Request) -> Reply:
        """Add a fault: the body holds the arguments of `Faults.add`."""
        try:
            self.faults.add(**request.json())
        except (TypeError, ValueError) as error:
            return as_json({"detail": str(error)}, 400)
        return as_json(self.faults.waiting(), 201)

    def clear(self, request: Request) -> Reply:
        self.faults.clear()
        return as_json([])

    def set_state(self, request: Request, number: str) -> Reply:
        """Move a booked request to the state that the body names."""
        try:
            return as_json(self.bookings.set_state(int(number), request.json()["state"]))
        except (KeyError, TypeError, ValueError) as error:
            return as_json({"detail": f"unknown: {error}"}, 400)
