"""How large the grammar of a schema would be: a small schema may name its records again and again."""

from __future__ import annotations

from typing import Any

import fastavro

from tom_alerce_like.alerts.avro.walk import UnusualError

#: Alerts have some hundred values; a grammar of so many is made in a few seconds.
MAX_VALUES = 2_000


def check(schema: Any) -> None:
    """Raise `UnusualError` for a schema with records in themselves or more than `MAX_VALUES` values."""
    named: dict[str, Any] = {}
    parsed = fastavro.parse_schema(schema, named_schemas=named)
    if _count(parsed, named, {}) > MAX_VALUES:
        raise UnusualError


def _count(schema: Any, named: dict[str, Any], counted: dict[str, int]) -> int:
    if isinstance(schema, list):
        return sum(_count(branch, named, counted) for branch in schema)
    if isinstance(schema, str):
        if schema in named and schema not in counted:
            counted[schema] = MAX_VALUES + 1  # until it is counted: then it holds itself
            counted[schema] = _count(named[schema], named, counted)
        return counted.get(schema, 1)
    parts = [field["type"] for field in schema.get("fields", ())]
    parts += [schema[key] for key in ("items", "values") if key in schema]
    return 1 + sum(_count(part, named, counted) for part in parts)
