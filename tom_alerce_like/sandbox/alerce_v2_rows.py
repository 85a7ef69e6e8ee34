"""Rows of ALeRCE's newer ZTF light-curve service (v2): other names for the same numbers, and forced photometry."""

from __future__ import annotations

import numpy as np

from tom_alerce_like.sandbox.alerce_rows import (
    FILTER_ID,
    NO_VALUE,
    Row,
    corrected_mag,
    detection_rows,
    mag_error,
    non_detection_rows,
)
from tom_alerce_like.sandbox.candidate import has_reference, neighbours
from tom_alerce_like.sandbox.night import Source
from tom_alerce_like.sandbox.photometry import ab_mag

EXTRA = (
    *("drbversion", "magapbig", "magap", "sigmagapbig", "diffmaglim", "sigmagap", "rfid", "distnr", "nid", "rb"),
    *("step_id_corr", "rbversion", "drb"),
)


def detections(source: Source) -> list[Row]:
    """Return the detections as ``v2/lightcurve`` gives them."""
    return [_detection(source, row) for row in detection_rows(source)]


def _detection(source: Source, row: Row) -> Row:
    return {
        **_head(source, row["candid"], row["pid"], row["mjd"], row["fid"], row["ra"], row["dec"]),
        **{"mag": row["magpsf"], "e_mag": row["sigmapsf"], "mag_corr": row["magpsf_corr"]},
        **{"e_mag_corr": row["sigmapsf_corr"], "e_mag_corr_ext": row["sigmapsf_corr_ext"]},
        **{name: row[name] for name in ("isdiffpos", "corrected", "dubious", "parent_candid", "has_stamp")},
        "extra_fields": {name: row.get(name, "d6_m7") for name in EXTRA},
        "sid": "ztf",
    }


def _head(source: Source, candid: str, pid: int, mjd: float, fid: int, ra: float, dec: float) -> Row:
    return {
        **{"candid": candid, "tid": "ztf", "sid": None, "aid": None, "pid": pid, "oid": source.object_id},
        **{"mjd": mjd, "fid": fid, "ra": ra, "e_ra": None, "dec": dec, "e_dec": None},
    }


def non_detections(source: Source) -> list[Row]:
    """Return the upper limits as ``v2/lightcurve`` gives them."""
    return [
        {**{"aid": None, "tid": "ztf", "sid": None, "oid": source.object_id}, **_without_tid(row)}
        for row in non_detection_rows(source)
    ]


def _without_tid(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "tid"}


#: Numbers of the forced-photometry service that no simulated source changes.
FORCED_CONSTANTS = {
    **{"rcid": 14, "magzpscirms": 0.0155, "clrcoeff": -0.0606, "clrcounc": 2.84e-06, "scibckgnd": 120.5},
    **{"exptime": 30.0, "scisigpix": 7.9, "adpctdif1": 0.0565, "sigmagnr": 0.018, "magzpsci": 26.2},
    **{"adpctdif2": 0.056, "programid": 1, "field": 600, "magzpsciunc": 1.6e-06},
    **{"rfid": 600120114, "e_mag_corr": NO_VALUE, "mag_corr": NO_VALUE},
}


def forced_photometry(source: Source) -> list[Row]:
    """Return forced photometry of all visits since 30 days before the first detection.

    A visit in fifty has failed: magnitude and error are 100 there, as in the real service.
    """
    since = source.detections["mjd"][0] - 30
    visits = source.visits[source.visits["mjd"] > since]
    return [_forced(source, visit, failed=index % 50 == 49) for index, visit in enumerate(visits)]


def _forced(source: Source, visit: np.void, *, failed: bool) -> Row:
    pid, flux = int(visit["alert_id"]) // 10**6, visit["forced_njy"]
    mag = NO_VALUE if failed else float(ab_mag(flux))
    error = NO_VALUE if failed else mag_error(flux, visit["flux_err_njy"])
    corrected, near = has_reference(source), neighbours(source)
    return {
        **_head(
            *(source, f"{source.object_id}{pid}", pid, float(visit["mjd"]), FILTER_ID[visit["band"]]),
            *(source.truth.ra_deg, source.truth.dec_deg),
        ),
        "mag": mag,
        "e_mag": error,
        "mag_corr": corrected_mag(source, flux) if corrected and not failed else NO_VALUE,
        "e_mag_corr": NO_VALUE,
        "e_mag_corr_ext": error / 3 if corrected else NO_VALUE,
        "isdiffpos": 1 if flux > 0 and not failed else -1,
        "corrected": corrected,
        "dubious": False,
        "parent_candid": int(source.detections["alert_id"][-1]),
        "has_stamp": False,
        "extra_fields": {
            **FORCED_CONSTANTS,
            **{"mag": mag, "e_mag": error, "e_mag_corr_ext": error / 3 if corrected else NO_VALUE},
            **{name: near[name] for name in ("distnr", "magnr", "sharpnr", "chinr")},
            **({"distnr": -99999.0} if failed else {}),
            **{"ranr": source.truth.ra_deg, "decnr": source.truth.dec_deg, "pid": pid},
            **{"sciinpseeing": float(visit["fwhm_arcsec"]), "diffmaglim": float(visit["limiting_mag"])},
            "procstatus": "55" if failed else "0",
        },
    }
