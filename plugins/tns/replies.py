"""What TNS says of a report: its reply is a list with one dict per report, keyed by the number of the message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

INSERTED, JOINED, RENAMED = 100, 101, 121
IDENTICAL = 5
_NAME = re.compile(r"([A-Za-z]+)?\s*(\d{4}[A-Za-z]+)")


@dataclass(frozen=True)
class Entry:
    """TNS's answer to one report.

    ``iau_name`` ("AT 2026abc") is empty unless TNS took the report, or joined it to an object that it knew.
    ``internal_name`` is what TNS echoes of ours, empty when it echoes nothing.
    """

    internal_name: str
    iau_name: str
    codes: frozenset[int]
    messages: tuple[str, ...]
    raw: Any


def entries(feedback: Any) -> list[Entry]:
    """Return the answers in ``data.feedback.at_report``, whether TNS gives a list or a numbered dict."""
    given = feedback.get("at_report", []) if isinstance(feedback, dict) else []
    rows = list(given.values()) if isinstance(given, dict) else given
    return [_entry(row) for row in rows] if isinstance(rows, list) else []


def iau_name(objname: str, prefix: str = "") -> str:
    """Return "AT 2026abc", given "2026abc", "AT2026abc" or "AT 2026abc"; empty where there is no such name."""
    found = _NAME.fullmatch(str(objname).strip())
    return f"{found[1] or prefix or 'AT'} {found[2]}" if found else ""


def _entry(row: Any) -> Entry:
    said = list(_messages(row))
    named = {code: _name(message) for code, message in said if code in (INSERTED, JOINED, RENAMED)}
    echoed = row.get("internal_ids") if isinstance(row, dict) else None
    return Entry(
        str(echoed.get("internal_name", "")) if isinstance(echoed, dict) else "",
        named.get(RENAMED) or named.get(JOINED) or named.get(INSERTED) or "",
        frozenset(code for code, _ in said),
        tuple(f"{code}: {message.get('message', '')}" for code, message in said),
        row,
    )


def _name(message: dict[str, Any]) -> str:
    return iau_name(message.get("new_object_name") or message.get("objname") or "", str(message.get("prefix") or ""))


def _messages(node: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    # errors lie beside the field that they are about, at any depth
    if isinstance(node, list):
        for item in node:
            yield from _messages(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if re.fullmatch("[0-9]{1,5}", str(key)) and isinstance(value, dict) and {"message", "objname"} & set(value):
                yield int(key), value
            else:
                yield from _messages(value)
