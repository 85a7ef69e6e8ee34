"""Class probabilities as rows: one per target, judge, version and class, the newest judgement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pandas as pd
from django.utils import timezone

from tom_alerce_like.bulk import nullable, slices
from tom_alerce_like.models import Classification

_KEY = ["target_id", "source", "classifier", "version", "class_name"]
_LENGTHS = {"source": 50, "classifier": 100, "version": 50, "class_name": 50}


def save(table: pd.DataFrame, target_ids: Mapping[str, int]) -> Counter[str]:
    """Store the newest judgements of a classification table, and write only what changes.

    ``target_ids`` maps object ids to targets. Returns messages about rows that cannot be used: an unknown object, a
    probability outside [0, 1], a name that is empty or too long.
    """
    table = table.assign(target_id=table["object_id"].map(target_ids))
    good = table["target_id"].notna() & table["probability"].between(0, 1) & _named(table)
    problems: Counter[str] = Counter()
    if not good.all():
        bad = table[~good]
        text = f"{len(bad)} class probabilities left out: unknown object, no probability or no class name, as for "
        problems[text + str(bad["object_id"].iloc[0])] = len(bad)
    if good.any():
        _write(table[good].astype({"target_id": int}))
    return problems


def _named(table: pd.DataFrame) -> pd.Series:
    good = (table["classifier"] != "") & (table["class_name"] != "") & (table["source"] != "")
    for name, length in _LENGTHS.items():
        good &= (table[name].str.len() <= length) & ~table[name].str.contains("\x00", regex=False)
    return good


def _write(table: pd.DataFrame) -> None:
    newest = table.sort_values("mjd", kind="stable", na_position="first").drop_duplicates(_KEY, keep="last")
    stored = _stored(newest["target_id"].unique().tolist())
    rows = zip(*(newest[name].tolist() for name in _KEY), strict=True)
    judgements = zip(newest["probability"].tolist(), nullable(newest["mjd"]), strict=True)
    now = timezone.now()
    Classification.objects.bulk_create(
        [
            Classification(**dict(zip(_KEY, key, strict=True)), probability=probability, mjd=mjd, modified=now)
            for key, (probability, mjd) in zip(rows, judgements, strict=True)
            if _replaces((probability, mjd), stored.get(key))
        ],
        update_conflicts=True,
        unique_fields=_KEY,
        update_fields=["probability", "mjd", "modified"],
    )


def _stored(target_ids: list[int]) -> dict[tuple, tuple[float, float | None]]:
    found: dict[tuple, tuple[float, float | None]] = {}
    for ids in slices(target_ids):
        rows = Classification.objects.filter(target_id__in=ids).values_list(*_KEY, "probability", "mjd")
        found |= {tuple(row[: len(_KEY)]): (row[-2], row[-1]) for row in rows}
    return found


def _replaces(new: tuple[float, float | None], old: tuple[float, float | None] | None) -> bool:
    """A judgement of unknown time gives way to one whose time is known, and to the next of unknown time."""
    if old is None:
        return True
    return new != old and (old[1] is None or (new[1] is not None and new[1] >= old[1]))
