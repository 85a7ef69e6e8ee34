"""The chain: a list of stages from the setting STAGES, each a function that takes the `Night`."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from tom_alerce_like import conf
from tom_alerce_like.exceptions import AlerceLikeError

logger = logging.getLogger(__name__)
T = TypeVar("T")

#: What a night counts, in the order in which it is printed.
COUNTS = ("alerts", "targets", "classified", "hosts", "ranked", "requests", "reports", "errors")


def _silent(items: Iterable[Any], label: str, total: int | None) -> Iterator[Any]:
    return iter(items)


@dataclass
class Night:
    """One pass of the chain.

    ``user`` acts: stages that book or report refuse to work without one that may. ``targets`` are the ids that earlier
    stages touched; a stage works on these. ``progress`` wraps an iterable that may take long.
    """

    user: Any = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    targets: set[int] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    progress: Callable[..., Iterator[Any]] = _silent

    def each(self, items: Iterable[T], label: str, total: int | None = None) -> Iterator[T]:
        """Iterate over ``items`` with progress shown."""
        return self.progress(items, label, total)

    def error(self, message: str) -> None:
        """Note what went wrong, and go on."""
        logger.warning("%s", message)
        self.counts["errors"] += 1
        self.problems.append(message)

    def summary(self) -> str:
        """Return ``night: alerts=N targets=N ...``."""
        return "night: " + " ".join(f"{name}={self.counts[name]}" for name in COUNTS)


Stage = Callable[[Night], None]


def stages() -> list[Stage]:
    """Return the stages that the setting STAGES names, as far as their apps are installed.

    Raises `ConfigurationError` for one that cannot be imported.
    """
    return [conf.load("STAGES", path) for path in conf.installed("STAGES")]


def run(night: Night, chain: Iterable[Stage] | None = None) -> Night:
    """Run the stages in order; one that fails is counted as an error and the next goes on with what is there."""
    for stage in stages() if chain is None else chain:
        try:
            stage(night)
        except AlerceLikeError as error:
            night.error(f"{getattr(stage, '__module__', stage)}: {error}")
        except Exception as error:
            logger.exception("stage %s failed", stage)
            night.error(f"{getattr(stage, '__module__', stage)}: {error}")
    return night
