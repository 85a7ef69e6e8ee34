"""Values as they are encoded in packets, to Arrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

#: Encoded values, or None where there is none.
Values = Sequence[Any]

_FLOATS: dict[str, np.dtype[Any]] = {"float": np.dtype("<f4"), "double": np.dtype("<f8")}
_EXACT_BELOW = 2**53
#: Which types of Avro can be which of Arrow.
FITTING = {
    *((name, pa.float64()) for name in ("float", "double", "int", "long")),
    *((name, pa.int64()) for name in ("int", "long")),
    ("string", pa.string()),
    ("bytes", pa.binary()),
}


@dataclass(frozen=True)
class Leaf:
    """Values of one type: their column among the groups of a walk, and their type in Avro and in Arrow."""

    column: int
    name: str
    kind: pa.DataType

    def array(self, columns: Sequence[Values], length: int) -> pa.Array:
        """Return the values of ``length`` packets or elements."""
        return _array(self.name, columns[self.column], self.kind)


@dataclass(frozen=True)
class Items:
    """Lists: their elements follow each other in one column, and have ``n_columns`` columns of their own there."""

    column: int
    item: Shape
    n_columns: int
    kind: pa.ListType

    def array(self, columns: Sequence[Values], length: int) -> pa.Array:
        """Return the lists of ``length`` packets."""
        lists = columns[self.column]
        flat = list(chain.from_iterable(value for value in lists if value))
        lengths = [len(value) // self.n_columns if value else 0 for value in lists]
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        own = [flat[column :: self.n_columns] for column in range(self.n_columns)]
        elements = self.item.array(own, int(offsets[-1]))
        return pa.ListArray.from_arrays(offsets, elements, type=self.kind, mask=_absent(lists))


class Record:
    """Fields, some of which may be missing in the schema; the column ``validity`` is None where a record is absent."""

    def __init__(self, kind: pa.StructType, shapes: Mapping[str, Shape], validity: int | None = None) -> None:
        self.shapes = shapes
        self._fields = list(kind)
        self._missing = {field.name: field.type for field in self._fields if field.name not in shapes}
        self._validity = validity
        self._alike: dict[tuple[str, str], dict[str, Leaf]] = {}
        for name, shape in shapes.items():
            if isinstance(shape, Leaf) and shape.name != "bytes":
                self._alike.setdefault((shape.name, str(shape.kind)), {})[name] = shape

    def array(self, columns: Sequence[Values], length: int) -> pa.StructArray:
        """Return the records of ``length`` packets or elements."""
        made = {name: pa.nulls(length, kind) for name, kind in self._missing.items()}
        for leaves in self._alike.values():
            made |= _together(leaves, columns, length)
        made |= {name: shape.array(columns, length) for name, shape in self.shapes.items() if name not in made}
        absent = None if self._validity is None else _absent(columns[self._validity])
        return pa.StructArray.from_arrays(
            [made[field.name] for field in self._fields], fields=self._fields, mask=absent
        )


Shape = Leaf | Items | Record


def _together(leaves: Mapping[str, Leaf], columns: Sequence[Values], length: int) -> dict[str, pa.Array]:
    """Return values of one type as slices of one array: the cost is that of a call, not of a value."""
    first = next(iter(leaves.values()))
    values = chain.from_iterable(columns[leaf.column] for leaf in leaves.values())
    made = _array(first.name, list(values), first.kind)
    return {name: made.slice(place * length, length) for place, name in enumerate(leaves)}


def _absent(values: Values) -> pa.BooleanArray:
    return pa.array([value is None for value in values], pa.bool_())


def _array(name: str, values: Values, kind: pa.DataType) -> pa.Array:
    if name == "string":
        # the length before a text has two bytes from 64 characters on
        return pa.array([value and value[1 + (value[0] > 0x7F) :] for value in values], kind)
    if name == "bytes":
        return _bytes(values)
    stored = _FLOATS.get(name)
    packed = pa.array(values, pa.binary(stored.itemsize if stored else -1))
    validity, data = packed.buffers()[:2]
    numbers = np.frombuffer(data or b"", stored, len(packed)) if stored else _integers(packed)
    if pa.types.is_floating(kind):
        numbers = _exact(numbers)
    return pa.Array.from_buffers(kind, len(packed), [validity, pa.py_buffer(numbers)])


def _bytes(values: Values) -> pa.BinaryArray:
    lengths = [0 if value is None else len(value) for value in values]
    ends = np.concatenate([[0], np.cumsum(lengths)])
    if ends[-1] > np.iinfo(np.int32).max:
        raise OverflowError("too many bytes for one array")
    stored = pa.allocate_buffer(int(ends[-1]))
    view = memoryview(stored).cast("B")
    for value, start, end in zip(values, ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        if value is not None:
            view[start:end] = value
    validity = pa.array([value is not None for value in values], pa.bool_()).buffers()[1]
    return pa.Array.from_buffers(pa.binary(), len(values), [validity, pa.py_buffer(ends.astype(np.int32)), stored])


def _integers(packed: pa.BinaryArray) -> NDArray[np.int64]:
    _, offsets, data = packed.buffers()
    ends = np.frombuffer(offsets, np.int32, len(packed) + 1)
    lengths = np.diff(ends)
    parts = (np.frombuffer(data or b"", np.uint8, ends[-1]) & 0x7F).astype(np.uint64)
    parts <<= (7 * (np.arange(len(parts)) - np.repeat(ends[:-1], lengths))).astype(np.uint64)
    codes = np.zeros(len(packed), np.uint64)
    present = lengths > 0
    if present.any():
        codes[present] = np.bitwise_or.reduceat(parts, ends[:-1][present])
    return (codes >> np.uint64(1)).astype(np.int64) ^ -(codes & np.uint64(1)).astype(np.int64)


def _exact(numbers: NDArray[Any]) -> NDArray[np.float64]:
    """Return numbers as 64-bit floats; raises `ValueError` for integers that would be rounded."""
    if numbers.dtype.kind == "i" and ((numbers > _EXACT_BELOW) | (numbers < -_EXACT_BELOW)).any():
        raise ValueError("an integer is too large for a floating-point number")
    return numbers.astype(float)
