"""Packets (dicts) and parquet rows as the same Arrow columns, whatever fields a schema version has.

A survey's module names the fields that it needs as one Arrow struct type. Both ways in give a struct array of that
type, one element per alert: fields that the input lacks are null, fields that nobody needs are never touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tom_alerce_like.alerts.avro import Decoder, Walked
from tom_alerce_like.exceptions import AlertFormatError

#: Integers beyond it are rounded by a 64-bit float.
_EXACT_BELOW = 2**53
_REFUSALS = (pa.ArrowException, TypeError, ValueError, OverflowError)


def fields(kind: pa.DataType, *names: str) -> list[tuple[str, pa.DataType]]:
    """Return ``names`` as struct fields of one type."""
    return [(name, kind) for name in names]


def stored_paths(paths: Sequence[str], kind: pa.StructType) -> list[str]:
    """Return which columns of a parquet file, by their dotted paths in its schema, hold fields of ``kind``."""
    return [path for path in paths if _leads_into(path.split("."), kind)]


def _leads_into(path: Sequence[str], kind: pa.DataType) -> bool:
    if not path:
        return True
    if pa.types.is_list(kind):
        # parquet puts two levels between a list and its elements
        return _leads_into(path[2:], kind.value_type)
    if pa.types.is_struct(kind):
        index = kind.get_field_index(path[0])
        return index >= 0 and _leads_into(path[1:], kind.field(index).type)
    return True


def of_packets(packets: Sequence[Mapping[str, Any] | Walked], kind: pa.StructType) -> pa.StructArray:
    """Return the fields ``kind`` of packets, whole or walked.

    Raises `AlertFormatError` when a value has a type that cannot be that field's.
    """
    places: dict[Decoder | None, list[int]] = {}
    for place, packet in enumerate(packets):
        places.setdefault(packet.decoder if isinstance(packet, Walked) else None, []).append(place)
    parts = [_of_alike([packets[place] for place in some], decoder, kind) for decoder, some in places.items()]
    if len(parts) < 2:
        return parts[0] if parts else pa.array([], kind)
    return pa.concat_arrays(parts).take(pa.array(np.argsort(np.concatenate(list(places.values())))))


def _of_alike(packets: Sequence[Any], decoder: Decoder | None, kind: pa.StructType) -> pa.StructArray:
    try:
        if decoder is not None and decoder.kind is kind:
            return decoder.rows(packets)
        return pa.array(packets if decoder is None else [packet.packet() for packet in packets], kind)
    except _REFUSALS as error:
        if decoder is not None and decoder.kind is kind:
            return _of_alike([packet.packet() for packet in packets], None, kind)
        raise AlertFormatError(f"not an alert: {error}") from error


def of_table(table: pa.Table | pa.RecordBatch, kind: pa.StructType) -> pa.StructArray:
    """Return the fields ``kind`` of the rows of a table; raises as `of_packets` does."""
    rows = pa.table(table.columns, names=table.schema.names).combine_chunks().to_struct_array()
    try:
        return conform(rows.combine_chunks() if isinstance(rows, pa.ChunkedArray) else rows, kind)
    except _REFUSALS as error:
        raise AlertFormatError(f"not a table of alerts: {error}") from error


def conform(array: pa.Array, kind: pa.DataType) -> pa.Array:
    """Return ``array`` as ``kind``, nested fields by name; a null list becomes an empty one."""
    if pa.types.is_null(array.type):
        return pa.nulls(len(array), kind)
    if pa.types.is_struct(kind):
        if not pa.types.is_struct(array.type):
            raise TypeError(f"a record was expected, not {array.type}")
        children = [_child(array, wanted) for wanted in kind]
        return pa.StructArray.from_arrays(children, fields=list(kind), mask=array.is_null())
    if pa.types.is_list(kind):
        offsets = np.concatenate([[0], np.cumsum(_lengths(array))]).astype(np.int32)
        return pa.ListArray.from_arrays(offsets, conform(array.flatten(), kind.value_type))
    if pa.types.is_floating(array.type) and pa.types.is_integer(kind):
        _refuse_rounded(array)
    return array.cast(kind)


def _refuse_rounded(array: pa.FloatingPointArray) -> None:
    largest = pc.max(pc.abs(array)).as_py()
    if largest is not None and largest > _EXACT_BELOW:
        raise ValueError("identifiers that were stored as floating-point numbers are rounded, and cannot be trusted")


def _child(array: pa.StructArray, wanted: pa.Field) -> pa.Array:
    if array.type.get_field_index(wanted.name) < 0:
        return pa.nulls(len(array), wanted.type)
    return conform(pc.struct_field(array, wanted.name), wanted.type)


def _lengths(lists: pa.ListArray) -> NDArray[np.int64]:
    return pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)


def child(rows: pa.StructArray, path: str) -> pa.Array:
    """Return a field of a struct array; ``path`` is dotted for a field of a field."""
    return pc.struct_field(rows, path.split("."))


def floats(rows: pa.StructArray, path: str, missing: tuple[float, ...] = ()) -> NDArray[np.float64]:
    """Return a numeric field; nulls and the values ``missing`` become NaN."""
    values = child(rows, path).to_numpy(zero_copy_only=False).astype(float)
    return np.where(np.isin(values, missing), np.nan, values) if missing else values


def texts(rows: pa.StructArray, path: str) -> pa.Array:
    """Return a field as strings; nulls become empty."""
    return filled(child(rows, path))


def filled(values: pa.Array) -> pa.Array:
    """Return values as strings; nulls become empty."""
    return pc.fill_null(values.cast(pa.string()), "")


def views(values: pa.BinaryArray) -> list[memoryview | None]:
    """Return bytes where they are, without a copy; nulls become None."""
    _, offsets, data = values.buffers()
    ends = np.frombuffer(offsets, np.int32, len(values) + 1, values.offset * np.int32().itemsize).tolist()
    whole = memoryview(data or b"").cast("B")
    spans = zip(values.is_valid().to_pylist(), ends[:-1], ends[1:], strict=True)
    return [whole[start:end] if valid else None for valid, start, end in spans]


def exploded(rows: pa.StructArray, path: str) -> tuple[NDArray[np.int64], pa.StructArray]:
    """Return the elements of a list field, and for each the position of its row."""
    lists = child(rows, path)
    return np.repeat(np.arange(len(lists)), _lengths(lists)), lists.flatten()
