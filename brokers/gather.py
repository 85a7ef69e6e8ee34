"""Many calls to one service, a few at a time; what fails is told, and a service that is down is not asked on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from textwrap import shorten
from typing import TypeVar

from tom_alerce_like.exceptions import AlerceLikeError, RequestRefused, ServiceError

#: Calls to one service at the same time.
PARALLEL = 4
#: Failures after which the rest is given up.
MAX_FAILURES = 3
T = TypeVar("T")
R = TypeVar("R")


def each(call: Callable[[T], R], items: Sequence[T]) -> tuple[list[R], list[str]]:
    """Return what ``call`` gives for each item that it works for, and messages about the others.

    An item that the service does not know (404) is a message. Raises the first `ServiceError` when no item works.
    """
    failures: list[ServiceError] = []
    problems: list[str] = []

    def guarded(item: T) -> list[R]:
        name = shorten(str(item), 60)
        if len(failures) >= MAX_FAILURES:
            problems.append(f"{name} was not asked for: the service fails.")
            return []
        try:
            return [call(item)]
        except AlerceLikeError as error:
            problems.append(f"{name}: {error}")
            if isinstance(error, ServiceError) and not _is_unknown(error):
                failures.append(error)
            return []

    with ThreadPoolExecutor(PARALLEL) as pool:
        results = [result for found in pool.map(guarded, items) for result in found]
    if failures and not results:
        raise failures[0]
    return results, problems


def optional(call: Callable[[], R], nothing: R, what: str, problems: list[str]) -> R:
    """Return what ``call`` gives, or ``nothing`` with a message where it fails; 404 is nothing to tell."""
    try:
        return call()
    except AlerceLikeError as error:
        if not _is_unknown(error):
            problems.append(f"{what}: {error}")
        return nothing


def _is_unknown(error: Exception) -> bool:
    return isinstance(error, RequestRefused) and error.status == 404
