"""Alert packets as they travel: Kafka messages in Confluent's framing, and Avro object containers.

A framed message is a zero byte, the id of its schema as four bytes, big-endian, and the packet without its schema.
Rubin numbers its schemas by 100 x major + minor.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

import fastavro

from tom_alerce_like.exceptions import AlertFormatError

Packet = dict[str, Any]
SchemaLookup = Callable[[int], Any]

FRAME_MAGIC = b"\x00"
_FRAME = struct.Struct(">xI")
FRAME_BYTES = _FRAME.size


@cache
def lsst_schema(schema_id: int) -> Any:
    """Return Rubin's alert schema of that id, from the package ``lsst-alert-packet``.

    Raises `AlertFormatError` when the package is not installed or does not have it.
    """
    major, minor = divmod(schema_id, 100)
    spec = find_spec("lsst.alert") if find_spec("lsst") else None
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder, "packet", "schema", f"{major}", f"{minor}", f"lsst.v{major}_{minor}.alert.avsc")
        if path.is_file():
            return fastavro.schema.load_schema(str(path))
    raise AlertFormatError(
        f"schema id {schema_id} is unknown: install or upgrade the package lsst-alert-packet, "
        "which has Rubin's schemas, or pass your own schema look-up"
    )


def packet(message: bytes, schema_of: SchemaLookup = lsst_schema) -> Packet:
    """Return the packet in a framed message.

    ``schema_of`` gives the Avro schema of an id. Raises `AlertFormatError` when the message is not framed, its schema
    is unknown or it does not follow its schema.
    """
    number = schema_id(message)
    schema = schema_of(number)
    try:
        return _packet(fastavro.schemaless_reader(io.BytesIO(message[FRAME_BYTES:]), schema, None))
    except Exception as error:  # fastavro raises a dozen kinds on bytes that are not what their schema says
        raise AlertFormatError(f"the message does not follow its schema {number}: {error}") from error


def schema_id(message: bytes) -> int:
    """Return the id of the schema of a framed message; raises `AlertFormatError` when it is not framed."""
    if len(message) < FRAME_BYTES or not message.startswith(FRAME_MAGIC):
        raise AlertFormatError("not a framed message: it must start with a zero byte and a schema id")
    return int(_FRAME.unpack_from(message)[0])


def packets(container: BinaryIO) -> Iterator[Packet]:
    """Yield the packets of an Avro object container.

    Raises `AlertFormatError` when it is truncated or no container; packets before the fault have been yielded.
    """
    try:
        yield from map(_packet, fastavro.reader(container))
    except Exception as error:  # as above, and what decompressors raise
        reason = str(error) or type(error).__name__
        raise AlertFormatError(f"truncated or not Avro: {reason}") from error


def _packet(decoded: Any) -> Packet:
    if not isinstance(decoded, dict):
        raise TypeError(f"a record was expected, not {type(decoded).__name__}")
    return decoded
