"""ALeRCE's reports of 2019 to 2026 in the key names of TNS 2.0."""

from __future__ import annotations

from typing import Any

_NAMES = {
    "reporting_group_id": "reporting_groupid",
    "discovery_data_source_id": "data_source_groupid",
    "flux_units": "flux_unitid",
    "filter_value": "filterid",
    "instrument_value": "instrumentid",
}


def modern(node: Any) -> Any:
    """Return a report with today's key names and no changed value."""
    if not isinstance(node, dict):
        return node
    if "photometry_group" in node:
        return modern(node["photometry_group"])
    return {_NAMES.get(key, key): modern(value) for key, value in node.items()}
