"""What TNS demands of an AT report and how it says what is missing.

Codes of the feedback: 1 non-detection not before the discovery, 2 no discovery photometry, 3 required field, 5
identical report, 6 neither non-detection nor archive. "Invalid value" (code 0) is ours: what TNS says of a wrong id is
not on record.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import Any

Row = dict[str, Any]
MESSAGES = {
    0: "Invalid value",
    1: "Last non-detection should precede the Discovery Datetime",
    2: "At least one Photometry point - that of the discovery - should be filled",
    3: "Required field",
    5: "An identical AT report (sender, RA/DEC, discovery date, internal_name) already exists.",
    6: "Last non-detection or archival info must be filled",
}
REQUIRED = ("ra", "dec", "reporting_groupid", "data_source_groupid", "reporter", "discovery_datetime", "at_type")
PHOTOMETRY_REQUIRED = ("obsdate", "flux", "flux_unitid", "filterid", "instrumentid")
MAX_POINTS = 10
#: Keys before TNS 2.0, still sent by several brokers, and their names of today.
OLD_KEYS = {
    "reporting_group_id": "reporting_groupid",
    "discovery_data_source_id": "data_source_groupid",
    "flux_units": "flux_unitid",
    "filter_value": "filterid",
    "instrument_value": "instrumentid",
}
VALUES: dict[str, dict[str, str]] = {
    "groups": {
        **{"18": "ATLAS", "48": "ZTF", "74": "ALeRCE", "82": "AMPEL", "83": "YSE", "88": "DECam", "103": "Fink"},
        **{"111": "Lasair", "165": "LSST", "195": "DCAP"},
    },
    "units": {"1": "ABMag", "34": "nJy"},
    "filters": {
        **{"110": "g-ZTF", "111": "r-ZTF", "112": "i-ZTF", "160": "u-LSST", "161": "g-LSST", "162": "r-LSST"},
        **{"163": "i-LSST", "164": "z-LSST", "165": "y-LSST", "20": "u-Sloan", "21": "g-Sloan", "22": "r-Sloan"},
        **{"23": "i-Sloan", "24": "z-Sloan", "71": "cyan-ATLAS", "72": "orange-ATLAS"},
    },
    "instruments": {
        **{"196": "ZTF-Cam", "287": "LSSTCam", "289": "LSSTComCam", "172": "DECam", "136": "Goodman"},
        **{number: "ATLAS" for number in ("153", "159", "160", "167", "255", "256", "290")},
    },
    "at_types": {"0": "Other", "1": "PSN", "2": "PNV", "3": "AGN", "4": "NUC", "5": "FRB"},
    "archives": {"0": "Other", "1": "SDSS", "2": "DSS"},
}


class Unreadable(ValueError):
    """The real service breaks (500) on this: seconds of a sexagesimal angle with more than three decimals."""


def modern(value: Any, *, accept_old: bool) -> Any:
    """Return a report with today's keys; old keys stay as they are, and so are missing, when not accepted."""
    if isinstance(value, dict):
        inner = value.get("photometry_group", value)
        return {
            OLD_KEYS.get(key, key) if accept_old else key: modern(item, accept_old=accept_old)
            for key, item in inner.items()
        }
    return value


def problems(report: Row) -> Row:
    """Return the feedback on what is wrong with a report in today's keys, empty when nothing is."""
    found: Row = {name: [note(3)] for name in REQUIRED if not _filled(report.get(name))}
    for name, table in (("reporting_groupid", "groups"), ("data_source_groupid", "groups"), ("at_type", "at_types")):
        if name not in found and str(report[name]) not in VALUES[table]:
            found[name] = [note(0)]
    for name in ("ra", "dec"):
        if name not in found and not math.isfinite(angle_deg(report[name]["value"], hours=name == "ra")):
            found[name] = [note(0)]
    discovery = mjd_of(report.get("discovery_datetime"))
    if "discovery_datetime" not in found and not discovery <= mjd_of(datetime.now(UTC)):
        found["discovery_datetime"] = [note(0)]
    return {**found, **_photometry(report), **_non_detection(report, discovery)}


def note(code: int) -> Row:
    """Return one message of the feedback."""
    return {"message": MESSAGES[code], "message_id": code}


def _filled(value: Any) -> bool:
    return bool(value.get("value") not in (None, "") if isinstance(value, dict) else value not in (None, ""))


def _photometry(report: Row) -> Row:
    points = report.get("photometry") or {}
    filled = [point for point in points.values() if isinstance(point, dict) and _filled(point.get("flux"))]
    if not filled:
        return {"2": note(2)}
    if len(filled) > MAX_POINTS:
        return {"photometry": [note(0)]}
    bad = [found for point in filled if (found := _point(point, PHOTOMETRY_REQUIRED))]
    return {"photometry": bad} if bad else {}


def _point(point: Row, required: tuple[str, ...]) -> Row:
    found = {name: [note(3)] for name in required if not _filled(point.get(name))}
    for name, table in (("flux_unitid", "units"), ("filterid", "filters"), ("instrumentid", "instruments")):
        if name not in found and str(point.get(name)) not in VALUES[table]:
            found[name] = [note(0)]
    if "obsdate" not in found and not math.isfinite(mjd_of(point["obsdate"])):
        found["obsdate"] = [note(0)]
    return found


def _non_detection(report: Row, discovery_mjd: float) -> Row:
    given = report.get("non_detection")
    limit = given if isinstance(given, dict) else {}
    archive = str(limit.get("archiveid", ""))
    if archive in VALUES["archives"] and (archive != "0" or _filled(limit.get("archival_remarks"))):
        return {}
    if not _filled(limit.get("obsdate")):
        return {"6": note(6)}
    found = _point(limit, ("obsdate", "limiting_flux", "flux_unitid", "filterid", "instrumentid"))
    if found:
        return {"non_detection": found}
    return {} if mjd_of(limit["obsdate"]) < discovery_mjd else {"1": note(1)}


def mjd_of(value: Any) -> float:
    """Return the MJD of a date with a time or with decimals of the day, NaN when it is no date."""
    match = re.fullmatch(r"(\d{4}-\d\d-\d\d)(\.\d+)?", str(value).strip())
    try:
        if match:
            return _days(datetime.fromisoformat(match[1])) + float(match[2] or 0)
        return _days(datetime.fromisoformat(str(value).strip()))
    except ValueError:
        return math.nan


def _days(moment: datetime) -> float:
    return (moment.replace(tzinfo=UTC) - datetime(1858, 11, 17, tzinfo=UTC)).total_seconds() / 86400


def angle_deg(value: Any, *, hours: bool) -> float:
    """Return an angle in degrees from degrees or sexagesimal text, NaN when it is neither or out of range."""
    parts = str(value).strip().split(":")
    if len(parts) == 3 and len(parts[2].partition(".")[2]) > 3:
        raise Unreadable(value)
    try:
        size = sum(abs(float(part)) / 60**power for power, part in enumerate(parts))
    except ValueError:
        return math.nan
    sign = -1 if parts[0].startswith("-") else 1
    degrees = sign * size * (15 if hours and len(parts) > 1 else 1)
    low, high = (0.0, 360.0) if hours else (-90.0, 90.0)
    return degrees if low <= degrees <= high else math.nan
