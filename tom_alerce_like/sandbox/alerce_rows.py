"""Rows of ALeRCE's ZTF service, field by field as in its public replies."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from tom_alerce_like.sandbox.candidate import has_reference, neighbours, shape
from tom_alerce_like.sandbox.night import Source
from tom_alerce_like.sandbox.photometry import ab_mag, flux_njy

Row = dict[str, Any]
FILTER_ID = {"g": 1, "r": 2, "i": 3}
STEP = "27.5.7a32.dev1"
NO_VALUE = 100.0
MAG_PER_RELATIVE_FLUX = 2.5 / np.log(10)


@lru_cache(maxsize=4096)
def source_row(source: Source) -> Row:
    """Return the object as ``objects/<oid>`` gives it."""
    seen = source.detections
    first, last = float(seen["mjd"][0]), float(seen["mjd"][-1])
    return {
        "oid": source.object_id,
        "ndethist": str(len(seen)),  # a string in the real service as well
        "ncovhist": len(source.visits),
        "mjdstarthist": first,
        "mjdendhist": last,
        "corrected": has_reference(source),
        "stellar": source.truth.kind in ("RRL", "E", "LPV", "QSO"),
        "ndet": len(seen),
        "g_r_max": None,
        "g_r_max_corr": None,
        "g_r_mean": None,
        "g_r_mean_corr": None,
        "firstmjd": first,
        "lastmjd": last,
        "deltajd": last - first,
        "meanra": float(seen["ra_deg"].mean()),
        "meandec": float(seen["dec_deg"].mean()),
        "sigmara": float(seen["ra_deg"].std() * 3600),
        "sigmadec": float(seen["dec_deg"].std() * 3600),
        "step_id_corr": STEP,
    }


def detection_rows(source: Source) -> list[Row]:
    """Return the detections as ``objects/<oid>/lightcurve`` gives them, nulls included."""
    return [_detection(source, visit) for visit in source.detections]


def _detection(source: Source, visit: np.void) -> Row:
    mag, error = float(ab_mag(visit["flux_njy"])), mag_error(visit["flux_njy"], visit["flux_err_njy"])
    pid = int(visit["alert_id"]) // 10**6
    corrected = has_reference(source)
    return {
        "tid": "ztf",
        "mjd": float(visit["mjd"]),
        "candid": str(visit["alert_id"]),
        "fid": FILTER_ID[visit["band"]],
        "pid": pid,
        "diffmaglim": float(visit["limiting_mag"]),
        "isdiffpos": 1 if visit["flux_njy"] > 0 else -1,
        "nid": pid // 10**9,
        "distnr": neighbours(source)["distnr"],
        "magpsf": mag,
        "magpsf_corr": corrected_mag(source, visit["flux_njy"]) if corrected else None,
        "magpsf_corr_ext": None,
        "magap": mag + shape(source, int(visit["alert_id"]))["aperture"],
        "magap_corr": None,
        "sigmapsf": error,
        "sigmapsf_corr": NO_VALUE if corrected else None,
        "sigmapsf_corr_ext": error / 3 if corrected else None,
        "sigmagap": error * 1.2,
        "sigmagap_corr": None,
        "ra": float(visit["ra_deg"]),
        "dec": float(visit["dec_deg"]),
        "rb": float(visit["real_bogus"]) * 0.9,
        "rbversion": "t17_f5_c3",
        "drb": float(visit["real_bogus"]),
        "magapbig": mag + 0.01,
        "sigmagapbig": error * 1.4,
        "rfid": 600120000 + pid % 1000,
        "has_stamp": True,
        "corrected": corrected,
        "dubious": False,
        "candid_alert": None,
        "step_id_corr": STEP,
        "phase": 0.0,
        "parent_candid": None,
    }


def non_detection_rows(source: Source) -> list[Row]:
    """Return the upper limits."""
    return [
        {
            "tid": "ztf",
            "mjd": float(visit["mjd"]),
            "fid": FILTER_ID[visit["band"]],
            "diffmaglim": float(visit["limiting_mag"]),
        }
        for visit in source.non_detections
    ]


def mag_error(flux: float, error: float) -> float:
    """Return the error of a magnitude."""
    return float(MAG_PER_RELATIVE_FLUX * error / max(abs(flux), 1e-3))


def corrected_mag(source: Source, flux: float) -> float:
    """Return the magnitude of the source in the science image: reference and difference together."""
    return float(ab_mag(np.maximum(flux_njy(source.truth.mean_mag) + flux, 1.0)))
