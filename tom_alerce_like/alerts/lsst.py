"""LSST alerts of schemas 7.1 and later, as Rubin or Fink sends them, become the alert table.

Fields: https://sdm-schemas.lsst.io/apdb.html. Fluxes are nJy of the difference image and may be negative, times are
TAI. The identifier of an object is ``diaObjectId``; a source that belongs to a known solar-system body has none, and
is named by its ``ssObjectId``; one that belongs to neither is named by its own ``diaSourceId``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from tom_alerce_like.alerts import build, columns, fink
from tom_alerce_like.alerts.build import BANDS, NO_BAND
from tom_alerce_like.alerts.columns import child, fields, floats
from tom_alerce_like.alerts.photometry import Floats, limit_from_error, mag_from_flux, utc_from_tai
from tom_alerce_like.alerts.schema import Batch

SURVEY = "LSST"

#: Columns of the alert table that are fields of ``diaSource``.
COPIED = {
    "ra_deg": "ra",
    "dec_deg": "dec",
    "flux_njy": "psfFlux",
    "flux_err_njy": "psfFluxErr",
    "real_bogus": "reliability",
    "snr": "snr",
    "trail_length_arcsec": "trailLength",
    "extendedness": "extendedness",
}
_FWHM_PER_SIGMA = 2 * np.sqrt(2 * np.log(2))
_ARCSEC_PER_DEG = 3600.0

_POINT = [("midpointMjdTai", pa.float64()), ("band", pa.string()), *fields(pa.float64(), "psfFlux", "psfFluxErr")]
_ONLY_NOW = sorted({*COPIED.values(), "apFlux", "psfChi2", "psfNdata", "ixx", "iyy", "ixy"} - dict(_POINT).keys())
_IDS = fields(pa.int64(), "diaSourceId", "diaObjectId", "ssObjectId")
_LIMIT = [("midpointMjdTai", pa.float64()), ("band", pa.string()), ("diaNoise", pa.float64())]
_SOLAR_SYSTEM = fields(pa.float64(), "ephOffset", "ephVmag", "residualRa", "residualDec", "predictedVMagnitude")
_CUTOUTS = ("cutoutScience", "cutoutTemplate", "cutoutDifference")

ROW = pa.struct(
    [
        ("diaSource", pa.struct([*_IDS, *_POINT, *fields(pa.float64(), *_ONLY_NOW)])),
        ("diaObject", pa.struct(fields(pa.float64(), "nDiaSources", "firstDiaSourceMjdTai"))),
        ("ssSource", pa.struct(_SOLAR_SYSTEM)),
        ("prvDiaSources", pa.list_(pa.struct(_POINT))),
        ("prvDiaForcedSources", pa.list_(pa.struct(_POINT))),
        ("prvDiaNondetectionLimits", pa.list_(pa.struct(_LIMIT))),
        ("xm", pa.struct([("tns_fullname", pa.string())])),
        *fields(pa.binary(), *_CUTOUTS),
        *fink.LSST_FIELDS,
    ]
)
STORED = PACKET = ROW


def from_packets(packets: Sequence[Mapping[str, Any]], names: Sequence[str] = ()) -> Batch:
    """Return the batch of decoded Avro packets; ``names`` say in its problems where each packet comes from."""
    return _batch(*build.readable(packets, ROW, names))


def from_table(table: pa.Table | pa.RecordBatch, name: str = "") -> Batch:
    """Return the batch of parquet rows that hold packets.

    Raises `AlertFormatError` when a column has a type that cannot be that field's.
    """
    rows = columns.of_table(table, ROW)
    return _batch(rows, [f"{name} row {row}".strip() for row in range(len(rows))], [])


def _batch(rows: pa.StructArray, names: Sequence[str], problems: Sequence[str]) -> Batch:
    return build.batch(rows, _read, names, problems, classifications=fink.of_lsst, aliases=_aliases)


def _read(rows: pa.StructArray) -> tuple[dict[str, Any], pd.DataFrame]:
    now = child(rows, "diaSource")
    points = _all_points(rows)
    table: dict[str, Any] = {name: floats(now, field) for name, field in COPIED.items()}
    table["mag"], table["mag_err"] = mag_from_flux(table["flux_njy"], table["flux_err_njy"])
    table |= {
        "survey": np.full(len(rows), SURVEY, dtype=object),
        "object_id": _object_id(now),
        "alert_id": columns.texts(now, "diaSourceId"),
        "mjd": utc_from_tai(floats(now, "midpointMjdTai")),
        "band": pa.array(BANDS).take(pa.array(_band(now))),
        "is_positive": table["flux_njy"] > 0,
        "n_detections": floats(rows, "diaObject.nDiaSources"),
        "first_mjd": _first_mjd(rows, points),
        "limiting_mag": limit_from_error(table["flux_err_njy"]),
        "chi": floats(now, "psfChi2") / floats(now, "psfNdata", (0.0,)),
        "aperture_minus_psf_mag": _aperture_minus_psf_mag(now),
        "cutouts": _cutouts(rows),
        **_shape(now),
        **_solar_system(rows),
    }
    return table, points


def _aperture_minus_psf_mag(now: pa.StructArray) -> Floats:
    aperture, psf = floats(now, "apFlux"), floats(now, "psfFlux")
    return mag_from_flux(np.where(aperture * psf > 0, aperture / psf, np.nan))[0] - mag_from_flux(1.0)[0]


def _object_id(now: pa.StructArray) -> pa.Array:
    """Return the first identifier that is neither null nor 0."""
    ids = [child(now, name) for name in ("diaObjectId", "ssObjectId", "diaSourceId")]
    return columns.filled(pc.coalesce(*(pc.if_else(pc.equal(ids_, 0), None, ids_) for ids_ in ids)))


def _first_mjd(rows: pa.StructArray, points: pd.DataFrame) -> Floats:
    """Return the survey's first detection, or the first one in the packet where schema or survey does not say."""
    said = utc_from_tai(floats(rows, "diaObject.firstDiaSourceMjdTai"))
    seen = points[points["is_detection"] & ~points["is_forced"]].groupby("row")["mjd"].min()
    return np.where(np.isnan(said), seen.reindex(range(len(rows))).to_numpy(), said)


