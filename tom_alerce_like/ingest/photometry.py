"""Points as the toolkit's photometry datums."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from django.conf import settings
from numpy.typing import NDArray
from tom_dataproducts.models import PhotometryReducedDatum
from tom_targets.base_models import BaseTarget
from tom_targets.models import PersistentShare
from tom_targets.sharing import continuous_share_data

from tom_alerce_like.bulk import insert, nullable, slices
from tom_alerce_like.clock import datetimes, us_of_datetimes
from tom_alerce_like.ingest.points import SAME_EXPOSURE_US, fresh

logger = logging.getLogger(__name__)
ALERT, FORCED = "alert", "forced"


def save(points: pd.DataFrame, known: Sequence[int], source: str) -> pd.DataFrame:
    """Store the points (see `points.collect`) that the database lacks, and return them.

    ``known`` are the targets that may have photometry.
    """
    if points.empty:
        return points
    new = fresh(points, _stored(known, points["mjd"].min(), points["mjd"].max()))
    insert(PhotometryReducedDatum, _columns(new, source), len(new))
    return new


def _stored(target_ids: Sequence[int], first_mjd: float, last_mjd: float) -> pd.DataFrame:
    margin = SAME_EXPOSURE_US / 86400e6
    window = datetimes([first_mjd - margin, last_mjd + margin])
    columns = ("target_id", "bandpass", "timestamp", "brightness", "instrument", "reduction_version")
    rows: list[tuple] = []
    for ids in slices(target_ids):
        datums = PhotometryReducedDatum.objects.filter(target_id__in=ids, timestamp__range=window)
        rows += datums.values_list(*columns)
    target, band, time, brightness, instrument, version = zip(*rows, strict=True) if rows else ((),) * len(columns)
    kinds = [
        FORCED if reduction == FORCED else "limit" if mag is None else "detection"
        for mag, reduction in zip(brightness, version, strict=True)
    ]
    return pd.DataFrame(
        {
            "target_id": np.array(target, dtype=np.int64),
            "band": pd.Series(band, dtype="str"),
            "kind": pd.Series(kinds, dtype="str"),
            "instrument": pd.Series(instrument, dtype="str"),
            "time_us": us_of_datetimes(time),
        }
    )


def _columns(points: pd.DataFrame, source: str) -> dict[str, Sequence[Any]]:
    return {
        "target_id": points["target_id"].tolist(),
        "timestamp": datetimes(points["mjd"]),
        "value": _values(points),
        "telescope": points["survey"].tolist(),
        "instrument": points["instrument"].tolist(),
        "source_name": [source] * len(points),
        "source_location": points["object_id"].tolist(),
        "reduction_version": np.where(points["kind"] == FORCED, FORCED, ALERT).tolist(),
        "brightness": nullable(points["brightness"]),
        "brightness_error": nullable(points["brightness_error"]),
        "limit": nullable(points["limit"]),
        "bandpass": points["band"].tolist(),
        "unit": ["mag"] * len(points),
    }


def _values(points: pd.DataFrame) -> list[dict[str, Any]]:
    fluxes: NDArray[np.float64] = points[["flux_njy", "flux_err_njy"]].to_numpy(dtype=float)
    return [
        {} if flux is None else {"flux_njy": flux, "flux_err_njy": error, "is_positive": flux >= 0}
        for flux, error in zip(nullable(fluxes[:, 0]), nullable(fluxes[:, 1]), strict=True)
    ]


def share(new: pd.DataFrame) -> Counter[str]:
    """Send new points (as `save` returned them) where the TOM's owner shares their targets.

    A failure becomes a message.
    """
    problems: Counter[str] = Counter()
    if not getattr(settings, "DATA_SHARING", None):
        return problems
    shared = PersistentShare.objects.filter(target_id__in=new["target_id"].unique().tolist())
    for target_id in sorted(set(shared.values_list("target_id", flat=True))):
        times = datetimes(new.loc[new["target_id"] == target_id, "mjd"])
        datums = PhotometryReducedDatum.objects.filter(target_id=target_id, timestamp__in=times)
        try:
            continuous_share_data(BaseTarget.objects.get(pk=target_id), list(datums))
        except Exception as error:
            logger.exception("sharing target %d", target_id)
            problems[f"the new data of target {target_id} could not be shared: {error}"] += 1
    return problems
