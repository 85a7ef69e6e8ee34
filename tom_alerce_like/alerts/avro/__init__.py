"""Avro packets of one schema to Arrow: only the fields that are wanted, and many packets at a time.

The schema becomes a regular grammar (`grammar`), by which the engine of `re` walks a packet in C (`walk`); the values,
still encoded, become columns together (`arrow`). What is encoded in an unusual way is refused, for a complete reader
to judge. Values that nobody wants are passed over and not judged.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, NamedTuple

import fastavro
import pyarrow as pa
from fastavro.schema import expand_schema

from tom_alerce_like.alerts.avro import size
from tom_alerce_like.alerts.avro.grammar import Compiler
from tom_alerce_like.alerts.avro.walk import Body, UnusualError, walk

__all__ = ["Decoder", "UnusualError", "Walked"]


class Walked(NamedTuple):
    """A packet whose values are found but still encoded: it is bytes from ``start`` to ``end`` of ``body``."""

    decoder: Decoder
    body: Body
    start: int
    end: int
    values: list[Any]

    @property
    def n_points(self) -> int:
        """Return how many elements its lists have."""
        lists = self.decoder.lists.items()
        return sum(len(self.values[column] or ()) // n_groups for column, n_groups in lists)

    def packet(self) -> Any:
        """Return all of it; raises the errors of fastavro for what was passed over."""
        return self.decoder.whole(self.body, self.start)[0]


class Decoder:
    """Reads the fields ``kind`` of packets of one schema; raises `UnusualError` for a schema that it cannot read.

    It can read records of numbers, short texts, bytes and records, and lists of such records without bytes.
    """

    def __init__(self, schema: Any, kind: pa.StructType) -> None:
        size.check(schema)
        compiler = Compiler()
        shape = compiler.add(expand_schema(schema), kind)
        if shape is None:
            raise UnusualError
        self.kind, self.lists = kind, compiler.lists
        self.names = tuple(field["name"] for field in schema["fields"])
        self._schema = fastavro.parse_schema(schema)
        self._shape = shape
        self._pieces = compiler.finish()

    def walk(self, body: Body, start: int = 0) -> Walked:
        """Find the values of the packet that starts there.

        Raises `UnusualError` when it does not follow its schema, or does so in an unusual way.
        """
        values, end = walk(self._pieces, body, start)
        return Walked(self, body, start, end, values)

    def whole(self, body: Body, start: int = 0) -> tuple[Any, int]:
        """Return all of the packet that starts there, and where it ends; raises the errors of fastavro."""
        file = io.BytesIO(body)
        file.seek(start)
        return fastavro.schemaless_reader(file, self._schema, None), file.tell()

    def rows(self, packets: Sequence[Walked]) -> pa.StructArray:
        """Return packets that this decoder walked as struct rows.

        Raises the errors of Arrow for a number that does not fit its field.
        """
        return self._shape.array(list(zip(*(packet.values for packet in packets), strict=True)), len(packets))
