"""Packets of the surveys for `benchmarks.decode`: how ours reads them, and how fastavro and astropy do."""

from __future__ import annotations

import gzip
import io
import json
from typing import Any

import fastavro
import numpy as np
import pyarrow as pa
from astropy.io import fits
from fastavro.schema import expand_schema

from tom_alerce_like.alerts import lsst, wire, ztf
from tom_alerce_like.alerts.packets import Reader

ARROW = {
    **{name: pa.float64() for name in ("float", "double")},
    **{name: pa.int64() for name in ("int", "long")},
    "boolean": pa.bool_(),
    "string": pa.string(),
    "bytes": pa.binary(),
}
KINDS = ("cutoutScience", "cutoutTemplate", "cutoutDifference")


class Ztf:
    """Object containers of one packet each, with gzipped cutouts."""

    kind = ztf.PACKET
    paths = [f"{name}.stampData" for name in KINDS]

    def read(self, reader: Reader, content: bytes) -> Any:
        return next(reader.container(content))

    def schema(self, content: bytes) -> Any:
        return json.loads(fastavro.reader(io.BytesIO(content)).metadata["avro.schema"])

    def peer(self, content: bytes) -> None:
        packet: Any = next(fastavro.reader(io.BytesIO(content)))
        for name in KINDS:
            with gzip.open(io.BytesIO(packet[name]["stampData"])) as file:
                of_astropy(file.read())


class Lsst:
    """Messages in Confluent's framing, with cutouts that are not compressed."""

    kind = lsst.PACKET
    paths = list(KINDS)

    def read(self, reader: Reader, content: bytes) -> Any:
        return reader.message(content)

    def schema(self, content: bytes) -> Any:
        return wire.lsst_schema(wire.schema_id(content))

    def peer(self, content: bytes) -> None:
        body = io.BytesIO(content[wire.FRAME_BYTES :])
        packet: Any = fastavro.schemaless_reader(body, self.schema(content), None)
        for name in KINDS:
            of_astropy(packet[name])


def of_astropy(raw: bytes) -> Any:
    """Return the first image."""
    with fits.open(io.BytesIO(raw), ignore_missing_simple=True) as units:
        return np.asarray(units[0].data, np.float32)


def every_field(schema: Any) -> pa.DataType:
    """Return the Arrow type of all that a schema holds."""
    return _arrow(expand_schema(schema))


def _arrow(schema: Any) -> pa.DataType:
    if isinstance(schema, list):
        return _arrow(next(branch for branch in schema if branch != "null"))
    name = schema["type"] if isinstance(schema, dict) else schema
    if name == "record":
        return pa.struct([(field["name"], _arrow(field["type"])) for field in schema["fields"]])
    return pa.list_(_arrow(schema["items"])) if name == "array" else ARROW[name]
