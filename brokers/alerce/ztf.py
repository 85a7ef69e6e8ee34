"""ALeRCE's answers about ZTF objects, as alert tables and as packets like those that ZTF sends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tom_alerce_like.alerts.photometry import ZERO_POINT_MAG, flux_from_mag
from tom_alerce_like.alerts.schema import Batch, frame
from tom_alerce_like.brokers.alerce.probabilities import probabilities
from tom_alerce_like.brokers.ids import ZTF
from tom_alerce_like.brokers.reply import Row, mapping, number, numbers, rows, texts, unique, whole
from tom_alerce_like.clock import JD_OF_MJD_0

#: A forced magnitude from here on says that the flux was negative or nothing.
NO_FLUX_MAG = 99.0
_CUTOUTS = ("cutoutScience", "cutoutTemplate", "cutoutDifference")
_NEGATIVE = ("-1", "0", "f", "False")
_BANDS = {"g": 1, "r": 2, "i": 3}
#: Fields of a detection that a packet's ``candidate`` has under the same name.
_SAME = ("magpsf", "sigmapsf", "diffmaglim", "ra", "dec", "rb", "drb", "drbversion", "distnr", "magap")


def objects(found: Sequence[Row]) -> Batch:
    """Return one row per object of a list, its newest detection as ``mjd``; what each classifier says is kept."""
    once = unique(found, "oid")
    alerts = frame(
        {
            "survey": [ZTF] * len(once),
            "object_id": texts(once, "oid"),
            "mjd": numbers(once, "lastmjd"),
            "ra_deg": numbers(once, "meanra"),
            "dec_deg": numbers(once, "meandec"),
            # firstmjd is the first that ALeRCE saw: in every third object the survey's own history begins earlier
            "first_mjd": np.fmin(numbers(once, "firstmjd"), numbers(once, "mjdstarthist")),
            "n_detections": numbers(once, "ndet"),
        }
    )
    return Batch(alerts, probabilities(found, ZTF, texts(found, "oid"), "classifier", "classifier_version", "class"))


def newest_stamp(detections: Sequence[Row]) -> str | None:
    """Return the id of the newest detection that came as a packet of its own."""
    stamped = [row for row in detections if row.get("has_stamp")]
    return str(max(stamped, key=_mjd)["candid"]) if stamped else None


def packet(oid: str, detections: Sequence[Row], limits: Sequence[Row], forced: Any) -> Row | None:
    """Return the newest alert of an object with its light curve, None without detections.

    ``limits`` are the non-detections, ``forced`` the reply about forced photometry.
    """
    points = [_point(row) for row in sorted(detections, key=_mjd)]
    if not points:
        return None
    measured = rows(forced, "forced_photometry" if isinstance(forced, dict) else None)
    measured = [{**mapping(row.get("extra_fields")), **row} for row in measured]
    history = [*points[:-1], *(_point(row) for row in limits), *(_point(row) for row in measured if _is_limit(row))]
    newest = {**points[-1], "ndethist": len(points), "jdstarthist": points[0]["jd"]}
    return {"objectId": oid, "candidate": newest, "prv_candidates": history, "fp_hists": _fluxes(measured)}


def completed(made: Row, original: Mapping[str, Any], cutouts: Mapping[str, Any]) -> Row:
    """Return a packet of `packet` with what the survey's own packet (``original``) knows more, if it is of that alert.

    ``cutouts`` are those of the newest detection that has any.
    """
    candidate = mapping(original.get("candidate"))
    if candidate.get("candid") != made["candidate"]["candid"]:
        return {**made, **{name: original[name] for name in _CUTOUTS if name in original}, **cutouts}
    return {**original, **made, "candidate": candidate}


def _mjd(row: Row) -> float:
    return number(row.get("mjd"), 0.0)


def _point(row: Row) -> Row:
    made = {name: row.get(name) for name in _SAME}
    sign = "f" if str(row.get("isdiffpos")) in _NEGATIVE else "t"
    return made | {
        "jd": _mjd(row) + JD_OF_MJD_0,
        "fid": _band(row),
        "isdiffpos": sign,
        "candid": whole(row.get("candid")),
    }


def _band(row: Row) -> int | None:
    name = str(row.get("fid"))
    return _BANDS.get(name, whole(name))


def _is_limit(row: Row) -> bool:
    return number(row.get("mag"), NO_FLUX_MAG) >= NO_FLUX_MAG


def _fluxes(measured: Sequence[Row]) -> list[Row]:
    """Return forced magnitudes as the fluxes of which they were made; their unit is set by the zero point."""
    seen = [row for row in measured if not _is_limit(row)]
    flux, flux_err = flux_from_mag(numbers(seen, "mag"), numbers(seen, "e_mag"))
    sign = [-1 if str(row.get("isdiffpos")) in _NEGATIVE else 1 for row in seen]
    return [
        {
            "jd": _mjd(row) + JD_OF_MJD_0,
            "fid": _band(row),
            "forcediffimflux": value,
            "forcediffimfluxunc": error,
            "magzpsci": ZERO_POINT_MAG,
        }
        for row, value, error in zip(seen, (flux * sign).tolist(), flux_err.tolist(), strict=True)
    ]
