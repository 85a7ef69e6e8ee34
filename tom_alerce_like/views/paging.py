"""What the address of a table's page says: which page of it, and how it is sorted."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass


def page_number(text: str | None) -> int:
    """Return the page that is asked for, 1 for anything that is no number."""
    return max(1, int(text)) if text and text.isdecimal() and len(text) < 8 else 1


@dataclass(frozen=True)
class Order:
    """A column's name and which way round; the name is empty where nothing is sorted."""

    name: str
    descending: bool

    @classmethod
    def of(cls, text: str, names: Container[str], default: Order) -> Order:
        """Read ``name`` or ``-name``; anything that is none of ``names`` is the default."""
        name = text.removeprefix("-")
        return cls(name, text.startswith("-")) if name in names else default
