"""What an ingest did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Summary:
    """Counts of one ingest; summaries add up.

    ``alerts`` were handed in. ``targets`` and ``datums`` (photometry points) were created. ``skipped`` alerts changed
    nothing: everything in them was known. ``errors`` counts what could not be used, ``problems`` says why.
    ``target_ids`` maps every object_id that was handed in to its target, new or old.
    """

    alerts: int = 0
    targets: int = 0
    datums: int = 0
    skipped: int = 0
    errors: int = 0
    target_ids: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def __add__(self, other: Summary) -> Summary:
        return Summary(
            self.alerts + other.alerts,
            self.targets + other.targets,
            self.datums + other.datums,
            self.skipped + other.skipped,
            self.errors + other.errors,
            {**self.target_ids, **other.target_ids},
            self.problems + other.problems,
        )

    def __str__(self) -> str:
        counts = ("alerts", "targets", "datums", "skipped", "errors")
        return "ingest: " + " ".join(f"{name}={getattr(self, name)}" for name in counts)


def trouble(problems: Counter[str]) -> Summary:
    """Return problems, each with how many things it spoiled, as a summary."""
    return Summary(errors=problems.total(), problems=tuple(map(_printable, problems)))


def _printable(text: str) -> str:
    # messages quote what was sent, commands print them, and a terminal obeys control characters
    return "".join(character if character.isprintable() else "?" for character in text)
