"""The one way out: sessions with time-outs and retries, and replies that are checked before use."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

from tom_alerce_like import __version__, conf
from tom_alerce_like.exceptions import BadReply, RateLimited, RequestRefused, ServiceUnavailable

USER_AGENT = f"tom_alerce_like/{__version__}"
LONGEST_WAIT_S = 10.0
#: A host that is up accepts a connection at once; behind a wall that drops packets nothing else would end the wait.
CONNECT_TIMEOUT_S = 5.0
_CHUNK_BYTES = 1 << 16
#: JSON's escapes of the null character and of halves of a surrogate pair, which PostgreSQL refuses.
_NO_CHARACTER = re.compile(
    r"\\u(?:0000|d[89ab][0-9a-f]{2}(?!\\ud[c-f][0-9a-f]{2})|(?<!\\ud[89ab][0-9a-f]{2}\\u)d[c-f][0-9a-f]{2})", re.I
)


class _Session(requests.Session):
    """A session that leaves the body of a redirection unread: it may be of any size."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        target = super().get_redirect_target(resp)
        if target is not None:
            resp.close()
        return target


class _PatientRetry(Retry):
    """Retries that honour ``Retry-After``, but never keep a page waiting longer than `LONGEST_WAIT_S`."""

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:
        return super().is_retry(method, status_code, False)

    def increment(self, *args: Any, **kwargs: Any) -> _PatientRetry:
        left = super().increment(*args, **kwargs)
        if (failed := kwargs.get("response")) is not None:
            failed.close()  # else it would be read to its end first, and that may be far away
        return left

    def get_retry_after(self, response: Any) -> float | None:
        try:
            wait_s = super().get_retry_after(response)
        except InvalidHeader:
            return None
        return None if wait_s is None else min(wait_s, LONGEST_WAIT_S)


def session(retry_methods: Iterable[str] = ("GET", "HEAD"), retries: int = 2) -> requests.Session:
    """Make a session that retries idempotent calls.

    Parameters
    ----------
    retry_methods : methods that may be repeated. Add POST only where a POST is a query.
    retries : how often a failed call is repeated, with growing pauses.
    """
    policy = _PatientRetry(
        total=retries,
        backoff_factor=0.3,
        status_forcelist=(429, 500, 502, 503, 504),
        allowed_methods=frozenset(retry_methods),
        raise_on_status=False,
    )
    made = _Session()
    made.headers["User-Agent"] = USER_AGENT
    for scheme in ("https://", "http://"):
        made.mount(scheme, HTTPAdapter(max_retries=policy))
    return made


def fetch_json(session: requests.Session, method: str, url: str, **kwargs: Any) -> Any:
    """Call ``url`` and return its decoded JSON body.

    ``kwargs`` go to `requests.Session.request`; the time-out defaults to the setting TIMEOUT_S. Raises the
    `ServiceError` family only. A reply over MAX_REPLY_MB is not read to its end.
    """
    status, body = fetch(session, method, url, **kwargs)
    try:
        return decoded(body)
    except ValueError as error:
        raise BadReply(f"{_host(url)} answered {status} with something that is not JSON") from error


def fetch(session: requests.Session, method: str, url: str, **kwargs: Any) -> tuple[int, bytes]:
    """Call ``url`` and return (status, body) of a 2xx or 3xx answer; raises as `fetch_json`."""
    longest_s = conf.get("TIMEOUT_S")
    kwargs.setdefault("timeout", (min(CONNECT_TIMEOUT_S, longest_s), longest_s))
    try:
        with session.request(method, url, stream=True, **kwargs) as response:
            body = _read(response)
            _raise_for_status(response, body)
            return response.status_code, body
    except requests.exceptions.RetryError as error:
        raise ServiceUnavailable(f"{_host(url)} keeps failing") from error
    except (requests.ConnectionError, requests.Timeout) as error:
        raise ServiceUnavailable(f"{_host(url)} gives no answer ({type(error).__name__})") from error
    except requests.RequestException as error:
        raise BadReply(f"{_host(url)} broke off its answer ({type(error).__name__})") from error


def _read(response: requests.Response) -> bytes:
    limit = int(conf.get("MAX_REPLY_MB") * 1e6)
    body = bytearray()
    for chunk in response.iter_content(_CHUNK_BYTES):
        body += chunk
        if len(body) > limit:
            raise BadReply(f"{_host(response.url)} sent more than {limit / 1e6:.0f} MB: narrow the query")
    return bytes(body)


def _raise_for_status(response: requests.Response, body: bytes) -> None:
    status, host = response.status_code, _host(response.url)
    if status < 400:
        return
    if status == 429:
        wait = response.headers.get("Retry-After", "")
        raise RateLimited(f"{host} asks to slow down", float(wait) if wait.isdecimal() else None)
    if status >= 500:
        raise ServiceUnavailable(f"{host} answered {status}")
    raise RequestRefused(f"{host} refused the request ({status})", status, _explained(body))


def decoded(body: bytes) -> Any:
    """Return a JSON body as a database can keep it: null for NaN and infinity, U+FFFD for what is no character.

    Services do write NaN, though it is no JSON. Raises ValueError for a body that is not JSON.
    """
    text = _NO_CHARACTER.sub(r"\\ufffd", body.decode("utf-8-sig", "replace"))
    try:
        return json.loads(text, parse_float=_finite, parse_constant=_finite)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _explained(body: bytes) -> Any:
    try:
        return decoded(body)
    except ValueError:
        return body[:500].decode(errors="replace").replace("\x00", "")


def _host(url: str) -> str:
    return urlsplit(url).netloc
