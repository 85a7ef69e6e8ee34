"""The loopback server: one port, one prefix for each service."""

from __future__ import annotations

import sys
import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from tom_alerce_like.sandbox import index
from tom_alerce_like.sandbox.alerce import AlerceZtf
from tom_alerce_like.sandbox.alerce_lsst import AlerceLsst
from tom_alerce_like.sandbox.alerce_stamps import AlerceStamps
from tom_alerce_like.sandbox.control import Control
from tom_alerce_like.sandbox.faults import Dropped, Faults, act_out, padding
from tom_alerce_like.sandbox.fink_lsst import FinkLsst
from tom_alerce_like.sandbox.fink_ztf import FinkZtf
from tom_alerce_like.sandbox.night import Night
from tom_alerce_like.sandbox.portal import Portal
from tom_alerce_like.sandbox.settings import settings
from tom_alerce_like.sandbox.tns import Tns
from tom_alerce_like.sandbox.web import Reply, Request, Service, as_html


class Sandbox:
    """All services of a simulated night on 127.0.0.1, as a context manager.

    Parameters
    ----------
    seed, n_objects, day : see `night.Night`.
    port : 0 takes any free port.

    Attributes
    ----------
    url : root of all services, without a slash at its end.
    night : what is on the sky.
    faults : what goes wrong next.
    tns, portal : the services that receive; their state can be looked at.
    """

    def __init__(self, seed: int = 1, n_objects: int = 300, port: int = 0, day: date | None = None) -> None:
        self.night = Night(seed, day, n_objects)
        self.faults = Faults()
        self.tns = Tns(self.night.day.year)
        self.portal = Portal()
        self.services: dict[str, Service] = {
            "alerce": AlerceZtf(self.night),
            "alerce-lsst": AlerceLsst(self.night),
            "alerce-avro": AlerceStamps(self.night),
            "fink-ztf": FinkZtf(self.night),
            "fink-lsst": FinkLsst(self.night),
            "tns": self.tns,
            "portal": self.portal,
            "control": Control(self.faults, self.portal.bookings),
        }
        # services that change state answer one request at a time
        self._locks = {name: threading.Lock() for name in ("tns", "portal", "control")}
        self._server = _Server(("127.0.0.1", port), self)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def settings(self) -> dict[str, dict[str, Any]]:
        """Return DATA_SERVICES and FACILITIES of a TOM that talks to this server."""
        return settings(self.url)

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Reply:
        """Return the reply to a request for ``target`` (path and query); raises `Dropped` when there is none."""
        parts = urlsplit(target)
        prefix, _, path = parts.path.removeprefix("/").partition("/")
        if prefix == "api":  # forms that join the portal's paths to the root of the host
            prefix, path = "portal", f"api/{path}"
        if not prefix:
            return as_html(index.page(self.night, self.tns, self.portal.bookings, self.services))
        if prefix not in self.services:
            return as_html("<h1>Not Found</h1>", 404)
        query = parse_qs(parts.query, keep_blank_values=True)
        request = Request(method, f"/{unquote(path)}", f"{self.url}/{prefix}", query, headers, body)
        fault = self.faults.take(prefix, request.path) if prefix != "control" else None
        if fault is None:
            return self._of(prefix, request)
        return act_out(fault, request, lambda changed: self._of(prefix, changed))

    def _of(self, prefix: str, request: Request) -> Reply:
        service, lock = self.services[prefix], self._locks.get(prefix)
        if lock is None:
            return service.answer(request)
        with lock:
            return service.answer(request)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up: they are expected to, when faults are tried."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            self._send(self.server.sandbox.answer(self.command, self.path, headers, body))
        except Dropped:
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = _serve

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        length = len(reply.body) + reply.padding_mb * 1_000_000
        headers = {"Content-Type": reply.content_type, "Content-Length": length, "X-Simulated": "yes"}
        for name, value in {**headers, **reply.headers}.items():
            self.send_header(name, str(value))
        self.end_headers()
        for block in padding(reply.padding_mb):
            self.wfile.write(block)
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the index page tells what has arrived."""