def _shape(now: pa.StructArray) -> dict[str, Floats]:
    """Return full width at half maximum and axis ratio from the second moments (arcsec^2)."""
    ixx, iyy, ixy = (floats(now, name) for name in ("ixx", "iyy", "ixy"))
    mean, half_range = (ixx + iyy) / 2, np.hypot((ixx - iyy) / 2, ixy)
    good = mean > half_range
    mean, half_range = np.where(good, mean, np.nan), np.where(good, half_range, np.nan)
    sigma_arcsec = ((mean + half_range) * (mean - half_range)) ** 0.25
    return {
        "fwhm_arcsec": _FWHM_PER_SIGMA * sigma_arcsec,
        "elongation": np.sqrt((mean + half_range) / (mean - half_range)),
    }


def _solar_system(rows: pa.StructArray) -> dict[str, Floats]:
    """Return distance to and magnitude of the known body, under schema 9's names or later ones; 0 mag is unknown."""
    body = child(rows, "ssSource")
    offset, mag = floats(body, "ephOffset"), floats(body, "ephVmag", (0.0,))
    residual_deg = np.hypot(floats(body, "residualRa"), floats(body, "residualDec"))
    return {
        "sso_distance_arcsec": np.where(np.isnan(offset), residual_deg * _ARCSEC_PER_DEG, offset),
        "sso_mag": np.where(np.isnan(mag), floats(body, "predictedVMagnitude", (0.0,)), mag),
    }


def _all_points(rows: pa.StructArray) -> pd.DataFrame:
    now = _points(np.arange(len(rows)), child(rows, "diaSource"))
    before = _points(*columns.exploded(rows, "prvDiaSources"))
    forced = _points(*columns.exploded(rows, "prvDiaForcedSources"), forced=True)
    return build.merged([now, before, forced, _limits(*columns.exploded(rows, "prvDiaNondetectionLimits"))])


def _points(row: Any, values: pa.StructArray, forced: bool = False) -> pd.DataFrame:
    flux, flux_err = floats(values, "psfFlux"), floats(values, "psfFluxErr")
    mjd = utc_from_tai(floats(values, "midpointMjdTai"))
    return build.flux_points(row, mjd, _band(values), flux, flux_err, forced=forced)


def _limits(row: Any, values: pa.StructArray) -> pd.DataFrame:
    limit_mag = limit_from_error(floats(values, "diaNoise"))
    mjd, nothing = utc_from_tai(floats(values, "midpointMjdTai")), np.full(len(values), np.nan)
    return build.mag_points(row, mjd, _band(values), nothing, nothing, limit_mag, nothing)


def _band(values: pa.StructArray) -> Any:
    found = pc.index_in(columns.texts(values, "band"), pa.array(BANDS))
    return pc.fill_null(found, NO_BAND).to_numpy(zero_copy_only=False)


def _cutouts(rows: pa.StructArray) -> pa.StructArray:
    stamps = [child(rows, name) for name in _CUTOUTS]
    return pa.StructArray.from_arrays(stamps, names=["science", "template", "difference"])


def _aliases(rows: pa.StructArray, alerts: pd.DataFrame, good: Any) -> dict[str, Sequence[str]]:
    """Return the TNS names that Fink found, by object."""
    names = columns.texts(rows, "xm.tns_fullname").to_pandas()[good]
    found = zip(alerts["object_id"], names, strict=True)
    return {object_id: [name] for object_id, name in found if name not in ("", "Fail")}
