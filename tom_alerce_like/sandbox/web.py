"""Requests, replies and routes: as little of a web framework as loopback services need."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

Handler = Callable[..., "Reply"]
HTML = "text/html; charset=utf-8"
JSON = "application/json"


@dataclass(frozen=True)
class Request:
    """An HTTP request; ``path`` is without the prefix of the service, ``url`` is the root of the service.

    ``fault`` names a fault that the service itself has to act out.
    """

    method: str
    path: str
    url: str = ""
    query: dict[str, list[str]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    fault: str = ""

    def get(self, name: str, default: str = "") -> str:
        """Return the last value of a query parameter."""
        return self.query.get(name, [default])[-1]

    def json(self) -> Any:
        """Return the decoded body; raises ValueError."""
        return json.loads(self.body)

    def form(self) -> dict[str, str]:
        """Return the fields of a form body, the last value of each."""
        return {name: values[-1] for name, values in parse_qs(self.body.decode(errors="replace")).items()}


@dataclass(frozen=True)
class Reply:
    """An HTTP reply; ``padding_mb`` megabytes of blanks are streamed before the body."""

    body: bytes
    status: int = 200
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    padding_mb: int = 0


def as_json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    """Return a JSON reply."""
    return Reply(json.dumps(value).encode(), status, headers=headers or {})


def as_html(text: str, status: int = 200) -> Reply:
    """Return an HTML reply."""
    return Reply(text.encode(), status, HTML)


def moved(request: Request, status: int) -> Reply:
    """Return a redirection to the same path with a slash at its end."""
    query = urlencode(request.query, doseq=True)
    url = f"{request.url}{request.path}/" + (f"?{query}" if query else "")
    page = f"<!doctype html>\n<html lang=en>\n<title>Redirecting...</title>\n<h1>Redirecting...</h1>\n<p>{status}\n"
    return Reply(page.encode(), status, HTML, {"Location": url})


class Service:
    """Answers the requests below one prefix; a subclass names its routes."""

    def __init__(self) -> None:
        self._routes = [(method, re.compile(pattern), handler) for method, pattern, handler in self.routes()]

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        """Return (methods separated by blanks, pattern of the whole path, handler)."""
        raise NotImplementedError

    def answer(self, request: Request) -> Reply:
        """Return the reply of the first route that fits."""
        known = False
        for methods, pattern, handler in self._routes:
            match = pattern.fullmatch(request.path)
            if match and request.method in methods.split():
                return handler(request, **match.groupdict())
            known = known or match is not None
        return self.method_not_allowed(request) if known else self.not_found(request)

    def not_found(self, request: Request) -> Reply:
        """Return the 404 of this service."""
        return as_json({"detail": "Not Found"}, 404)

    def method_not_allowed(self, request: Request) -> Reply:
        """Return the 405 of this service."""
        return as_json({"detail": "Method Not Allowed"}, 405)
