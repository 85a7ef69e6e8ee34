"""The loopback server: one port, one prefix for each service.

>>> with Sandbox(seed=1, n_objects=60) as sandbox:
...     print(sandbox.url)
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from tom_alerce_like.sandbox.alerce import AlerceZtf
from tom_alerce_like.sandbox.alerce_lsst import AlerceLsst
from tom_alerce_like.sandbox.alerce_stamps import AlerceStamps
from tom_alerce_like.sandbox.fink_lsst import FinkLsst
from tom_alerce_like.sandbox.fink_ztf import FinkZtf
from tom_alerce_like.sandbox.night import Night
from tom_alerce_like.sandbox.web import Reply, Request, Service, as_html


class Sandbox:
    """All services of a simulated night on 127.0.0.1, as a context manager.

    Parameters
    ----------
    seed, day, n_objects : see `night.Night`.
    port : 0 takes any free port.

    Attributes
    ----------
    url : root of all services, without a slash at its end.
    night : what is on the sky.
    """

    def __init__(self, seed: int = 1, n_objects: int = 300, port: int = 0, day: date | None = None) -> None:
        self.night = Night(seed, day, n_objects)
        self.services: dict[str, Service] = {
            "alerce": AlerceZtf(self.night),
            "alerce-lsst": AlerceLsst(self.night),
            "alerce-avro": AlerceStamps(self.night),
            "fink-ztf": FinkZtf(self.night),
            "fink-lsst": FinkLsst(self.night),
        }
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

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Return the reply to a request for ``target`` (path and query)."""
        parts = urlsplit(target)
        prefix, _, path = parts.path.removeprefix("/").partition("/")
        service = self.services.get(prefix)
        if service is None:
            return as_html("<h1>Not Found</h1>", 404)
        query = parse_qs(parts.query, keep_blank_values=True)
        url = f"{self.url}/{prefix}"
        return service.answer(Request(method, f"/{unquote(path)}", url, query, dict(headers), body))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._send(self.server.sandbox.answer(self.command, self.path, self.headers, body))

    do_GET = do_POST = do_PUT = do_DELETE = _serve

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        headers = {"Content-Type": reply.content_type, "Content-Length": len(reply.body), "X-Simulated": "yes"}
        for name, value in {**headers, **reply.headers}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: tests and demos read the index page instead."""
