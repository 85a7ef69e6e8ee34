"""ALeRCE's answers about LSST objects, as alert tables and as packets like those that Rubin sends.

Times in these answers are TAI.
"""

from __future__ import annotations

from collections.abc import Sequence

from tom_alerce_like.alerts.photometry import LIMIT_SNR, flux_from_mag, utc_from_tai
from tom_alerce_like.alerts.schema import Batch, frame
from tom_alerce_like.brokers.alerce.probabilities import probabilities
from tom_alerce_like.brokers.ids import LSST
from tom_alerce_like.brokers.reply import Row, mapping, number, numbers, texts, unique, whole

_BANDS = {"1": "g", "2": "r", "3": "i", "4": "z", "5": "y", "6": "u"}


def objects(found: Sequence[Row]) -> Batch:
    """Return one row per object of a list, its newest detection as ``mjd``; what each classifier says is kept."""
    once = unique(found, "oid")
    alerts = frame(
        {
            "survey": [LSST] * len(once),
            "object_id": texts(once, "oid"),
            "mjd": utc_from_tai(numbers(once, "lastmjd")),
            "ra_deg": numbers(once, "meanra"),
            "dec_deg": numbers(once, "meandec"),
            "first_mjd": utc_from_tai(numbers(once, "firstmjd")),
            "n_detections": numbers(once, "n_det"),
        }
    )
    names = ("classifier_name", "classifier_version", "class_name")
    return Batch(alerts, probabilities(found, LSST, texts(found, "oid"), *names))


def packet(oid: str, detections: Sequence[Row], limits: Sequence[Row], forced: Sequence[Row]) -> Row | None:
    """Return the newest alert of an object with its light curve, None without detections."""
    points = sorted((_point(row) for row in detections), key=lambda point: number(point["midpointMjdTai"], 0.0))
    if not points:
        return None
    return {
        "diaSource": {**points[-1], "diaObjectId": whole(oid)},
        "diaObject": {"nDiaSources": len(points)},
        "prvDiaSources": points[:-1],
        "prvDiaForcedSources": [_point(row) for row in forced],
        "prvDiaNondetectionLimits": _limits(limits),
    }


def _point(row: Row) -> Row:
    return {
        **row,
        "midpointMjdTai": row.get("mjd"),
        "band": _band(row),
        "diaSourceId": whole(row.get("measurement_id")),
    }


def _band(row: Row) -> str:
    given = str(row.get("band_name") or row.get("band"))
    return str(mapping(row.get("band_map")).get(given) or _BANDS.get(given, given))


def _limits(limits: Sequence[Row]) -> list[Row]:
    noise = flux_from_mag(numbers(limits, "diffmaglim"))[0] / LIMIT_SNR
    return [{**_point(row), "diaNoise": value} for row, value in zip(limits, noise.tolist(), strict=True)]
