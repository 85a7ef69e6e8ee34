"""The alert table back from the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from django.db.models import QuerySet, Window
from django.db.models.functions import RowNumber
from tom_dataproducts.models import PhotometryReducedDatum

from tom_alerce_like.alerts import lightcurve
from tom_alerce_like.alerts.photometry import flux_from_mag
from tom_alerce_like.alerts.schema import OPTIONAL, frame
from tom_alerce_like.bulk import floats, slices
from tom_alerce_like.clock import mjds
from tom_alerce_like.models import Alert, Candidate

_TEXTS = ("survey", "object_id", "alert_id", "band")
_NUMBERS = ("mjd", "ra_deg", "dec_deg", "mag", "mag_err", "flux_njy", "flux_err_njy", "real_bogus")
_CUTOUTS = ("science", "template", "difference")
_VERSIONS = ("alert", "forced")
HOST = ("host_redshift", "host_redshift_err", "host_offset_arcsec")
#: Error of a redshift that states none, over 1 + z: of a spectroscopic one, and of any other.
UNSTATED_SPEC_ERR, UNSTATED_PHOTO_ERR = 0.001, 0.03


def newest(target_ids: Sequence[int]) -> QuerySet[Alert]:
    """Return the newest alert of each target that has any, at most `bulk.SLICE` targets at once."""
    place = Window(RowNumber(), partition_by="target_id", order_by=["-mjd", "alert_id"])
    ranked = Alert.objects.filter(target_id__in=target_ids).annotate(place=place).filter(place=1)
    return Alert.objects.filter(pk__in=ranked.values("pk"))


def latest(target_ids: Iterable[int]) -> pd.DataFrame:
    """Return the newest alert of each target as an alert table whose index is named ``target_id``.

    ``lightcurve`` holds all the survey photometry that ingest stored for the target; the host is the one that the
    target's `Candidate` knows. Targets without an alert have no row; the rows are in the order of the target ids.
    """
    rows = [alert for ids in slices(sorted(set(target_ids))) for alert in newest(ids)]
    rows.sort(key=lambda alert: alert.target_id)
    columns: dict[str, Any] = {name: [getattr(alert, name) for alert in rows] for name in _TEXTS}
    columns |= {name: floats([getattr(alert, name) for alert in rows]) for name in _NUMBERS}
    columns |= {name: floats([alert.properties.get(name) for alert in rows]) for name in OPTIONAL}
    columns["is_positive"] = [alert.is_positive is not False for alert in rows]
    columns["cutouts"] = [_images(alert) for alert in rows]
    owners = [alert.target_id for alert in rows]
    columns["lightcurve"] = _light_curves(owners)
    columns |= _hosts(owners)
    return frame(columns).set_axis(pd.Index(owners, name="target_id", dtype="int64"))


def _hosts(target_ids: list[int]) -> dict[str, Any]:
    names = ("target_id", *HOST, "host_redshift_kind")
    rows = [row for ids in slices(target_ids) for row in Candidate.objects.filter(pk__in=ids).values_list(*names)]
    table = pd.DataFrame(rows, columns=list(names)).set_index("target_id").reindex(target_ids)
    redshift, error, offset = (table[name].to_numpy(float) for name in HOST)
    spectroscopic = (table["host_redshift_kind"] == "spec").to_numpy()
    unstated = (1 + redshift) * np.where(spectroscopic, UNSTATED_SPEC_ERR, UNSTATED_PHOTO_ERR)
    return dict(zip(HOST, (redshift, np.where(error > 0, error, unstated), offset), strict=True))


def _images(alert: Alert) -> dict[str, bytes] | None:
    # PostgreSQL gives memoryviews
    images = {name: bytes(value) for name in _CUTOUTS if (value := getattr(alert, f"cutout_{name}")) is not None}
    return images or None


def _light_curves(target_ids: list[int]) -> pd.Series:
    names = (
        "target_id",
        "timestamp",
        "bandpass",
        "value",
        "brightness",
        "brightness_error",
        "limit",
        "reduction_version",
    )
    rows: list[tuple] = []
    for ids in slices(target_ids):
        datums = PhotometryReducedDatum.objects.filter(target_id__in=ids, reduction_version__in=_VERSIONS)
        rows += datums.order_by("timestamp", "pk").values_list(*names)
    owner, time, band, value, mag, mag_err, limit, version = zip(*rows, strict=True) if rows else ((),) * len(names)
    brightness = floats(mag)
    flux, flux_err = (floats([extra.get(name) for extra in value]) for name in ("flux_njy", "flux_err_njy"))
    of_mag, err_of_mag = flux_from_mag(brightness, floats(mag_err))
    flat = pd.DataFrame(
        {
            "row": pd.Index(target_ids).get_indexer(pd.Index(owner, dtype="int64")),
            "mjd": mjds(time),
            "band": list(band),
            "flux_njy": np.where(np.isnan(flux), of_mag, flux),
            "flux_err_njy": np.where(np.isnan(flux_err), err_of_mag, flux_err),
            "mag": np.where(np.isnan(brightness), floats(limit), brightness),
            "mag_err": floats(mag_err),
            "is_detection": ~np.isnan(brightness),
            "is_forced": [reduction == "forced" for reduction in version],
        }
    )
    return lightcurve.nest(flat.sort_values("row", kind="stable"), len(target_ids))
