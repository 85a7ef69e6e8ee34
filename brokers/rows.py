"""A batch as rows that a results page shows; everything in them is fit for JSON."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from tom_alerce_like.alerts.schema import Batch

SHOWN = ("object_id", "survey", "ra_deg", "dec_deg", "mjd", "first_mjd", "band", "mag", "n_detections", "real_bogus")
BARS = 5


def of(batch: Batch) -> list[dict[str, Any]]:
    """Return one dict per alert: `SHOWN`, aliases, and ``classes``, the most probable first."""
    classes = _classes(batch.classifications)
    return [
        {
            **{name: _plain(value) for name, value in row.items()},
            "aliases": list(batch.aliases.get(row["object_id"], ())),
            "classes": classes.get(row["object_id"], []),
        }
        for row in batch.alerts[list(SHOWN)].to_dict("records")
    ]


def _classes(classifications: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    best = classifications.sort_values("probability", ascending=False).groupby("object_id").head(BARS)
    columns = ["class_name", "probability", "classifier", "version"]
    return {name: group[columns].to_dict("records") for name, group in best.groupby("object_id")}


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
