"""ZTF alerts of every schema version, as ZTF or Fink sends them, become the alert table.

Fields: https://zwickytransientfacility.github.io/ztf-avro-alert/schema.html. ``jd`` is UTC at the start of the
exposure. Forced photometry comes in data numbers and gets its zero point ``magzpsci``. The magnitude of an alert is
that of the difference image.
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
from tom_alerce_like.alerts.photometry import ZERO_POINT_MAG, Floats, flux_from_mag, mjd_from_jd
from tom_alerce_like.alerts.schema import Batch

#: What a value means that was not measured.
MISSING = (-999.0, -99999.0)
PIXEL_ARCSEC = 1.012
SURVEY = "ZTF"

#: Columns of the alert table that are fields of ``candidate``.
COPIED = {
    "ra_deg": "ra",
    "dec_deg": "dec",
    "mag": "magpsf",
    "mag_err": "sigmapsf",
    "n_detections": "ndethist",
    "n_observations": "ncovhist",
    "limiting_mag": "diffmaglim",
    "elongation": "elong",
    "sharpness": "sharpnr",
    "chi": "chipsf",
    "sum_ratio": "sumrat",
    "x_px": "xpos",
    "y_px": "ypos",
    "snr": "scorr",
    "n_negative_px": "nneg",
    "n_bad_px": "nbad",
    "star_galaxy_score": "sgscore1",
    "nearest_source_arcsec": "distpsnr1",
    "nearest_source_g_mag": "sgmag1",
    "nearest_source_r_mag": "srmag1",
    "nearest_source_i_mag": "simag1",
    "nearest_source_z_mag": "szmag1",
    "second_star_galaxy_score": "sgscore2",
    "second_source_arcsec": "distpsnr2",
    "second_source_r_mag": "srmag2",
    "gaia_source_arcsec": "neargaia",
    "gaia_source_mag": "maggaia",
    "bright_gaia_source_arcsec": "neargaiabright",
    "bright_gaia_source_mag": "maggaiabright",
    "reference_source_arcsec": "distnr",
    "reference_source_mag": "magnr",
    "reference_source_chi": "chinr",
    "sso_distance_arcsec": "ssdistnr",
    "sso_mag": "ssmagnr",
}
_POINT = [
    *fields(pa.float64(), "jd", "magpsf", "sigmapsf", "diffmaglim"),
    ("fid", pa.int64()),
    ("isdiffpos", pa.string()),
]
_ONLY_NOW = sorted({*COPIED.values(), "jdstarthist", "fwhm", "classtar", "magap", "rb", "drb"} - dict(_POINT).keys())
_CANDIDATE = [*_POINT, ("candid", pa.int64()), ("drbversion", pa.string()), *fields(pa.float64(), *_ONLY_NOW)]
_FORCED = [*fields(pa.float64(), "jd", "forcediffimflux", "forcediffimfluxunc", "magzpsci"), ("fid", pa.int64())]
_CUTOUTS = ("cutoutScience", "cutoutTemplate", "cutoutDifference")


def _kind(candidate: list[tuple[str, pa.DataType]], cutout: pa.DataType) -> pa.StructType:
    return pa.struct(
        [
            ("objectId", pa.string()),
            ("candidate", pa.struct(candidate)),
            ("prv_candidates", pa.list_(pa.struct(_POINT))),
            ("fp_hists", pa.list_(pa.struct(_FORCED))),
            *fields(cutout, *_CUTOUTS),
            *fink.ZTF_FIELDS,
        ]
    )


ROW = _kind(_CANDIDATE, pa.binary())
#: The same with the fields of ``candidate`` as columns of their own: what a parquet file may hold.
STORED = pa.struct([*ROW, *_CANDIDATE])
PACKET = _kind(_CANDIDATE, pa.struct([("stampData", pa.binary())]))


def from_packets(packets: Sequence[Mapping[str, Any]], names: Sequence[str] = ()) -> Batch:
    """Return the batch of decoded Avro packets; ``names`` say in its problems where each packet comes from."""
    return _batch(*build.readable(packets, PACKET, names))


def from_table(table: pa.Table | pa.RecordBatch, name: str = "") -> Batch:
    """Return the batch of parquet rows that hold packets, or the fields of ``candidate`` as columns of their own.

    Raises `AlertFormatError` when a column has a type that cannot be that field's.
    """
    if "candidate" not in table.schema.names:
        flat = pa.table(table.columns, names=table.schema.names).combine_chunks()
        candidate = pa.StructArray.from_arrays([c.combine_chunks() for c in flat.columns], names=flat.column_names)
        table = flat.append_column("candidate", candidate)
    rows = columns.of_table(table, ROW)
    return _batch(rows, [f"{name} row {row}".strip() for row in range(len(rows))], [])


def _batch(rows: pa.StructArray, names: Sequence[str], problems: Sequence[str]) -> Batch:
    return build.batch(rows, _read, names, problems, classifications=fink.of_ztf)


def _read(rows: pa.StructArray) -> tuple[dict[str, Any], pd.DataFrame]:
    now = child(rows, "candidate")
    table: dict[str, Any] = {name: floats(now, field, MISSING) for name, field in COPIED.items()}
    table["flux_njy"], table["flux_err_njy"] = flux_from_mag(table["mag"], table["mag_err"])
    table["flux_njy"] *= _sign(now)
    table |= {
        "survey": np.full(len(rows), SURVEY, dtype=object),
        "object_id": columns.texts(rows, "objectId"),
        "alert_id": columns.texts(now, "candid"),
        "mjd": mjd_from_jd(floats(now, "jd")),
        "band": pa.array(BANDS).take(pa.array(_band(now))),
        "is_positive": _sign(now) > 0,
        "real_bogus": _real_bogus(now),
        "first_mjd": mjd_from_jd(floats(now, "jdstarthist", MISSING)),
        "fwhm_arcsec": PIXEL_ARCSEC * floats(now, "fwhm", MISSING),
        "aperture_minus_psf_mag": floats(now, "magap", MISSING) - table["mag"],
        "extendedness": 1 - floats(now, "classtar", MISSING),
        "cutouts": _cutouts(rows),
    }
    return table, _all_points(rows)


def _all_points(rows: pa.StructArray) -> pd.DataFrame:
    now = _points(np.arange(len(rows)), child(rows, "candidate"))
    before = _points(*columns.exploded(rows, "prv_candidates"))
    return build.merged([now, before, _forced_points(*columns.exploded(rows, "fp_hists"))])


def _points(row: Any, values: pa.StructArray) -> pd.DataFrame:
    mag, mag_err, limit_mag = (floats(values, name, MISSING) for name in ("magpsf", "sigmapsf", "diffmaglim"))
    mjd = mjd_from_jd(floats(values, "jd"))
    return build.mag_points(row, mjd, _band(values), mag, mag_err, limit_mag, _sign(values))


def _forced_points(row: Any, values: pa.StructArray) -> pd.DataFrame:
    njy_per_dn = 10 ** (0.4 * (ZERO_POINT_MAG - floats(values, "magzpsci", MISSING)))
    flux = njy_per_dn * floats(values, "forcediffimflux", MISSING)
    flux_err = njy_per_dn * floats(values, "forcediffimfluxunc", MISSING)
    mjd = mjd_from_jd(floats(values, "jd"))
    return build.flux_points(row, mjd, _band(values), flux, flux_err, forced=True)


def _band(values: pa.StructArray) -> Any:
    fid = pc.fill_null(child(values, "fid"), 0).to_numpy(zero_copy_only=False)
    return np.array([NO_BAND, 1, 2, 3])[np.where((fid > 0) & (fid < 4), fid, 0)]


def _sign(values: pa.StructArray) -> Floats:
    given = pc.utf8_lower(columns.texts(values, "isdiffpos"))
    return np.where(pc.is_in(given, pa.array(["f", "0", "-1", "false"])).to_numpy(zero_copy_only=False), -1.0, 1.0)


def _real_bogus(now: pa.StructArray) -> Floats:
    """Return drb, else rb; a drb whose version is empty is a filler of schemas older than drb."""
    drb, rb = floats(now, "drb", MISSING), floats(now, "rb", MISSING)
    filler = pc.fill_null(pc.equal(child(now, "drbversion"), ""), False).to_numpy(zero_copy_only=False)
    return np.where(np.isnan(drb) | filler, rb, drb)


def _cutouts(rows: pa.StructArray) -> pa.StructArray:
    stamps = [child(rows, name) for name in _CUTOUTS]
    stamps = [child(stamp, "stampData") if pa.types.is_struct(stamp.type) else stamp for stamp in stamps]
    return pa.StructArray.from_arrays(stamps, names=["science", "template", "difference"])
