"""Regular expressions for values in Avro's binary encoding (specification 1.12).

The next byte or two always tell what comes: null or a float, for example, is a byte 0, or a byte 2 and four more. So
there are never two ways to match.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tom_alerce_like.alerts.avro.walk import NUMBER, UnusualError

_FEW, _MANY = 64, 128


def _text(character: bytes) -> bytes:
    """Return the pattern of a text of less than 128 bytes: its length, doubled, in one or two bytes, and the text."""
    short = [rb"\x%02x%s{%d}+" % (2 * n, character, n) for n in range(_FEW)]
    longer = [rb"\x%02x\x01%s{%d}+" % (2 * n, character, n) for n in range(_FEW, _MANY)]
    return b"(?:%s)" % b"|".join(short + longer)


PATTERNS = {
    "null": b"",
    "boolean": rb"[\x00\x01]",
    "int": NUMBER,
    "long": NUMBER,
    "float": b"." * 4,
    "double": b"." * 8,
    "string": _text(b"."),
}
#: A text that is wanted is ASCII here, so that none of those that match can be refused later.
WANTED = {**PATTERNS, "string": _text(rb"[\x00-\x7f]")}


def pattern(schema: Any) -> bytes:
    """Return the pattern of a value that is not long; raises `UnusualError` where there is none."""
    schema = bare(schema)
    if isinstance(schema, list):
        require(len(schema) <= _FEW)  # the number of a later type has two bytes
        return b"(?:%s)" % b"|".join(branch(number, one) for number, one in enumerate(schema))
    name = name_of(schema)
    if name == "record":
        return b"".join(pattern(field["type"]) for field in schema["fields"])
    if name == "fixed":
        return b".{%d}" % schema["size"]
    require(name in PATTERNS)
    return PATTERNS[name]


def branch(number: int, schema: Any) -> bytes:
    """Return the pattern of a value of the ``number``-th type of a choice."""
    return rb"\x%02x%s" % (2 * number, pattern(schema))


def is_optional_float(schema: Any) -> bool:
    """Return whether values are null or a number of fixed length."""
    return isinstance(schema, list) and sorted(map(str, schema)) in (["float", "null"], ["double", "null"])


def run(schemas: Sequence[list[str]]) -> bytes:
    """Return the pattern of values that are null or a float: often none of them is there, or all are."""
    absent = b"".join(branch(schema.index("null"), "null") for schema in schemas)
    present = b"".join(branch(1 - schema.index("null"), schema[1 - schema.index("null")]) for schema in schemas)
    return b"(?>%s|%s|%s)" % (absent, present, b"".join(map(pattern, schemas)))


def bare(schema: Any) -> Any:
    """Return a schema without the wrapping of a type that is given as a type."""
    while isinstance(schema, dict) and not isinstance(schema["type"], str):
        schema = schema["type"]
    return schema


def name_of(schema: Any) -> str:
    """Return the name of the type of a schema that is no choice."""
    return schema["type"] if isinstance(schema, dict) else schema


def require(condition: bool) -> None:
    """Raise `UnusualError` unless the condition holds."""
    if not condition:
        raise UnusualError
