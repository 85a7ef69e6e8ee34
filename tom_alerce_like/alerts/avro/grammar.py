"""An Avro schema as pieces of regular grammar; bytes and lists end a piece."""

from __future__ import annotations

import re
from typing import Any

import pyarrow as pa

from tom_alerce_like.alerts.avro.arrow import FITTING, Items, Leaf, Record, Shape
from tom_alerce_like.alerts.avro.patterns import (
    PATTERNS,
    WANTED,
    bare,
    is_optional_float,
    name_of,
    pattern,
    require,
    run,
)
from tom_alerce_like.alerts.avro.walk import NUMBER, Bytes, Piece, Repeated

#: So many optional numbers are tried together.
_RUN = 8


class Compiler:
    """Makes pieces of a schema, with a group for each value that is wanted."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.n_columns = 0
        #: Columns of lists, and how many groups each of their elements has.
        self.lists: dict[int, int] = {}
        self._texts: list[bytes] = []
        self._tail: Bytes | Repeated | None = None
        self._n_optional = self._n_records = 0

    def add(self, schema: Any, kind: pa.DataType | None) -> Shape | None:
        """Append a value of which the fields ``kind`` are wanted, and return where they will be.

        Raises `UnusualError` for what has no pattern, and for values of another type than the one wanted.
        """
        schema = bare(schema)
        if isinstance(schema, list):
            return self._union(schema, kind)
        name = name_of(schema)
        if name == "record":
            return self._record(schema, kind)
        if name in ("bytes", "array", "map"):
            return self._long(name, schema, kind)
        if kind is None:
            self._emit(pattern(schema))
            return None
        require((name, kind) in FITTING and not (isinstance(schema, dict) and "logicalType" in schema))
        self._emit(b"(%s)" % WANTED[name])
        return Leaf(self._column(), name, kind)

    def finish(self) -> list[Piece]:
        """End the last piece and return all."""
        self.pieces.append(Piece(re.compile(b"".join(self._texts), re.DOTALL), self._tail))
        self._texts, self._tail = [], None
        return self.pieces

    def _emit(self, text: bytes) -> None:
        if self._tail is not None:
            require(not self._n_optional)
            self.finish()
        self._texts.append(text)

    def _column(self) -> int:
        self.n_columns += 1
        return self.n_columns - 1

    def _record(self, schema: Any, kind: pa.DataType | None, validity: int | None = None) -> Record | None:
        require(kind is None or pa.types.is_struct(kind))
        self._n_records += 1
        found = {}
        passed: list[Any] = []
        for field in schema["fields"]:
            wanted = _member(kind, field["name"])
            if wanted is None and is_optional_float(field["type"]):
                passed.append(field["type"])
                continue
            self._pass(passed)
            found[field["name"]] = self.add(field["type"], wanted)
        self._pass(passed)
        self._n_records -= 1
        shapes = {name: shape for name, shape in found.items() if shape is not None}
        return None if kind is None else Record(kind, shapes, validity)

    def _pass(self, schemas: list[Any]) -> None:
        while schemas:
            self._emit(run(schemas[:_RUN]))
            del schemas[:_RUN]

    def _union(self, branches: list[Any], kind: pa.DataType | None) -> Shape | None:
        if len(branches) != 2 or branches.count("null") != 1:
            require(kind is None)
            self._emit(pattern(branches))
            return None
        null = branches.index("null")
        schema = bare(branches[1 - null])
        self._emit(rb"(?:\x%02x|\x%02x" % (2 * null, 2 - 2 * null))
        self._n_optional += 1
        if name_of(schema) == "record" and kind is not None:
            self._emit(b"()")
            shape: Shape | None = self._record(schema, kind, validity=self._column())
        else:
            shape = self.add(schema, kind)
        self._n_optional -= 1
        self._texts.append(b")")
        return shape

    def _long(self, name: str, schema: Any, kind: pa.DataType | None) -> Shape | None:
        self._emit(b"(%s)" % NUMBER)
        column = self._column()
        if name == "bytes":
            require(kind is None or (name, kind) in FITTING)
            self._tail = Bytes()
            return None if kind is None else Leaf(column, name, kind)
        require(self._n_records == 1)
        require(kind is None or (name == "array" and pa.types.is_list(kind)))
        item = Compiler()
        if name == "map":
            item._emit(PATTERNS["string"])
        shape = item.add(schema["items" if name == "array" else "values"], None if kind is None else kind.value_type)
        if not item.n_columns:  # then an empty group, so that elements can be counted
            item._emit(b"()")
            item._column()
        [(text, tail)] = item.finish()
        require(tail is None and not text.match(b""))
        self._tail = Repeated(text)
        if name == "array":
            self.lists[column] = item.n_columns
        return None if shape is None else Items(column, shape, item.n_columns, kind)


def _member(kind: pa.DataType | None, name: str) -> pa.DataType | None:
    if kind is None:
        return None
    index = kind.get_field_index(name)
    return kind.field(index).type if index >= 0 else None
