"""Rows that the LSST services of ALeRCE and Fink make of a source: one diaSource table, two dialects."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.sandbox.night import Source
from tom_alerce_like.sandbox.opinions import Opinion
from tom_alerce_like.sandbox.photometry import flux_njy

Row = dict[str, Any]
TAI_MINUS_UTC_D = 37 / 86400
BAND_MAP = {"6": "u", "1": "g", "2": "r", "3": "i", "4": "z", "5": "y"}
BAND_NUMBER = {name: int(number) for number, name in BAND_MAP.items()}
#: Fields of a diaSource that a simulated source leaves alone.
UNSET = (
    *("psfLnL", "trailRaErr", "trailDecErr", "trailChi2", "dipoleMeanFlux", "dipoleMeanFluxErr", "dipoleFluxDiff"),
    *("dipoleFluxDiffErr", "dipoleLength", "dipoleAngle", "dipoleChi2", "timeWithdrawnMjdTai"),
)
UNFLAGGED = (
    *("centroid_flag", "apFlux_flag", "apFlux_flag_apertureTruncated", "trail_flag_edge", "forced_PsfFlux_flag"),
    *("forced_PsfFlux_flag_edge", "forced_PsfFlux_flag_noGoodPixels", "shape_flag", "shape_flag_no_pixels"),
    *("shape_flag_not_contained", "shape_flag_parent_source", "isDipole", "dipoleFitAttempted", "pixelFlags"),
    *("pixelFlags_bad", "pixelFlags_cr", "pixelFlags_crCenter", "pixelFlags_edge", "pixelFlags_nodata"),
    *("pixelFlags_nodataCenter", "pixelFlags_interpolated", "pixelFlags_interpolatedCenter", "pixelFlags_offimage"),
    *("pixelFlags_saturated", "pixelFlags_saturatedCenter", "pixelFlags_suspect", "pixelFlags_suspectCenter"),
    *("pixelFlags_streak", "pixelFlags_streakCenter", "pixelFlags_injected", "pixelFlags_injectedCenter"),
    *("pixelFlags_injected_template", "pixelFlags_injected_templateCenter", "glint_trail"),
)
CONSTANT = {
    **{"parentDiaSourceId": 0, "psfChi2": 1700.5, "psfNdata": 1681, "trailNdata": 0, "dipoleNdata": 0},
    **{"x": 2000.5, "xErr": 0.2, "y": 2100.5, "yErr": 0.2, "ra_dec_Cov": 1e-12, "bboxSize": 20},
    **{"ixx": 0.14, "iyy": 0.15, "ixy": 0.01, "ixxPSF": 0.14, "iyyPSF": 0.15, "ixyPSF": 0.01},
    **{"trailLength": 0.1, "trailLengthErr": 0.3, "trailAngle": 10.5, "trailAngleErr": 30.5},
}


def _visit_number(mjd: float) -> int:
    day = np.datetime64("1858-11-17") + int(np.floor(mjd - 0.5))
    return int(str(day).replace("-", "")) * 100_000 + int((mjd - 0.5) % 1 * 2500)


@lru_cache(maxsize=65536)
def _dia_source(source: Source, alert_id: int) -> Row:
    visit = source.visits[source.visits["alert_id"] == alert_id][0]
    flux, error, mjd = float(visit["flux_njy"]), float(visit["flux_err_njy"]), float(visit["mjd"])
    ra, dec = float(visit["ra_deg"]), float(visit["dec_deg"])
    template = float(flux_njy(source.truth.mean_mag)) if np.isfinite(source.truth.mean_mag) else 500.0
    return {
        "diaSourceId": alert_id,
        "visit": _visit_number(mjd),
        "detector": source.index % 189,
        "diaObjectId": int(source.object_id),
        "ssObjectId": 21_000_000_000_000_000 + source.index if source.truth.kind == "asteroid" else 0,
        **{"midpointMjdTai": mjd + TAI_MINUS_UTC_D, "ra": ra, "raErr": 8e-6, "dec": dec, "decErr": 9e-6},
        **{"apFlux": flux * 1.01, "apFluxErr": error * 2, "isNegative": flux < 0, "snr": abs(flux) / error},
        **{"psfFlux": flux, "psfFluxErr": error, "trailFlux": flux, "trailFluxErr": error},
        **{"trailRa": ra, "trailDec": dec, "templateFlux": template, "templateFluxErr": error / 3},
        **{"scienceFlux": template + flux, "scienceFluxErr": error, "band": str(visit["band"])},
        **{"extendedness": 0.05, "reliability": float(visit["real_bogus"]), "timeProcessedMjdTai": mjd + 0.002},
        **CONSTANT,
        **dict.fromkeys(UNSET),
        **dict.fromkeys(UNFLAGGED, False),
        **dict.fromkeys(("psfFlux_flag", "psfFlux_flag_edge", "psfFlux_flag_noGoodPixels"), False),
    }


def dia_source(source: Source, visit: np.void) -> Row:
    """Return a detection in the words of the LSST alert schema; times are TAI there."""
    return _dia_source(source, int(visit["alert_id"]))


def forced_visits(source: Source) -> NDArray[np.void]:
    """Return the visits with forced photometry: all since the first detection but the first night itself."""
    return source.visits[source.visits["mjd"] > source.detections["mjd"][0] + 0.5]


# ALeRCE's dialect -----------------------------------------------------------------------------------------------


def source_row(source: Source) -> Row:
    """Return the object as ALeRCE gives it."""
    seen = source.detections
    first, last = (float(seen["mjd"][index]) + TAI_MINUS_UTC_D for index in (0, -1))
    day = str(np.datetime64("1858-11-17") + int(last))
    return {
        **{"oid": int(source.object_id), "tid": 1, "sid": 1},
        "meanra": float(seen["ra_deg"].mean()),
        "meandec": float(seen["dec_deg"].mean()),
        "sigmara": float(seen["ra_deg"].std() + 1e-7),
        "sigmadec": float(seen["dec_deg"].std() + 1e-7),
        **{"firstmjd": first, "lastmjd": last, "deltamjd": last - first},
        **{"n_det": len(seen), "n_forced": len(forced_visits(source)), "n_non_det": 0},
        **{"created_date": f"{day}T00:00:00", "updated_date": f"{day}T00:00:00"},
    }


def opinion(said: Opinion) -> Row:
    """Return a class probability as ALeRCE gives it."""
    return {
        **{"class_name": said.class_name, "classifier_name": said.classifier_name},
        **{"classifier_version": said.classifier_version},
        **{"probability": said.probability, "ranking": said.ranking},
    }


def list_row(source: Source, said: Opinion) -> Row:
    """Return a row of ALeRCE's list of objects."""
    row = source_row(source)
    kept = {name: value for name, value in row.items() if not name.endswith("_date")}
    return {**kept, "stellar": None, **opinion(said)}


