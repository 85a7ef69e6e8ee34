"""Which survey an object's name belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable

ZTF, LSST = "ZTF", "LSST"
SURVEYS = (ZTF, LSST)
_PATTERNS = {ZTF: re.compile(r"ZTF\d{2}[a-z]{7}"), LSST: re.compile(r"[1-9]\d{11,18}")}


def survey_of(name: str) -> str | None:
    """Return the survey that gives names like this one, None when it is nobody's (an IAU name, say)."""
    return next((survey for survey, pattern in _PATTERNS.items() if pattern.fullmatch(name)), None)


def by_survey(names: Iterable[str]) -> dict[str, list[str]]:
    """Sort names by survey, without repeats and without the names that are nobody's."""
    found: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        survey = survey_of(name)
        if survey:
            found.setdefault(survey, []).append(name)
    return found
