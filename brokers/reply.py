"""Rows of a service's JSON reply as columns; whatever does not fit becomes missing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.exceptions import BadReply

Row = dict[str, Any]


def rows(reply: Any, key: str | None = None) -> list[Row]:
    """Return the rows of a reply: a list of objects, or such a list under ``key``.

    Raises `BadReply` for anything else.
    """
    found = reply.get(key) if key and isinstance(reply, dict) else None if key else reply
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise BadReply(f"the service sent no list of rows{f' under {key}' if key else ''}")
    return found


def unique(found: Sequence[Row], key: str) -> list[Row]:
    """Return the first row of each value of ``key``, in order; rows without it are left out."""
    once: dict[str, Row] = {}
    for row, value in zip(found, texts(found, key), strict=True):
        once.setdefault(value, row)
    return [row for value, row in once.items() if value]


def number(value: Any, missing: float = math.nan) -> float:
    """Return a value as a finite number, ``missing`` where it is none."""
    try:
        made = float(value)
    except (TypeError, ValueError, OverflowError):
        return missing
    return made if math.isfinite(made) else missing


def numbers(found: Sequence[Row], name: str) -> NDArray[np.float64]:
    """Return a field as numbers, NaN where it is none."""
    return np.array([number(row.get(name)) for row in found], dtype=float)


def mapping(value: Any) -> Row:
    """Return an object of the reply, empty where it is none."""
    return value if isinstance(value, dict) else {}


def texts(found: Sequence[Row], name: str) -> list[str]:
    """Return a field as strings (numbers in full: ids exceed 2^53), empty where there is none."""
    return ["" if row.get(name) is None else str(row[name]) for row in found]


def whole(value: Any) -> int | None:
    """Return an id that is a whole number, None for anything else."""
    text = str(value)
    return int(text) if text.isdecimal() and len(text) < 20 else None
