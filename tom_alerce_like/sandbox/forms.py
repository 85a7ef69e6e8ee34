"""Nested validation with errors that mirror the payload, in the words of the framework that OCS portals use."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Row = dict[str, Any]
MISSING = object()
REQUIRED = "This field is required."


@dataclass(frozen=True)
class Field:
    """One value. Without ``default`` it is required; ``null`` admits null."""

    kind: type
    default: Any = MISSING
    choices: tuple[str, ...] = ()
    low: float = -math.inf
    high: float = math.inf
    max_length: int = 0
    null: bool = False

    def clean(self, given: Any) -> tuple[Any, Any]:
        """Return (value, errors), one of them empty."""
        if given is MISSING:
            return (None, [REQUIRED]) if self.default is MISSING else (self.default, None)
        if given is None:
            return (None, None) if self.null else (None, ["This field may not be null."])
        try:
            value = _convert(self.kind, given)
        except (TypeError, ValueError):
            return None, [COMPLAINTS[self.kind]]
        error = self._error(value)
        return (None, [error]) if error else (value, None)

    def _error(self, value: Any) -> str:
        if self.choices and value not in self.choices:
            return f'"{value}" is not a valid choice.'
        if self.max_length and len(value) > self.max_length:
            return f"Ensure this field has no more than {self.max_length} characters."
        if self.kind in (int, float) and value < self.low:
            return f"Ensure this value is greater than or equal to {self.low}."
        if self.kind in (int, float) and value > self.high:
            return f"Ensure this value is less than or equal to {self.high}."
        return ""


COMPLAINTS: dict[type, str] = {
    str: "Not a valid string.",
    int: "A valid integer is required.",
    float: "A valid number is required.",
    bool: "Must be a valid boolean.",
    dict: "Not a valid dictionary.",
    list: "Expected a list of items.",
    datetime: "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]].",
}


def _convert(kind: type, given: Any) -> Any:
    if kind is datetime:
        moment = datetime.fromisoformat(str(given))
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if kind in (str, dict, list, bool):
        if not isinstance(given, kind):
            raise TypeError(kind)
        return given
    if isinstance(given, bool) or not math.isfinite(value := kind(given)):
        raise TypeError(kind)
    return value


@dataclass(frozen=True)
class Nested:
    """An object, or with ``many`` a list of at least one."""

    fields: Mapping[str, Field | Nested]
    many: bool = False
    required: bool = True

    def clean(self, given: Any) -> tuple[Any, Any]:
        """Return (value, errors): errors of the same form as the value."""
        if given is MISSING and self.required:
            return None, [REQUIRED]
        if given is MISSING:
            return clean(self.fields, {})
        if not self.many:
            return clean(self.fields, given)
        if not isinstance(given, list):
            return None, {"non_field_errors": [f'Expected a list of items but got type "{type(given).__name__}".']}
        if not given:
            return None, {"non_field_errors": ["This list may not be empty."]}
        pairs = [clean(self.fields, item) for item in given]
        errors = [error for _, error in pairs]
        return [value for value, _ in pairs], (errors if any(errors) else None)


def clean(fields: Mapping[str, Field | Nested], given: Any) -> tuple[Row, Row]:
    """Return (values, errors by field) of an object."""
    if not isinstance(given, dict):
        name = type(given).__name__
        return {}, {"non_field_errors": [f"Invalid data. Expected a dictionary, but got {name}."]}
    values, errors = {}, {}
    for name, field in fields.items():
        values[name], error = field.clean(given.get(name, MISSING))
        if error:
            errors[name] = error
    return values, errors
