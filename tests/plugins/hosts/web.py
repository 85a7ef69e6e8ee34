"""A web service on this machine that answers as a test wants it to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Reply:
    """``length``: what is promised, if not what is sent; ``pause_s``: before all, or before each byte when dripping."""

    body: bytes | str = b""
    status: int = 200
    length: int | None = None
    pause_s: float = 0.0
    is_dripping: bool = False
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Web:
    """``url`` and the ``queries`` that came: the parameters of the address or of the form."""

    url: str
    queries: list[dict[str, str]]


@contextmanager
def web(answer: Callable[[dict[str, str]], Reply]) -> Iterator[Web]:
    """Start a service that calls ``answer`` with the parameters of each query."""
    queries: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply(urlsplit(self.path).query)

        def do_POST(self) -> None:
            self._reply(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def _reply(self, text: str) -> None:
            queries.append(dict(parse_qsl(text)))
            reply = answer(queries[-1])
            body = reply.body.encode() if isinstance(reply.body, str) else reply.body
            try:
                if not reply.is_dripping:
                    time.sleep(reply.pause_s)
                self.send_response(reply.status)
                for name, value in {"Content-Length": str(reply.length or len(body)), **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                for piece in [body[i : i + 1] for i in range(len(body))] if reply.is_dripping else [body]:
                    time.sleep(reply.pause_s if reply.is_dripping else 0)
                    self.wfile.write(piece)
            except OSError:
                return  # the client has gone, as it should

        def log_message(self, *args: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield Web(f"http://127.0.0.1:{server.server_port}/service", queries)
    finally:
        server.shutdown()
        server.server_close()
