"""Batches put together, cut down and judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.alerts.schema import CLASSIFICATION_SCHEMA, Batch, frame

#: Probability from which a class counts when the query names no other.
LIKELY = 0.5


def classifications(columns: Mapping[str, Any]) -> pd.DataFrame:
    """Make a classification table, without repeats and without values that are no probability."""
    made = frame(columns, CLASSIFICATION_SCHEMA)
    made = made[made["probability"].between(0, 1) & (made["class_name"] != "")]
    keys = ["survey", "object_id", "classifier", "version", "class_name"]
    return made.drop_duplicates(keys).reset_index(drop=True)


def nothing(problems: Iterable[str] = ()) -> Batch:
    """Return a batch without alerts."""
    return Batch(frame({}), problems=tuple(problems))


def join(batches: Sequence[Batch]) -> Batch:
    """Put batches under each other; a problem that several have is told once."""
    return Batch(
        _stack([batch.alerts for batch in batches], frame({})),
        _stack([batch.classifications for batch in batches], frame({}, CLASSIFICATION_SCHEMA)),
        {name: names for batch in batches for name, names in batch.aliases.items()},
        tuple(dict.fromkeys(problem for batch in batches for problem in batch.problems)),
    )


def _stack(tables: list[pd.DataFrame], nothing: pd.DataFrame) -> pd.DataFrame:
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else nothing


def select(batch: Batch, mask: Any, problems: Iterable[str] = ()) -> Batch:
    """Return the rows of a batch that ``mask`` says, with what belongs to them, and more problems."""
    alerts = batch.alerts[mask].reset_index(drop=True)
    ids = set(alerts["object_id"])
    kept = batch.classifications["object_id"].isin(ids)
    aliases = {name: names for name, names in batch.aliases.items() if name in ids}
    classes = batch.classifications[kept].reset_index(drop=True)
    return Batch(alerts, classes, aliases, (*batch.problems, *problems))


def first(batch: Batch, n_rows: int, source: str, more: bool = False) -> Batch:
    """Return at most ``n_rows`` objects; a message says when ``source`` has more, or knows that it has (``more``)."""
    if not more and len(batch) <= n_rows:
        return batch
    note = f"{source} has more objects than the {n_rows} asked for: narrow the query or raise the limit."
    return select(batch, np.arange(len(batch)) < n_rows, [note])


def newest(batch: Batch) -> Batch:
    """Return one row per object: its newest alert."""
    order = batch.alerts.sort_values("mjd", kind="stable")
    rows = order.drop_duplicates(["survey", "object_id"], keep="last").index
    return select(batch, np.isin(np.arange(len(batch)), rows))


def of_class(batch: Batch, name: str, classifier: str, at_least: float | None) -> tuple[NDArray[np.bool_], list[str]]:
    """Tell which objects are of a class with probability ``at_least`` (`LIKELY` for None), and what was not judged.

    ``classifier`` empty takes any. Where nobody gave that class at all, every row passes, with a message.
    """
    said = batch.classifications
    said = said[said["class_name"].str.lower() == name.lower()]
    if classifier:
        said = said[said["classifier"] == classifier]
    if said.empty and len(batch):
        note = f"None of these objects comes with a probability of {name}: that limit was not applied."
        return np.ones(len(batch), dtype=bool), [note]
    enough = said[said["probability"] >= (LIKELY if at_least is None else at_least)]
    return batch.alerts["object_id"].isin(enough["object_id"]).to_numpy(), []
