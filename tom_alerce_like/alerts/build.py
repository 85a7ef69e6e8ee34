"""The last steps on the way to a `Batch`, common to all surveys: points to light curves, bad alerts out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from tom_alerce_like.alerts import columns, lightcurve, photometry
from tom_alerce_like.alerts.photometry import Floats
from tom_alerce_like.alerts.schema import Batch, frame
from tom_alerce_like.exceptions import AlertFormatError

BANDS = np.array([*"ugrizy", ""])
NO_BAND = len(BANDS) - 1

#: Makes the alert table's columns and the points of struct rows.
Reader = Callable[[pa.StructArray], tuple[dict[str, Any], pd.DataFrame]]


def readable(
    packets: Sequence[Mapping[str, Any]], kind: pa.StructType, names: Sequence[str] = ()
) -> tuple[pa.StructArray, list[str], list[str]]:
    """Return the packets that are alerts as struct rows, the rows' names, and what is wrong with the others.

    ``names`` say where each packet comes from; without them a packet is named by its position.
    """
    names = list(names) or [f"alert {position}" for position in range(len(packets))]
    try:
        return columns.of_packets(packets, kind), names, []
    except AlertFormatError as error:
        if len(packets) == 1:
            return pa.array([], kind), [], [f"{names[0]}: {error}"]
    parts = [readable([packet], kind, [name]) for packet, name in zip(packets, names, strict=True)]
    rows = pa.concat_arrays([part[0] for part in parts])
    return rows, [name for part in parts for name in part[1]], [text for part in parts for text in part[2]]


def flux_points(row: Any, mjd: Floats, band: Any, flux: Floats, flux_err: Floats, *, forced: bool) -> pd.DataFrame:
    """Return points of fluxes in nJy; a forced one below the detection limit gets its limiting magnitude."""
    mag, mag_err = photometry.mag_from_flux(flux, flux_err)
    is_detection = np.full(len(flux), True)
    if forced:
        is_detection = np.abs(flux) >= photometry.FORCED_DETECTION_SNR * flux_err
        mag = np.where(is_detection, mag, photometry.limit_from_error(flux_err))
        mag_err = np.where(is_detection, mag_err, np.nan)
    return _points(row, mjd, band, flux, flux_err, mag, mag_err, is_detection, forced)


def mag_points(
    row: Any, mjd: Floats, band: Any, mag: Floats, mag_err: Floats, limit_mag: Floats, sign: Floats
) -> pd.DataFrame:
    """Return points of magnitudes; NaN in ``mag`` is a non-detection down to ``limit_mag``."""
    flux, flux_err = photometry.flux_from_mag(mag, mag_err)
    is_detection = np.isfinite(mag)
    mag = np.where(is_detection, mag, limit_mag)
    mag_err = np.where(is_detection, mag_err, np.nan)
    return _points(row, mjd, band, sign * flux, flux_err, mag, mag_err, is_detection, False)


def _points(row: Any, mjd: Floats, band: Any, *values: Any) -> pd.DataFrame:
    names = ("flux_njy", "flux_err_njy", "mag", "mag_err", "is_detection", "is_forced")
    made = pd.DataFrame({"row": row, "mjd": mjd, "band": band, **dict(zip(names, values, strict=True))})
    return made[np.isfinite(made["mjd"]) & np.isfinite(made["mag"]) & (made["band"] != NO_BAND)]


def merged(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the points of all parts, time-ordered in each row, one per epoch, band and kind.

    A detection beats a non-detection of the same epoch; among equals the first part wins. ``band`` holds positions
    in `BANDS` before and names after.
    """
    flat = pd.concat(parts, ignore_index=True)
    keys = ["row", "mjd", "band", "is_forced"]
    flat = flat.assign(is_limit=~flat["is_detection"]).sort_values([*keys, "is_limit"], kind="stable")
    flat = flat[~flat.duplicated(keys)].drop(columns="is_limit").reset_index(drop=True)
    return flat.assign(band=pd.Series(pa.array(BANDS).take(pa.array(flat["band"])), dtype="str"))


def batch(rows: pa.StructArray, read: Reader, names: Sequence[str], problems: Sequence[str], **extra: Any) -> Batch:
    """Return the batch of struct rows; an alert without what every alert must have becomes a problem.

    Every alert must have an identifier of its own and of its object, a time and a place in the sky.
    """
    with np.errstate(all="ignore"):  # absurd numbers become infinite, and then are no points
        table, points = read(rows)
    faults = _faults(table)
    problems = [*problems, *(f"{names[row]}: {fault}" for row, fault in enumerate(faults) if fault)]
    alerts = frame({**table, "lightcurve": lightcurve.nest(points, len(rows))})
    good = np.array([not fault for fault in faults], dtype=bool)
    kept = alerts if good.all() else alerts[good].reset_index(drop=True)
    return Batch(kept, problems=tuple(problems), **{key: make(rows, kept, good) for key, make in extra.items()})


def _faults(table: Mapping[str, Any]) -> list[str]:
    ra, dec, mjd = table["ra_deg"], table["dec_deg"], table["mjd"]
    faults = np.full(len(mjd), "", dtype=object)
    faults[~((ra >= 0) & (ra <= 360) & (np.abs(dec) <= 90))] = "no place in the sky"
    faults[~np.isfinite(mjd)] = "no time of observation"
    for name in ("alert_id", "object_id"):
        faults[np.asarray(table[name], dtype=object) == ""] = f"no {name}"
    return faults.tolist()
