"""The Transient Name Server: bulk reports, their replies, search, objects and values.

Behaviours that are kept: a marker in ``User-Agent`` is demanded (403 without it) and a known ``api_key`` (401); a
report is accepted at once and judged later (404 until then, 400 when all of it was refused); at most 100 entries;
reports within 3 arcsec of an object join it (101) instead of making a new one (100); an identical report is refused
(5); a report of another type of event than the object's changes its prefix (121). The fault ``black_hole`` loses the
answer for ever, not the report.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tom_alerce_like.sandbox import tns_rules
from tom_alerce_like.sandbox.settings import TNS_KEY
from tom_alerce_like.sandbox.tns_objects import MATCH_ARCSEC, Register, described, is_named
from tom_alerce_like.sandbox.tns_rules import Row
from tom_alerce_like.sandbox.web import Handler, Reply, Request, Service, as_html, as_json

MAX_ENTRIES = 100
ARCSEC = {"arcsec": 1.0, "arcmin": 60.0, "deg": 3600.0}


@dataclass
class Received:
    """A bulk report that has arrived, with the feedback on each entry."""

    report_id: int
    sender: str
    entries: list[Row]
    feedback: list[Row]
    polls: int = 0
    lost: bool = False

    @property
    def refused(self) -> bool:
        return not any({"100", "101"} & set(entry) for entry in self.feedback)


class Tns(Service):
    """Answers below ``/tns``.

    Attributes
    ----------
    api_key : the only key that is accepted.
    accept_old_keys : take reports in the dialect from before TNS 2.0 as well.
    polls_before_reply : how often a reply is "not yet processed".
    requests_per_minute : of search and object; more are answered with 429.
    received : the bulk reports that have arrived, by report_id.
    register : the objects that came of them.
    """

    def __init__(self, year: int) -> None:
        super().__init__()
        self.api_key = TNS_KEY
        self.accept_old_keys = True
        self.polls_before_reply = 1
        self.requests_per_minute = 1000
        self.received: dict[int, Received] = {}
        self.register = Register(year)
        self._asked: list[float] = []

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        return [
            ("POST", "/api/set/bulk-report/?", self.bulk_report),
            ("POST", "/api/get/bulk-report-reply/?", self.bulk_report_reply),
            ("POST", "/api/get/search/?", self.search),
            ("POST", "/api/get/object/?", self.one),
            ("GET POST", "/api/get/values/?", self.values),
        ]

    def answer(self, request: Request) -> Reply:
        if not _sender(request):
            return _refused(403, "Forbidden")
        values_alone = request.path.rstrip("/") == "/api/get/values"
        if not values_alone and request.form().get("api_key") != self.api_key:
            return _refused(401, "Unauthorized")
        return super().answer(request)

    def not_found(self, request: Request) -> Reply:
        return _refused(404, "Not found")

    def bulk_report(self, request: Request) -> Reply:
        """Take a report: each entry is judged at once, the judgement is told later."""
        try:
            entries = list(_data(request)["at_report"].values())
            if not 0 < len(entries) <= MAX_ENTRIES:
                return _refused(400, f"between 1 and {MAX_ENTRIES} entries")
            received = self._judged(_sender(request), entries)
        except tns_rules.Unreadable:
            return as_html("<h1>The website encountered an unexpected error. Please try again later.</h1>", 500)
        except (ValueError, KeyError, TypeError, AttributeError):
            return _refused(400, "Bad request")
        received.lost = request.fault == "black_hole"
        return _ok({"report_id": received.report_id})

    def _judged(self, sender: str, entries: list[Row]) -> Received:
        modern = [tns_rules.modern(entry, accept_old=self.accept_old_keys) for entry in entries]
        found = [tns_rules.problems(entry) for entry in modern]
        feedback = [problem or self.register.add(sender, entry) for problem, entry in zip(found, modern, strict=True)]
        for answer, entry in zip(feedback, modern, strict=True):
            if entry.get("internal_ids"):
                answer["internal_ids"] = entry["internal_ids"]
        number = 100_001 + len(self.received)
        self.received[number] = Received(number, sender, modern, feedback)
        return self.received[number]

    def bulk_report_reply(self, request: Request) -> Reply:
        """Tell what became of a report."""
        number = request.form().get("report_id", "")
        received = self.received.get(int(number)) if number.isdigit() else None
        if received is None or received.lost:
            return self.not_found(request)
        received.polls += 1
        if received.polls <= self.polls_before_reply:
            return self.not_found(request)
        data = {"feedback": {"at_report": received.feedback}}
        status = 400 if received.refused else 200
        return as_json(
            {"id_code": status, "id_message": "OK" if status == 200 else "Bad request", "data": data}, status
        )

    def search(self, request: Request) -> Reply:
        """Return names by position, by object name or by internal name."""
        if limited := self._too_many():
            return limited
        asked = _data(request)
        found = self.register.transients
        if asked.get("ra") not in (None, "") and asked.get("dec") not in (None, ""):
            ra, dec = (tns_rules.angle_deg(asked[name], hours=name == "ra") for name in ("ra", "dec"))
            radius = float(asked.get("radius") or MATCH_ARCSEC) * ARCSEC.get(asked.get("units") or "arcsec", 1.0)
            found = self.register.near(ra, dec, radius)
        found = [one for one in found if is_named(one, asked)]
        return _ok([{"objname": one.objname, "prefix": one.prefix, "objid": one.objid} for one in found], self._rates())

    def one(self, request: Request) -> Reply:
        """Return one object."""
        if limited := self._too_many():
            return limited
        asked = _data(request)
        for transient in self.register.transients:
            if transient.objname == asked.get("objname") or str(transient.objid) == str(asked.get("objid")):
                return _ok(described(transient, str(asked.get("photometry", "0")) == "1"), self._rates())
        return self.not_found(request)

    def values(self, request: Request) -> Reply:
        return _ok(tns_rules.VALUES)

    def _too_many(self) -> Reply | None:
        now = time.monotonic()
        self._asked = [moment for moment in self._asked if now - moment < 60] + [now]
        if len(self._asked) <= self.requests_per_minute:
            return None
        return as_json({"id_code": 429, "id_message": "Too Many Requests"}, 429, {**self._rates(), "Retry-After": "60"})

    def _rates(self) -> dict[str, str]:
        left = str(max(self.requests_per_minute - len(self._asked), 0))
        rates = {"limit": str(self.requests_per_minute), "remaining": left, "reset": "60"}
        return {f"x-{kind}rate-limit-{name}": value for kind in ("", "cone-") for name, value in rates.items()}


def _sender(request: Request) -> str:
    """Return who the marker says is asking, empty when there is no proper marker."""
    agent = request.headers.get("user-agent", "")
    try:
        marker = json.loads(agent.removeprefix("tns_marker")) if agent.startswith("tns_marker") else {}
    except ValueError:
        return ""
    complete = isinstance(marker, dict) and all(marker.get(name) for name in ("tns_id", "type", "name"))
    return f"{marker['type']} {marker['tns_id']} {marker['name']}" if complete else ""


def _data(request: Request) -> Row:
    return json.loads(request.form().get("data", "{}"))


def _ok(data: Any, headers: dict[str, str] | None = None) -> Reply:
    return as_json({"id_code": 200, "id_message": "OK", "data": data}, headers=headers)


def _refused(status: int, message: str) -> Reply:
    return as_json({"id_code": status, "id_message": message}, status)
