"""Texts in CSV files that people open with a spreadsheet."""

from __future__ import annotations

import re

#: What a spreadsheet would take for a formula, and numbers and angles, which begin like one and are none.
_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?[\d.][\d.:eE+\- ]*")


def harmless(cell: str) -> str:
    """Return somebody's text so that no spreadsheet runs it: an apostrophe before what looks like a formula."""
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell
