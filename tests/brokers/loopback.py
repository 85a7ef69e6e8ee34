"""A service on 127.0.0.1 that answers as a function says, or fails as told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True)
class Call:
    """A request that the service got."""

    method: str
    path: str
    params: dict[str, list[str]]
    body: Any


#: Gives the JSON of a reply, bytes to be sent as they are, or None for 404.
Answer = Callable[[Call], Any]

FAULTS = {
    "500": (500, {}, b"<h1>Internal Server Error</h1>"),
    "429": (429, {"Retry-After": "7"}, b"slow down"),
    "400": (400, {}, b'{"message": "<script>alert(1)</script>"}'),
    "truncated": (200, {}, b'{"items": [{"oid": "ZTF21aa'),
    "html": (200, {}, b"<!doctype html><html><script>alert(1)</script></html>"),
    "number": (200, {}, b"42"),
    "null rows": (200, {}, b"[null, null]"),
}


@dataclass
class Loopback:
    """A context manager; ``calls`` is what was asked, ``fault`` one of `FAULTS`, "timeout" or "short" or nothing."""

    answer: Answer
    fault: str = ""
    calls: list[Call] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        return self

    def __exit__(self, *error: object) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()

    def reply(self, call: Call) -> tuple[int, dict[str, str], bytes]:
        self.calls.append(call)
        if self.fault == "timeout":
            self._released.wait()
        if self.fault in FAULTS:
            return FAULTS[self.fault]
        made = self.answer(call)
        if made is None:
            return 404, {}, b'{"message": "not found"}'
        return 200, {}, made if isinstance(made, bytes) else json.dumps(made).encode()


def _handler(loopback: Loopback) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = 1 << 16

        def _serve(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            params = parse_qs(parts.query, keep_blank_values=True)
            call = Call(self.command, unquote(parts.path), params, json.loads(raw) if raw else None)
            status, headers, body = loopback.reply(call)
            try:
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        do_GET = do_POST = _serve

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    return Handler
