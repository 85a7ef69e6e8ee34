"""Avro object containers in memory: the header, which is not read again when it is known, and the blocks."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, NamedTuple

import cramjam
import fastavro
import pyarrow as pa

from tom_alerce_like.alerts.avro import UnusualError
from tom_alerce_like.alerts.avro.walk import Body, number_at

MAGIC = b"Obj\x01"
_MARKER_BYTES = 16
_CHECKSUM_BYTES = 4
#: Snappy makes nothing smaller than by this factor: three bytes stand for 64 at most.
_SNAPPY_RATIO = 64
_HEADER = fastavro.parse_schema(
    {
        "type": "record",
        "name": "header",
        "fields": [
            {"name": "magic", "type": {"type": "fixed", "name": "magic", "size": len(MAGIC)}},
            {"name": "meta", "type": {"type": "map", "values": "bytes"}},
        ],
    }
)


class Header(NamedTuple):
    """The start of a container up to the marker that ends each block, and what it says."""

    start: bytes
    schema: bytes
    codec: bytes


class Headers:
    """Reads headers, and remembers the last ``n_known``."""

    def __init__(self, n_known: int) -> None:
        self._n_known = n_known
        self._known: tuple[Header, ...] = ()

    def of(self, container: bytes) -> Header:
        """Return the header of a container; raises `UnusualError` when it has none."""
        for header in self._known:
            if container.startswith(header.start):
                return header
        header = _read(container)
        self._known = (header, *self._known[: self._n_known - 1])
        return header


class Block(NamedTuple):
    """Packets from ``start`` to ``end`` of ``body``."""

    n_packets: int
    body: Body
    start: int
    end: int


def blocks(container: bytes, header: Header) -> Iterator[Block]:
    """Yield the blocks of a container with that header; raises `UnusualError` for one that is damaged."""
    if header.codec == b"null":
        return _stored(container, len(header.start))
    if header.codec == b"snappy":
        return map(_of_snappy, _stored(container, len(header.start)))
    return _compressed(container)


def _read(container: bytes) -> Header:
    file = io.BytesIO(container)
    try:
        header: Any = fastavro.schemaless_reader(file, _HEADER, None)
        schema, codec = header["meta"]["avro.schema"], header["meta"].get("avro.codec", b"null")
    except Exception as error:  # fastavro raises a dozen kinds on what is no header
        raise UnusualError from error
    return Header(container[: file.tell()], schema, codec)


def _stored(container: bytes, start: int) -> Iterator[Block]:
    at = start + _MARKER_BYTES
    marker = container[start:at]
    while at < len(container):
        n_packets, at = number_at(container, at)
        size, at = number_at(container, at)
        end = at + size
        if size < 0 or not container.startswith(marker, end):
            raise UnusualError
        yield Block(n_packets, container, at, end)
        at = end + _MARKER_BYTES


def _of_snappy(block: Block) -> Block:
    stored = memoryview(block.body)[block.start : block.end - _CHECKSUM_BYTES]
    try:
        length = cramjam.snappy.decompress_raw_len(stored)
        if length > _SNAPPY_RATIO * len(stored):
            raise UnusualError
        # Arrow's memory is used again; that of the system would be new for each packet, which takes longer
        body = memoryview(pa.allocate_buffer(length)).cast("B")
        n_bytes = cramjam.snappy.decompress_raw_into(stored, body)
    except (cramjam.DecompressionError, OverflowError) as error:
        raise UnusualError from error
    return Block(block.n_packets, body[:n_bytes], 0, n_bytes)


def _compressed(container: bytes) -> Iterator[Block]:
    try:
        for block in fastavro.block_reader(io.BytesIO(container)):
            body = block.bytes_.getvalue()  # type: ignore[attr-defined]
            yield Block(block.num_records, body, 0, len(body))
    except Exception as error:  # as above, and what decompressors raise
        raise UnusualError from error
