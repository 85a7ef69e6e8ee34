"""Packets of containers and messages: walked for the fields that are wanted, or whole where that takes less time."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa

from tom_alerce_like.alerts import container, wire
from tom_alerce_like.alerts.avro import Decoder, UnusualError, Walked
from tom_alerce_like.alerts.avro.walk import Body
from tom_alerce_like.alerts.wire import Packet

#: So many packets of a schema are read whole before its grammar is made, which takes about as long.
WORTHWHILE = 100
#: How many schemas and headers are remembered: a stream has one or two, of some 25 kB.
_MAX_KNOWN = 32


@dataclass
class _Schema:
    """A schema, and its decoder once that is worthwhile; None when there can be none."""

    make: Callable[[], Decoder | None]
    n_seen: int = 0
    is_made: bool = False
    decoder: Decoder | None = None

    def for_packets(self, count: int) -> Decoder:
        self.n_seen += count
        if self.n_seen > WORTHWHILE and not self.is_made:
            self.decoder, self.is_made = self.make(), True
        if self.decoder is None:
            raise UnusualError
        return self.decoder


class Reader:
    """Gives packets of containers and messages, and remembers their schemas.

    ``kind_of`` gives the Arrow type of the fields that are wanted, by the names of a packet's fields; what it raises
    means that packets are read whole.
    """

    def __init__(self, kind_of: Callable[[Iterable[str]], pa.StructType]) -> None:
        self._kind_of = kind_of
        self._headers = container.Headers(_MAX_KNOWN)
        self._schemas: dict[bytes | int, _Schema] = {}

    def message(self, message: bytes) -> Packet | Walked:
        """Return the packet in a framed message; raises as `wire.packet` does."""
        number = wire.schema_id(message)
        try:
            known = self._known(number, lambda: wire.lsst_schema(number))
            return known.for_packets(1).walk(message, wire.FRAME_BYTES)
        except UnusualError:
            return wire.packet(message)

    def container(self, content: bytes) -> Iterator[Packet | Walked]:
        """Return the packets of an Avro object container; raises as `wire.packets` does."""
        n_found = 0
        try:
            for packet in self._walk(content):
                n_found += 1
                yield packet
        except UnusualError:
            yield from islice(wire.packets(io.BytesIO(content)), n_found, None)

    def _walk(self, content: bytes) -> Iterator[Packet | Walked]:
        header = self._headers.of(content)
        schema = self._known(header.schema, lambda: json.loads(header.schema))
        for block in container.blocks(content, header):
            if block.n_packets > block.end - block.start:  # a packet has at least a byte
                raise UnusualError
            decoder, at = schema.for_packets(block.n_packets), block.start
            for _ in range(block.n_packets):
                packet, at = _next(decoder, block.body, at)
                if at > block.end:
                    raise UnusualError
                yield packet

    def _known(self, key: bytes | int, schema: Callable[[], Any]) -> _Schema:
        known = self._schemas.get(key)
        if known is None:
            if len(self._schemas) >= _MAX_KNOWN:
                self._schemas.clear()
            known = self._schemas[key] = _Schema(lambda: self._decoder(schema))
        return known

    def _decoder(self, read_schema: Callable[[], Any]) -> Decoder | None:
        try:
            schema = read_schema()
            return Decoder(schema, self._kind_of([field["name"] for field in schema["fields"]]))
        except Exception:  # whatever is wrong with a schema, fastavro will tell
            return None


def _next(decoder: Decoder, body: Body, start: int) -> tuple[Packet | Walked, int]:
    """Return the packet that starts there, and where it ends; raises `UnusualError` when fastavro cannot read it."""
    try:
        walked = decoder.walk(body, start)
    except UnusualError:
        try:
            return decoder.whole(body, start)
        except Exception as error:  # fastavro raises a dozen kinds on bytes that are not what their schema says
            raise UnusualError from error
    return walked, walked.end
