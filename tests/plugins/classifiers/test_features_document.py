"""The document of features names all of them and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.plugins.classifiers.light_curves import random_curves
from tom_alerce_like.plugins.classifiers.features import GROUPS, table

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "features.md"
BANDS = "gri"


def written(group: str) -> set[str]:
    """Return the names that the document's section has, for the bands g, r and i."""
    section = DOCUMENT.read_text().split(f"\n## {group}\n")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| ")][2:]
    names = {name.strip() for row in rows for name in row.split(",")}
    for word, values in (("BAND", list(BANDS)), ("PAIR", ["gr", "ri"]), ("SIDE", ["before", "after"])):
        names = {re.sub(word, value, name) for name in names for value in values}
    return names


@pytest.mark.parametrize("group", GROUPS)
def test_every_feature_is_written_down(group: str) -> None:
    assert written(group) == set(table(random_curves(0), [group], BANDS).columns)
