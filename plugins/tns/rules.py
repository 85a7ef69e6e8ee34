"""What TNS asks of an AT report, checked here before anything is sent.

`problems` are reasons why TNS would refuse a report, or why it should; `oddities` are worth a look and stop nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from tom_alerce_like.clock import from_mjd, to_mjd
from tom_alerce_like.plugins.tns import ids
from tom_alerce_like.plugins.tns.formats import degrees, moment, number
from tom_alerce_like.plugins.tns.points import MAX_POINTS
from tom_alerce_like.plugins.tns.report import MAX_REDSHIFT, AtReport
from tom_alerce_like.taxonomy import SUPERNOVA

REQUIRED = ("reporting_groupid", "data_source_groupid", "reporter", "discovery_datetime", "at_type", "internal_name")
KNOWN = {*REQUIRED, "ra", "dec", "host_name", "host_redshift", "internal_ids", "remarks", "non_detection", "photometry"}
POSSIBLE_SUPERNOVA = "1"  # at_type
EARLIER_DAYS = 1.0
BRIGHTEST_MAG, FAINTEST_MAG = 5.0, 30.0


def problems(report: AtReport) -> list[str]:
    """Return what is wrong with an AT report, one sentence each; empty when it may be sent."""
    return [message for rule in _RULES for message in rule(report)]


def oddities(report: AtReport) -> list[str]:
    """Return what is unusual in an AT report, though allowed."""
    return [message for rule in _ODDITIES for message in rule(report)]


def missed_discovery(report: AtReport, first_mjd: float | None) -> str:
    """Return a note when the survey saw the object well before the report's discovery, else an empty text.

    ``first_mjd`` is the first detection in the survey's own history, which reaches further back than its alerts tell.
    """
    discovery = moment(report["discovery_datetime"])
    if first_mjd is None or discovery is None or to_mjd(discovery) - first_mjd < EARLIER_DAYS:
        return ""
    return f"the survey saw it first on {from_mjd(first_mjd):%Y-%m-%d}, of which this TOM has no photometry"


def doubtful_class(report: AtReport, class_name: str) -> str:
    """Return a note when this TOM takes a reported possible supernova for something else, else an empty text."""
    is_supernova = re.match(SUPERNOVA, class_name, re.IGNORECASE)
    if str(report.get("at_type")) != POSSIBLE_SUPERNOVA or not class_name or is_supernova:
        return ""
    return f"the likeliest class in this TOM is {class_name}, and the report says possible supernova"


def _points(report: AtReport) -> list[dict[str, Any]]:
    photometry = report.get("photometry")
    return [point for point in photometry.values() if isinstance(point, dict)] if isinstance(photometry, dict) else []


def _fields(report: AtReport) -> Iterator[str]:
    for key in REQUIRED:
        if not str(report.get(key) or "").strip():
            yield f"{key} is missing"
    for key in sorted(set(report) - KNOWN):
        yield f"{key} is not a field that we send"
    if report.get("at_type") and report["at_type"] not in ids.AT_TYPES:
        yield f"at_type {report['at_type']!r} is none of {', '.join(ids.AT_TYPES)}"


def _coordinates(report: AtReport) -> Iterator[str]:
    for key, low, high, unit_deg in (("ra", 0.0, 360.0, 15.0), ("dec", -90.0, 90.0, 1.0)):
        given = report.get(key) or {}
        position = degrees(given.get("value"), unit_deg)
        if position is None or not low <= position <= high:
            yield f"{key} {given.get('value')!r} is not between {low:g} and {high:g} degrees"
        if given.get("error") and not (number(given["error"]) or 0) > 0:
            yield f"{key} error {given['error']!r} is not a positive number"


def _discovery(report: AtReport) -> Iterator[str]:
    given = report.get("discovery_datetime")
    discovery = moment(given)
    if given and discovery is None:
        yield "discovery_datetime is not a date with at most 3 decimals of seconds"
    elif discovery and discovery > datetime.now(UTC):
        yield "discovery_datetime lies in the future"


def _non_detection(report: AtReport) -> Iterator[str]:
    given = report.get("non_detection")
    if not isinstance(given, dict) or not (given.get("obsdate") or str(given.get("archiveid", ""))):
        yield "a last non-detection or an archive is needed"
    elif given.get("obsdate"):
        yield from _dated_non_detection(given, moment(report.get("discovery_datetime")))
    elif str(given["archiveid"]) not in ids.ARCHIVES:
        yield f"archiveid {given['archiveid']!r} is none of {', '.join(ids.ARCHIVES)}"
    elif str(given["archiveid"]) == "0" and not given.get("archival_remarks"):
        yield "archive 0 (Other) needs archival_remarks"


def _dated_non_detection(given: dict[str, Any], discovery: datetime | None) -> Iterator[str]:
    when = moment(given["obsdate"])
    if when is None:
        yield "the non-detection's date is not a date with at most 3 decimals of seconds"
    elif discovery and when >= discovery:
        yield "the last non-detection must precede the discovery"
    yield from _measurement("the non-detection", given, given.get("limiting_flux"))


def _photometry(report: AtReport) -> Iterator[str]:
    given = _points(report)
    if not 1 <= len(given) <= MAX_POINTS:
        yield f"{len(given)} photometry points: 1 to {MAX_POINTS} are allowed"
    seen = [(point.get("obsdate"), point.get("filterid")) for point in given]
    if len(set(seen)) < len(seen):
        yield "a photometry point is there twice"
    discovery, dates = moment(report.get("discovery_datetime")), [moment(point.get("obsdate")) for point in given]
    if discovery and any(when and when < discovery for when in dates):
        yield "a photometry point is earlier than the discovery"
    if discovery and given and discovery not in dates:
        yield "no photometry point is the discovery"


def _each_point(report: AtReport) -> Iterator[str]:
    for index, point in enumerate(_points(report)):
        label = f"photometry point {index}"
        if moment(point.get("obsdate")) is None:
            yield f"{label}: obsdate is not a date with at most 3 decimals of seconds"
        if point.get("flux_error") and not (number(point["flux_error"]) or 0) > 0:
            yield f"{label}: flux error {point['flux_error']!r} is not a positive number"
        yield from _measurement(label, point, point.get("flux"))


def _measurement(label: str, given: dict[str, Any], flux: Any) -> Iterator[str]:
    value, unit = number(flux), str(given.get("flux_unitid", ""))
    if unit not in ids.UNITS:
        yield f"{label}: flux_unitid {unit!r} is none of {', '.join(ids.UNITS)}"
    if value is None or value <= 0 or (unit == ids.AB_MAG and not BRIGHTEST_MAG < value < FAINTEST_MAG):
        yield f"{label}: {flux!r} is no sensible brightness"
    for key in ("filterid", "instrumentid"):
        if not str(given.get(key, "")).isdigit():
            yield f"{label}: {key} is missing"


def _host(report: AtReport) -> Iterator[str]:
    redshift, name = number(report.get("host_redshift")), report.get("host_name")
    if "host_redshift" in report and redshift is None:
        yield f"host_redshift {report['host_redshift']!r} is not a number"
    if redshift is not None and not 0 < redshift <= MAX_REDSHIFT:
        yield f"host_redshift {redshift:g} is not between 0 and {MAX_REDSHIFT:g}"
    if name is not None and (name.strip().upper() in ("", "NULL", "NONE", "NAN") or name != name.strip()):
        yield f"host_name {name!r} is no name"


def _archival(report: AtReport) -> Iterator[str]:
    given = report.get("non_detection")
    if isinstance(given, dict) and not given.get("obsdate"):
        yield "no dated non-detection, only an archive"


def _below_limit(report: AtReport) -> Iterator[str]:
    for index, point in enumerate(_points(report)):
        flux, limit = number(point.get("flux")), number(point.get("limiting_flux"))
        if flux and limit and str(point.get("flux_unitid")) == ids.AB_MAG and flux > limit:
            yield f"photometry point {index} is fainter than its image's limit"


Rule = Callable[[AtReport], Iterator[str]]
_RULES: tuple[Rule, ...] = (_fields, _coordinates, _discovery, _non_detection, _photometry, _each_point, _host)
_ODDITIES: tuple[Rule, ...] = (_archival, _below_limit)
