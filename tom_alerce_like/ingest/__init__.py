"""The only way into targets, names and datums: brokers' pages, saved queries, files and streams all use `ingest`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pandas as pd
from tom_targets.base_models import BaseTarget

from tom_alerce_like import summary
from tom_alerce_like.alerts.schema import Batch
from tom_alerce_like.bulk import slices
from tom_alerce_like.ingest import alerts as alert_rows
from tom_alerce_like.ingest import classifications, photometry, points, targets
from tom_alerce_like.ingest.clean import usable
from tom_alerce_like.ingest.matching import match, owners
from tom_alerce_like.ingest.report import Summary, trouble
from tom_alerce_like.turns import turn

__all__ = ["Summary", "ingest"]


def ingest(batch: Batch, *, source: str, user: Any = None) -> Summary:
    """Bring a batch into the TOM.

    Each object finds its target by exact name, by alias, by place (setting MATCH_RADIUS_ARCSEC), or becomes a new
    target with the permissions of the settings GROUPS and TARGET_PERMISSION, and ``user``'s. Light curves become
    photometry datums of ``source`` (a data service's name), alerts and classifications rows of ours. What is known
    already, from whatever broker, is left as it is: the same batch twice changes nothing. What cannot be used is
    counted and named in the summary, and spoils nothing else. Every 500 objects are one transaction.
    """
    good, problems = usable(batch.alerts)
    total = Summary(alerts=len(batch)) + trouble(problems + Counter(batch.problems))
    for alerts in _chunks(good):
        total += _chunk(alerts, batch, source, user)
    rest = batch.classifications[~batch.classifications["object_id"].isin(total.target_ids)]
    return total + _judgements_alone(rest) if len(rest) else total


def _chunks(alerts: pd.DataFrame) -> Iterator[pd.DataFrame]:
    for object_ids in slices(alerts["object_id"].drop_duplicates().tolist()):
        yield alerts[alerts["object_id"].isin(object_ids)].reset_index(drop=True)


def _chunk(alerts: pd.DataFrame, batch: Batch, source: str, user: Any) -> Summary:
    with turn():
        made, target_ids, problems = _targets(alerts, batch, user)
        owner = alerts["object_id"].map(target_ids).to_numpy(dtype=int)
        changed = alert_rows.save(alerts, owner)
        measured, impossible = points.collect(alerts, owner)
        old = sorted(set(target_ids.values()) - {target.pk for target in made})
        new = photometry.save(measured, old, source)
        changed[new["row"].unique()] = True
        table = batch.classifications
        problems += classifications.save(table[table["object_id"].isin(target_ids)], target_ids)
        summary.refresh(target_ids.values())
    problems += impossible + targets.announce(made) + photometry.share(new)
    skipped = int((~changed).sum())
    return Summary(0, len(made), len(new), skipped, target_ids=target_ids) + trouble(problems)


def _targets(alerts: pd.DataFrame, batch: Batch, user: Any) -> tuple[list[BaseTarget], dict[str, int], Counter[str]]:
    newest = alerts.sort_values("mjd", kind="stable").drop_duplicates("object_id", keep="last").sort_index()
    found = match(newest, batch.aliases)
    made = targets.create(newest.iloc[found.founders])
    ids = [made[-slot - 1].pk if slot < 0 else slot for slot in found.slots]
    targets.name((name, made[-slot - 1].pk if slot < 0 else slot) for name, slot in found.names)
    problems = found.problems + targets.grant(made, user)
    return made, dict(zip(newest["object_id"], ids, strict=True)), problems


def _judgements_alone(table: pd.DataFrame) -> Summary:
    """Store what is said of objects that have no alert in the batch, where the TOM has them."""
    with turn():
        target_ids = owners(set(table["object_id"]))
        problems = classifications.save(table, target_ids)
        summary.refresh(target_ids.values())
    return trouble(problems)