def alerce_detection(source: Source, visit: np.void) -> Row:
    """Return a detection as ALeRCE gives it: numbered bands, UTC renamed nothing, its own id names."""
    row = dict(dia_source(source, visit))
    band, mjd, measurement = BAND_NUMBER[row.pop("band")], row.pop("midpointMjdTai"), row.pop("diaSourceId")
    for flag in ("psfFlux_flag", "psfFlux_flag_edge", "psfFlux_flag_noGoodPixels"):
        row[flag] = 0
    oid = row["diaObjectId"]
    head = {"band_map": BAND_MAP, "band": band, "mjd": mjd, "survey_id": "lsst", "oid": oid}
    return {**head, "measurement_id": measurement, "has_stamp": True, **row}


def alerce_forced(source: Source, visit: np.void) -> Row:
    """Return a forced measurement as ALeRCE gives it."""
    row = dia_source(source, visit)
    return {
        **{"band_map": BAND_MAP, "band": BAND_NUMBER[row["band"]], "mjd": row["midpointMjdTai"]},
        **{"survey_id": "lsst", "oid": row["diaObjectId"], "measurement_id": row["diaSourceId"]},
        **{"ra": source.truth.ra_deg, "dec": source.truth.dec_deg},
        **{"visit": row["visit"], "detector": row["detector"], "psfFlux": float(visit["forced_njy"])},
        **{"psfFluxErr": row["psfFluxErr"]},
        "scienceFlux": row["templateFlux"] + float(visit["forced_njy"]),
        "scienceFluxErr": row["scienceFluxErr"],
    }
