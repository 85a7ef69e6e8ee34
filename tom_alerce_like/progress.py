"""Progress in a terminal: a bar where one can be drawn, a line per stage elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

_WIDTH = 30


def shown(items: Iterable[Any], label: str, total: int | None = None, stream: TextIO | None = None) -> Iterator[Any]:
    """Iterate over ``items`` and say on ``stream`` (standard error) how many of ``total`` are done."""
    stream = stream or sys.stderr
    draws = stream.isatty()
    done = 0
    for item in items:
        yield item
        done += 1
        if draws:
            stream.write(f"\r{_line(label, done, total)}")
            stream.flush()
    stream.write(f"\r{_line(label, done, total)}\n" if draws else f"{_line(label, done, total)}\n")
    stream.flush()


def _line(label: str, done: int, total: int | None) -> str:
    if not total:
        return f"{label:<10} {done}"
    filled = _WIDTH * min(done, total) // total
    return f"{label:<10} [{'#' * filled}{'.' * (_WIDTH - filled)}] {done}/{total}"
