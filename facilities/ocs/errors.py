"""The portal's errors, which mirror the payload, -> the short form's fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

_REQUEST = ("requests",)
_CONFIGURATION = (*_REQUEST, "configurations")
_EXPOSURE = (*_CONFIGURATION, "instrument_configs")
_FIELDS: dict[tuple[str, ...], str] = {
    ("name",): "name",
    ("proposal",): "proposal",
    ("ipp_value",): "ipp_value",
    ("observation_type",): "mode",
    (*_REQUEST, "windows"): "start",
    (*_REQUEST, "windows", "start"): "start",
    (*_REQUEST, "windows", "end"): "end",
    (*_REQUEST, "location", "site"): "site",
    (*_REQUEST, "location", "telescope_class"): "instrument_type",
    (*_CONFIGURATION, "instrument_type"): "instrument_type",
    (*_CONFIGURATION, "type"): "instrument_type",
    (*_CONFIGURATION, "constraints", "max_airmass"): "max_airmass",
    (*_CONFIGURATION, "constraints", "min_lunar_distance"): "min_moon_deg",
}
_ROW_FIELDS = {"exposure_time": "exposure_s", "exposure_count": "count", "optical_elements": "element"}
#: Keys that the portal uses where the fault is of the whole, not of one field.
_WHOLE = ("non_field_errors", "detail")


def placed(errors: Any, rows: Sequence[int] = (1,)) -> list[tuple[str | None, str]]:
    """Return (field of the short form, message) for each error; the field is None where there is no such field.

    ``rows`` are the numbers of the form's rows that became the payload's instrument_configs.
    """
    return [_place(path, index, message, rows) for path, index, message in _walk(errors, (), 0)]


def _walk(errors: Any, path: tuple[str, ...], index: int) -> Iterator[tuple[tuple[str, ...], int, str]]:
    if isinstance(errors, dict):
        for key, value in errors.items():
            yield from _walk(value, path if key in _WHOLE else (*path, str(key)), index)
    elif isinstance(errors, list):
        for number, value in enumerate(errors):
            yield from _walk(value, path, number if path == _EXPOSURE and isinstance(value, dict) else index)
    elif errors not in (None, ""):
        yield path, index, str(errors)


def _place(path: tuple[str, ...], index: int, message: str, rows: Sequence[int]) -> tuple[str | None, str]:
    if path in _FIELDS:
        return _FIELDS[path], message
    inside = path[len(_EXPOSURE) :] if path[: len(_EXPOSURE)] == _EXPOSURE else ()
    if inside and inside[0] in _ROW_FIELDS and index < len(rows):
        return f"{_ROW_FIELDS[inside[0]]}_{rows[index]}", message
    return None, f"{' '.join(path[-2:])}: {message}" if path else message
