"""Faults on demand: what a service on the far side of a network does on a bad night.

A fault is taken by the next request that fits it, ``times`` times over:

==================  =========================================================================================
500                 internal error; nothing was done
429                 too many requests, with ``Retry-After`` of ``seconds``; nothing was done
timeout             no answer for ``seconds``, then the connection closes; nothing was done
slow                the right answer, after ``seconds``
504_after_commit    the request takes effect, the reply is a gateway time-out
drop_after_commit   the request takes effect, the connection closes without a reply
late_commit         nothing for ``seconds``, then the request takes effect, the connection closes without a reply
truncated_json      the first half of the reply
html                200 with an error page instead of the reply
empty               the reply with its lists empty
duplicates          the reply with each row twice
oversized           the reply, streamed, with ``megabytes`` of padding in it
hostile_html        the reply with scripts in its text fields
black_hole          TNS takes the report, and never tells what came of it
==================  =========================================================================================
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from tom_alerce_like.sandbox.web import HTML, JSON, Reply, Request, as_html, as_json

KINDS = (
    *("500", "429", "timeout", "slow", "504_after_commit", "drop_after_commit", "late_commit", "truncated_json"),
    *("html", "empty", "duplicates", "oversized", "hostile_html", "black_hole"),
)
HOSTILE = '<script>alert("sandbox")</script><img src=x onerror=alert(1)>'
ROWS = ("items", "results", "data", "detections", "non_detections", "forced_photometry")


class Dropped(Exception):
    """The connection closes without a reply."""


@dataclass(frozen=True)
class Fault:
    """A fault that waits for requests to ``service`` whose path contains ``path`` (both empty: any)."""

    service: str
    kind: str
    times: int = 1
    path: str = ""
    seconds: float = 1.0
    megabytes: int = 1000

    def fits(self, service: str, path: str) -> bool:
        return self.service in ("", service) and self.path in path


class Faults:
    """The faults that wait."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._lock = threading.Lock()

    def add(
        self, service: str, kind: str, times: int = 1, path: str = "", seconds: float = 1.0, megabytes: int = 1000
    ) -> None:
        """Let the next ``times`` fitting requests fail; raises ValueError for an unknown kind."""
        if kind not in KINDS:
            raise ValueError(f"no fault {kind!r}: one of {', '.join(KINDS)}")
        with self._lock:
            self._waiting.append(Fault(service, kind, times, path, seconds, megabytes))

    def clear(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._waiting.clear()

    def waiting(self) -> list[dict[str, Any]]:
        """Return the faults that have not happened yet."""
        with self._lock:
            return [asdict(fault) for fault in self._waiting]

    def take(self, service: str, path: str) -> Fault | None:
        """Return the fault that the request meets, and count it."""
        with self._lock:
            for index, fault in enumerate(self._waiting):
                if fault.fits(service, path):
                    left = replace(fault, times=fault.times - 1)
                    self._waiting[index : index + 1] = [left] if left.times > 0 else []
                    return fault
        return None


def act_out(fault: Fault, request: Request, answer: Callable[[Request], Reply]) -> Reply:
    """Return the reply to a request that meets a fault; raises `Dropped` when there is none."""
    if fault.kind in ("429", "500", "timeout"):
        return _before(fault)
    if fault.kind in ("slow", "late_commit"):
        time.sleep(fault.seconds)
    reply = answer(replace(request, fault=fault.kind))
    if fault.kind in ("drop_after_commit", "late_commit"):
        raise Dropped
    if fault.kind in OF_JSON and reply.content_type != JSON:
        return reply
    return AFTER.get(fault.kind, lambda fault, reply: reply)(fault, reply)


def _before(fault: Fault) -> Reply:
    if fault.kind == "429":
        return as_json({"detail": "Request was throttled."}, 429, {"Retry-After": f"{fault.seconds:.0f}"})
    if fault.kind == "500":
        return as_html("<h1>Internal Server Error</h1>", 500)
    time.sleep(fault.seconds)
    raise Dropped


def _gateway_timeout(fault: Fault, reply: Reply) -> Reply:
    return as_html("<html><head><title>504 Gateway Time-out</title></head></html>", 504)


def _truncated(fault: Fault, reply: Reply) -> Reply:
    return replace(reply, body=reply.body[: len(reply.body) // 2])


def _html(fault: Fault, reply: Reply) -> Reply:
    return Reply(b"<html><h1>We are down for maintenance</h1></html>", 200, HTML)


def _rows_changed(change: Callable[[list], list]) -> Callable[[Fault, Reply], Reply]:
    def changed(fault: Fault, reply: Reply) -> Reply:
        value = json.loads(reply.body)
        if isinstance(value, dict):
            value = {
                name: change(item) if name in ROWS and isinstance(item, list) else item for name, item in value.items()
            }
        return replace(reply, body=json.dumps(change(value) if isinstance(value, list) else value).encode())

    return changed


def _hostile(fault: Fault, reply: Reply) -> Reply:
    return replace(reply, body=json.dumps(_spoiled(json.loads(reply.body))).encode())


def _spoiled(value: Any) -> Any:
    """Put scripts behind all words; numbers, dates, links and identifiers of objects stay usable."""
    if isinstance(value, dict):
        return {name: _spoiled(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_spoiled(item) for item in value]
    is_word = isinstance(value, str) and re.fullmatch(r"[A-Za-z][A-Za-z_ ()*.,\"'-]{1,100}", value)
    return value + HOSTILE if is_word else value


def _oversized(fault: Fault, reply: Reply) -> Reply:
    """Return a reply whose body is streamed: blanks are allowed before any JSON value."""
    return replace(reply, padding_mb=fault.megabytes)


def padding(megabytes: int) -> Iterator[bytes]:
    """Return blanks, a megabyte at a time."""
    block = b" " * 1_000_000
    return (block for _ in range(megabytes))


#: Faults that only a reply in JSON can have: packets and images stay as they are.
OF_JSON = ("empty", "duplicates", "hostile_html")
AFTER: dict[str, Callable[[Fault, Reply], Reply]] = {
    "504_after_commit": _gateway_timeout,
    "truncated_json": _truncated,
    "html": _html,
    "empty": _rows_changed(lambda rows: []),
    "duplicates": _rows_changed(lambda rows: [row for row in rows for _ in (1, 2)]),
    "hostile_html": _hostile,
    "oversized": _oversized,
}
