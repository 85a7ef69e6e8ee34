"""All exceptions of this package.

::

    AlerceLikeError             catch this to catch them all
    ├── ConfigurationError      a setting or credential is missing or wrong
    ├── InputError              the user's input cannot be used; the message says what to do
    │   └── AlertFormatError    a file or message is not an alert that we can read
    ├── NotAuthorised           the user may not do this
    └── ServiceError            an outside service did not do what it should
        ├── ServiceUnavailable  no answer: refused, timed out, 5xx
        ├── RateLimited         429; ``retry_after_s`` when the service said so
        ├── BadReply            an answer that is not what the service promises
        └── RequestRefused      4xx; ``status`` and ``reply`` carry what it said

Messages are plain text: escape them before they meet HTML.
"""

from __future__ import annotations

from typing import Any


class AlerceLikeError(Exception):
    """Anything that this package raises on purpose."""


class ConfigurationError(AlerceLikeError):
    """A setting or credential is missing or wrong."""


class InputError(AlerceLikeError, ValueError):
    """The user's input cannot be used."""


class AlertFormatError(InputError):
    """A file or message is not an alert that we can read."""


class NotAuthorised(AlerceLikeError):
    """The user may not do this."""


class ServiceError(AlerceLikeError):
    """An outside service did not do what it should."""


class ServiceUnavailable(ServiceError):
    """The service gave no answer: refused, timed out or 5xx."""


class RateLimited(ServiceError):
    """The service asks us to slow down.

    ``retry_after_s`` is the wait that it asked for, in seconds, or None.
    """

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class BadReply(ServiceError):
    """The answer is not what the service promises: truncated, not JSON, too large."""


class RequestRefused(ServiceError):
    """The service refused the request (4xx); ``reply`` is its decoded body."""

    def __init__(self, message: str, status: int, reply: Any = None) -> None:
        super().__init__(message)
        self.status = status
        self.reply = reply

    @property
    def reason(self) -> str:
        """The first text within ``reply``, empty when the service gave no JSON that has one."""
        waiting = [self.reply] if isinstance(self.reply, (dict, list)) else []
        while waiting:
            part = waiting.pop(0)
            if isinstance(part, str):
                return part
            waiting[:0] = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        return ""
