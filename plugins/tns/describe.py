"""A report in words for people."""

from __future__ import annotations

from typing import Any

from tom_alerce_like.plugins.tns import ids
from tom_alerce_like.plugins.tns.report import AtReport


def summary(report: AtReport) -> list[tuple[str, str]]:
    """Return (label, value) of the report's facts, without the fields that the user edits."""
    return [
        ("Internal name", report["internal_name"]),
        ("Position", _position(report)),
        ("Discovery (UTC)", report["discovery_datetime"]),
        ("Last non-detection", _non_detection(report["non_detection"])),
        ("Host", report.get("host_name", "none named")),
        ("Host redshift", report.get("host_redshift", "none given")),
        ("Reporting group", report["reporting_groupid"]),
        ("Data source group", report["data_source_groupid"]),
    ]


def photometry(report: AtReport) -> list[dict[str, str]]:
    """Return the photometry points with names in place of numbers."""
    return [{**point, "filter": _filter(point), "unit": _unit(point)} for point in report["photometry"].values()]


def _position(report: AtReport) -> str:
    ra, dec = report["ra"], report["dec"]
    return f"RA {ra['value']}, Dec {dec['value']} deg, ± {ra['error']} arcsec"


def _non_detection(given: dict[str, Any]) -> str:
    if not given.get("obsdate"):
        return f"archive: {ids.ARCHIVES[given['archiveid']]} ({given['archival_remarks']})"
    return f"{given['obsdate']} (UTC), {_filter(given)} > {given['limiting_flux']} {_unit(given)}"


def _filter(given: dict[str, Any]) -> str:
    return ids.FILTER_NAMES.get(given["filterid"], given["filterid"])


def _unit(given: dict[str, Any]) -> str:
    return ids.UNITS[given["flux_unitid"]]
