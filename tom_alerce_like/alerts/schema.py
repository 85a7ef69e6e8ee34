"""The alert table: what every survey's packets become, and nothing else in the code knows a survey's own names.

One row per alert. `ALERT_SCHEMA` gives names and types; units are in the names. Times are MJD in UTC (LSST's TAI is
converted at the door), magnitudes AB, fluxes of the difference image in nJy with sign. Missing numbers are NaN,
missing strings are empty. ``lightcurve`` holds everything the survey knew of the object at that time, time-ordered,
the alert itself included; a non-detection has ``is_detection`` false, its limiting magnitude in ``mag`` and NaN errors.
Forced photometry keeps its flux and flux error even where it is no detection (below 3 sigma; ``mag`` is then 5 sigma).
``cutouts`` holds the bytes of the packet; `tom_alerce_like.alerts.cutouts` decodes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pyarrow as pa

from tom_alerce_like.exceptions import InputError

LIGHTCURVE = pa.list_(
    pa.struct(
        [
            ("mjd", pa.float64()),
            ("band", pa.string()),
            ("flux_njy", pa.float64()),
            ("flux_err_njy", pa.float64()),
            ("mag", pa.float64()),
            ("mag_err", pa.float64()),
            ("is_detection", pa.bool_()),
            ("is_forced", pa.bool_()),
        ]
    )
)
CUTOUTS = pa.struct([("science", pa.binary()), ("template", pa.binary()), ("difference", pa.binary())])

#: Measurements that some surveys or schema versions lack: NaN there.
OPTIONAL = (
    "n_detections",  # detections of the object so far, the whole survey history (float, NaN unknown)
    "n_observations",  # how often the survey looked at the place
    "first_mjd",  # first detection of the object in the survey's history
    "limiting_mag",  # 5 sigma depth of the image
    "fwhm_arcsec",
    "elongation",  # major over minor axis
    "sharpness",  # ZTF: of the nearest source in the reference image
    "chi",  # of the PSF fit
    "sum_ratio",  # sum over sum of absolute values of the difference's pixels: 1 all positive, -1 all negative
    "x_px",  # place in the image, its first pixel 1
    "y_px",
    "aperture_minus_psf_mag",
    "snr",
    "n_negative_px",
    "n_bad_px",
    "star_galaxy_score",  # nearest catalogued source: 1 star, 0 galaxy
    "nearest_source_arcsec",  # its distance
    "nearest_source_g_mag",
    "nearest_source_r_mag",
    "nearest_source_i_mag",
    "nearest_source_z_mag",
    "second_star_galaxy_score",  # the same of the catalogued source that is second nearest
    "second_source_arcsec",
    "second_source_r_mag",
    "gaia_source_arcsec",  # nearest Gaia source
    "gaia_source_mag",
    "bright_gaia_source_arcsec",  # nearest Gaia source brighter than 14 mag
    "bright_gaia_source_mag",
    "reference_source_arcsec",  # nearest source in the survey's own reference image
    "reference_source_mag",
    "reference_source_chi",  # of its PSF fit
    "sso_distance_arcsec",  # nearest known solar-system object; NaN when none is near
    "sso_mag",
    "trail_length_arcsec",
    "extendedness",  # 0 point source, 1 extended
    "mw_ebv",  # E(B-V) of the Milky Way in this direction
    "host_redshift",  # of the most probable host galaxy; the packets have none, other rooms fill it in
    "host_redshift_err",
    "host_offset_arcsec",
)

ALERT_SCHEMA = pa.schema(
    [
        ("survey", pa.string()),  # ZTF or LSST
        ("object_id", pa.string()),  # a string: LSST ids exceed 2^53
        ("alert_id", pa.string()),
        ("mjd", pa.float64()),
        ("ra_deg", pa.float64()),
        ("dec_deg", pa.float64()),
        ("band", pa.string()),  # u g r i z y
        ("mag", pa.float64()),
        ("mag_err", pa.float64()),
        ("flux_njy", pa.float64()),
        ("flux_err_njy", pa.float64()),
        ("is_positive", pa.bool_()),
        ("real_bogus", pa.float64()),  # the survey's own score, 1 real
        *((name, pa.float64()) for name in OPTIONAL),
        ("lightcurve", LIGHTCURVE),
        ("cutouts", CUTOUTS),
    ]
)

CLASSIFICATION_SCHEMA = pa.schema(
    [
        ("survey", pa.string()),
        ("object_id", pa.string()),
        ("source", pa.string()),  # who says so: a broker's name, or "local"
        ("classifier", pa.string()),
        ("version", pa.string()),
        ("class_name", pa.string()),
        ("probability", pa.float64()),  # in [0, 1]
        ("mjd", pa.float64()),  # newest alert that was judged; NaN unknown
    ]
)


def frame(columns: Mapping[str, Any], schema: pa.Schema = ALERT_SCHEMA) -> pd.DataFrame:
    """Make a table of ``schema`` from columns (arrays or lists of equal length).

    Columns that are absent become NaN, empty string or null. Raises `InputError` for a column that the schema lacks or
    a value that does not fit.
    """
    unknown = set(columns) - set(schema.names)
    if unknown:
        raise InputError(f"not columns of the alert table: {', '.join(sorted(unknown))}")
    length = max((len(column) for column in columns.values()), default=0)
    try:
        made = {column.name: _column(column, columns.get(column.name), length) for column in schema}
    except (pa.ArrowException, ValueError, TypeError) as error:
        raise InputError(f"a value does not fit the alert table: {error}") from error
    return pd.DataFrame(made)


def _column(wanted: pa.Field, values: Any, length: int) -> pd.Series:
    if pa.types.is_nested(wanted.type):
        array = pa.nulls(length, wanted.type) if values is None else _arrow(values, wanted.type)
        return pd.Series(array, dtype=pd.ArrowDtype(wanted.type))
    if pa.types.is_floating(wanted.type):
        return pd.Series([float("nan")] * length if values is None else values, dtype="float64")
    if pa.types.is_boolean(wanted.type):
        return pd.Series([False] * length if values is None else values, dtype="bool")
    return pd.Series([""] * length if values is None else values, dtype="str").fillna("")


def _arrow(values: Any, kind: pa.DataType) -> pa.Array:
    if isinstance(values, pd.Series):
        values = values.array.__arrow_array__() if hasattr(values.array, "__arrow_array__") else values.tolist()
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    return values.cast(kind) if isinstance(values, pa.Array) else pa.array(values, kind)


@dataclass(frozen=True)
class Batch:
    """Alerts and what others said of their objects: what brokers and files give, and what ingest takes.

    ``aliases`` maps an object_id to other names of the same object (IAU names, ids of other surveys).
    ``problems`` are messages about input that had to be left out.
    """

    alerts: pd.DataFrame
    classifications: pd.DataFrame = field(default_factory=lambda: frame({}, CLASSIFICATION_SCHEMA))
    aliases: Mapping[str, Sequence[str]] = field(default_factory=dict)
    problems: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.alerts)
