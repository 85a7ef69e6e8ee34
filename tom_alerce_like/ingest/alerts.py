"""Alerts as rows: the measurements and cutouts that modules read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.alerts.schema import OPTIONAL
from tom_alerce_like.bulk import nullable, slices
from tom_alerce_like.models import Alert

_TEXTS = ("survey", "object_id", "alert_id", "band")
_NUMBERS = ("mag", "mag_err", "flux_njy", "flux_err_njy", "real_bogus")
_CUTOUTS = ("science", "template", "difference")
_ENRICHED = ["properties", *(f"cutout_{name}" for name in _CUTOUTS)]


def save(alerts: pd.DataFrame, target_ids: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Store the alerts that the database lacks, and add cutouts and measurements that it lacks to those it has.

    Returns which rows changed something.
    """
    stored = _stored(alerts)
    new: dict[tuple[str, str], Alert] = {}
    richer: dict[tuple[str, str], Alert] = {}
    changed = np.zeros(len(alerts), dtype=bool)
    for row, alert in enumerate(_made(alerts, target_ids)):
        key = (alert.survey, alert.alert_id)
        old = stored.get(key)
        if old is None:
            stored[key] = new[key] = alert
            changed[row] = True
        elif _enrich(old, alert):
            changed[row] = True
            if key not in new:
                richer[key] = old
    Alert.objects.bulk_create(new.values())
    if richer:
        Alert.objects.bulk_update(richer.values(), _ENRICHED, batch_size=100)
    return changed


def _stored(alerts: pd.DataFrame) -> dict[tuple[str, str], Alert]:
    found: dict[tuple[str, str], Alert] = {}
    for survey, ids in alerts.groupby("survey")["alert_id"]:
        for part in slices(ids.tolist()):
            for alert in Alert.objects.filter(survey=survey, alert_id__in=part).only("survey", "alert_id", *_ENRICHED):
                found[alert.survey, alert.alert_id] = alert
    return found


def _enrich(old: Alert, new: Alert) -> bool:
    """Fill what the older copy of the same alert lacks; tell whether there was anything to fill."""
    more = {name: value for name, value in new.properties.items() if name not in old.properties}
    old.properties = {**old.properties, **more}
    images = [name for name in _ENRICHED[1:] if getattr(old, name) is None and getattr(new, name) is not None]
    for name in images:
        setattr(old, name, getattr(new, name))
    return bool(more or images)


def _made(alerts: pd.DataFrame, target_ids: NDArray[np.int64]) -> list[Alert]:
    columns: dict[str, Sequence[Any]] = {name: alerts[name].tolist() for name in _TEXTS}
    columns |= {name: alerts[name].astype(float).tolist() for name in ("mjd", "ra_deg", "dec_deg")}
    columns |= {name: nullable(alerts[name]) for name in _NUMBERS}
    columns |= {"target_id": target_ids.tolist(), "is_positive": alerts["is_positive"].tolist()}
    columns["properties"] = _properties(alerts)
    images = _images(alerts["cutouts"])
    columns |= {f"cutout_{name}": [row.get(name) for row in images] for name in _CUTOUTS}
    return [Alert(**dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True)]


def _properties(alerts: pd.DataFrame) -> list[dict[str, float]]:
    rows = zip(*(nullable(alerts[name]) for name in OPTIONAL), strict=True)
    return [{name: v for name, v in zip(OPTIONAL, row, strict=True) if v is not None} for row in rows]


def _images(cutouts: pd.Series) -> list[dict[str, bytes | None]]:
    return [row if isinstance(row, dict) else {} for row in cutouts.tolist()]
