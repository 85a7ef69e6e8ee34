"""The candidate table: what criteria read, one row a target, from five queries whatever the number of targets.

Columns: the fields of `Candidate` (numbers NaN when absent), ``now_mjd``, ``age_days`` since the first detection,
``rise_mag_per_day`` and its error, ``has_spectrum``, ``has_observation``, and a column for each class of each
classifier (`probability_columns`). The index is target_id.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import pandas as pd
from django.db.models import QuerySet
from tom_dataproducts.models import PhotometryReducedDatum, SpectroscopyReducedDatum
from tom_observations.models import ObservationRecord

from tom_alerce_like import judgements
from tom_alerce_like.clock import to_mjd
from tom_alerce_like.models import Candidate
from tom_alerce_like.plugins.priority.rise import POINT_COLUMNS, WINDOW_DAYS, rise

_TEXT = ("survey", "object_id", "last_band", "class_name", "classifier", "host_name", "host_redshift_kind")
_NUMBERS = (
    "ra_deg",
    "dec_deg",
    "first_mjd",
    "last_mjd",
    "n_detections",
    "last_mag",
    "class_probability",
    "host_offset_arcsec",
    "host_probability",
    "host_redshift",
)
# An observation in one of these states gave nothing (OCS portal and the toolkit's other facilities).
_FAILED = ("CANCELED", "WINDOW_EXPIRED", "FAILURE_LIMIT_REACHED", "FAILED", "ABORTED", "NOT_ATTEMPTED", "REJECTED")
_PREFIX = "P"
_RECENT_DAYS = WINDOW_DAYS + 5


def candidates(target_ids: Collection[int], now: datetime) -> pd.DataFrame:
    """Return the candidate table of the targets that have a `Candidate`, as of ``now`` (aware)."""
    rows = Candidate.objects.filter(target_id__in=target_ids).values_list("target_id", *_TEXT, *_NUMBERS)
    table = pd.DataFrame.from_records(list(rows), columns=["target_id", *_TEXT, *_NUMBERS], index="target_id")
    table = table.astype(dict.fromkeys(_NUMBERS, float))
    ids = table.index.tolist()
    table["now_mjd"] = to_mjd(now)
    table["age_days"] = table["now_mjd"] - table["first_mjd"]
    table["has_spectrum"] = table.index.isin(_targets_of(SpectroscopyReducedDatum.objects.all(), ids))
    table["has_observation"] = table.index.isin(_targets_of(ObservationRecord.objects.exclude(status__in=_FAILED), ids))
    return table.join(rise(points(ids, now))).join(probabilities(ids))


def _targets_of(rows: QuerySet, target_ids: Collection[int]) -> list[int]:
    return list(rows.filter(target_id__in=target_ids).values_list("target_id", flat=True).distinct())


def points(target_ids: Collection[int], now: datetime) -> pd.DataFrame:
    """Return recent photometry of the targets as `rise` reads it."""
    datums = PhotometryReducedDatum.objects.filter(
        target_id__in=target_ids, timestamp__gt=now - timedelta(days=_RECENT_DAYS), timestamp__lte=now
    ).values_list("target_id", "timestamp", "bandpass", "brightness", "brightness_error", "limit")
    table = pd.DataFrame.from_records(
        [(target, to_mjd(when), *rest) for target, when, *rest in datums], columns=list(POINT_COLUMNS)
    )
    return table.astype(
        {"target_id": int, "band": str, "mjd": float, "mag": float, "mag_err": float, "limit_mag": float}
    )


def probabilities(target_ids: Collection[int]) -> pd.DataFrame:
    """Return one column per class of each classifier, one row per target; of a classifier its newest judgement.

    Classes that our modules gave to an older alert than the newest do not count: see `judgements.standing`.
    """
    rows = [
        (target_id, "|".join((_PREFIX, said.source, said.classifier, class_name)), probability)
        for target_id, every in judgements.newest(list(target_ids)).items()
        for said in judgements.standing(every)
        for class_name, probability in said.classes
    ]
    table = pd.DataFrame.from_records(rows, columns=["target_id", "column", "probability"])
    return table.pivot(index="target_id", columns="column", values="probability")


def probability_columns(table: pd.DataFrame) -> dict[tuple[str, str, str], str]:
    """Return {(source, classifier, class name): column}."""
    split = {name: str(name).split("|", 3) for name in table.columns}
    return {(p[1], p[2], p[3]): name for name, p in split.items() if p[0] == _PREFIX and len(p) == 4}
