"""A small observation portal on loopback that fails as it is told; written from the portal's own contract."""

from __future__ import annotations

import json
import random
import socket
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "loopback"
CREATE_FAULTS = ("500", "429", "drop", "drop_after", "504_after", "late", "late", "truncated")
OTHER_FAULTS = ("500", "drop", "truncated")


class LoopbackPortal:
    """Groups in memory. ``faults`` is a list that calls consume, or drawn by ``rng`` with chance ``rate``."""

    def __init__(self, late_s: float = 0.15) -> None:
        self.groups: dict[int, dict[str, Any]] = {}
        self.calls: Counter[str] = Counter()
        self.faults: list[str | None] = []
        self.rng = random.Random(0)
        self.rate = 0.0
        self.errors: dict[str, Any] = {}
        self.instruments: Any = {}
        self.late_s = late_s
        self.lock = threading.Lock()
        self.release = threading.Event()
        self.under_way = 0

    def __enter__(self) -> LoopbackPortal:
        self.server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"portal": self}))
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def fault(self, kinds: tuple[str, ...]) -> str | None:
        with self.lock:
            if self.faults:
                return self.faults.pop(0)
            return self.rng.choice(kinds) if self.rng.random() < self.rate else None

    def live(self) -> list[dict[str, Any]]:
        return [group for group in self.groups.values() if group["state"] == "PENDING"]

    def commit(self, body: dict[str, Any]) -> dict[str, Any]:
        with self.lock:
            number = len(self.groups) + 1
            now = datetime.now(UTC).isoformat()
            request = {"id": 1000 + number, "state": "PENDING", **body["requests"][0]}
            group = {**body, "id": number, "state": "PENDING", "created": now, "requests": [request]}
            self.groups[number] = group
            return group

    def set_state(self, number: int, state: str) -> dict[str, Any]:
        group = self.groups[number]
        group["state"] = group["requests"][0]["state"] = state
        return group

    def settle(self) -> None:
        """Let every late commit land, and wait for what is under way."""
        self.release.set()
        with socket.create_connection(self.server.server_address[:2]) as last:
            last.sendall(b"GET /last HTTP/1.0\r\n\r\n")
            last.recv(1)
        while self.under_way:
            time.sleep(0.01)


class _Server(ThreadingHTTPServer):
    RequestHandlerClass: type[_Handler]
    daemon_threads = True

    def process_request(self, request: Any, client_address: Any) -> None:
        self.count(1)
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.count(-1)

    def count(self, change: int) -> None:
        portal = self.RequestHandlerClass.portal
        with portal.lock:
            portal.under_way += change

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is part of the play."""


class _Handler(BaseHTTPRequestHandler):
    portal: LoopbackPortal

    def log_message(self, *args: Any) -> None:
        """Tests read calls, not logs."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        self.portal.calls[f"GET {url.path}"] += 1
        fault = self.portal.fault(OTHER_FAULTS)
        if fault in ("500", "drop"):
            return self._fail(fault)
        status, body = self._found(url.path.strip("/").split("/"), parse_qs(url.query))
        return self._reply(status, body, truncated=fault == "truncated")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "{}")
        path = urlsplit(self.path).path
        self.portal.calls[f"POST {path}"] += 1
        if self.headers.get("Authorization") != f"Token {TOKEN}":
            return self._reply(403, {"detail": "Invalid token."})
        if path.endswith("/validate/"):
            return self._reply(200, {"request_durations": {"duration": 261}, "errors": self.portal.errors})
        if path.endswith("/cancel/"):
            return self._cancel(int(path.split("/")[3]))
        return self._create(body)

    def _found(self, path: list[str], query: dict[str, list[str]]) -> tuple[int, Any]:
        groups = list(self.portal.groups.values())
        match path:
            case ["api", "requestgroups"]:
                part = query.get("name", [""])[0].lower()
                found = [group for group in groups if part in group["name"].lower()]
                return 200, {"count": len(found), "next": None, "previous": None, "results": found}
            case ["api", "requests", number]:
                requests = [group["requests"][0] for group in groups if group["requests"][0]["id"] == int(number)]
                return (200, requests[0]) if requests else (404, {"detail": "Not found."})
            case ["api", "requests", _, "observations"]:
                block = {"state": "PENDING", "start": "2026-11-20T05:00:00Z", "end": "2026-11-20T05:10:00Z"}
                return 200, [block]
            case ["frames", *number]:
                frame = {
                    "id": 9,
                    "filename": "a.fits.fz",
                    "url": "http://x/a",
                    "observation_date": "2026-11-20T05:01:00Z",
                }
                return 200, frame if number else {"count": 1, "next": None, "results": [frame]}
            case ["api", "instruments"]:
                return 200, self.portal.instruments
            case ["api", "telescope_states"]:
                return 200, {"lsc.doma.1m0a": [{"event_type": "AVAILABLE"}]}
        return 404, {"detail": "Not found."}

    def _create(self, body: dict[str, Any]) -> None:
        fault = self.portal.fault(CREATE_FAULTS)
        if fault in ("500", "429", "drop"):
            return self._fail(fault)
        if self.portal.errors:
            return self._reply(400, self.portal.errors)
        if fault == "late":
            return self._commit_late(body)
        group = self.portal.commit(body)
        if fault in ("drop_after", "504_after"):
            return self._fail(fault.removesuffix("_after"))
        return self._reply(201, group, truncated=fault == "truncated")

    def _commit_late(self, body: dict[str, Any]) -> None:
        self.portal.release.wait(self.portal.late_s)
        self.portal.commit(body)
        self._fail("drop")

    def _cancel(self, number: int) -> None:
        fault = self.portal.fault((*OTHER_FAULTS, "drop_after"))
        if fault in ("500", "drop"):
            return self._fail(fault)
        if number not in self.portal.groups:
            return self._reply(404, {"detail": "No RequestGroup matches the given query."})
        group = self.portal.set_state(number, "CANCELED")
        if fault == "drop_after":
            return self._fail("drop")
        return self._reply(200, group, truncated=fault == "truncated")

    def _fail(self, fault: str) -> None:
        if fault == "drop":
            self.close_connection = True
            return self.connection.close()
        return self._reply(int(fault), "<html><b>failed</b></html>")

    def _reply(self, status: int, body: Any, truncated: bool = False) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        if status == 429:
            self.send_header("Retry-After", "1")
        self.end_headers()
        self.wfile.write(text[: len(text) // 2] if truncated else text)
        self.close_connection = True
