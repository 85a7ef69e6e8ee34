"""Packets to arrays: ours beside fastavro with astropy, in one run, on one core, in CPU time.

Ours gives the fields that the alert table needs, histories included, as Arrow columns, and the peer all fields as
Python's own objects, which is what it can give; both give three arrays of float32 for each packet. A chunk of packets
of one schema stands for a stream: there are few real ones, so they are repeated. The first packets of a schema, which
are read whole before its grammar is made, are not timed. The shortest of some rounds counts, for both: whatever else
the machine does only adds to it.
"""

from __future__ import annotations

import gzip
import io
import itertools
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import fastavro
import numpy as np
from astropy.io import fits

from benchmarks.figure import DATA, figure
from tom_alerce_like.alerts import columns, cutouts, lsst, wire, ztf
from tom_alerce_like.alerts.packets import WORTHWHILE, Reader

CHUNK = 500
#: The peer takes one packet after the other, and is as quick with few: these last as long as our chunk.
PEER_CHUNK = 50
ROUNDS = 5
KINDS = ("cutoutScience", "cutoutTemplate", "cutoutDifference")


def main() -> None:
    """Print the figures of the folder DATA."""
    figures(DATA)


def figures(data: Path) -> None:
    """Print packets per second and their ratio: ZTF containers as published, LSST messages as Rubin sends them."""
    packets = [path.read_bytes() for path in sorted((data / "ztf_alerts" / "packets").glob("ZTF*.avro"))]
    messages = [path.read_bytes() for path in sorted((data / "lsst_alerts" / "wire").glob("confluent*.avro"))]
    if packets:
        compare("decode", packets, Ztf())
    else:
        print(f"skipped: decode_ratio: no packets in {data / 'ztf_alerts' / 'packets'}", flush=True)
    if messages:
        compare("decode_lsst", messages, Lsst())
    else:
        print(f"skipped: decode_lsst_ratio: no messages in {data / 'lsst_alerts' / 'wire'}", flush=True)


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


def ours(survey: Ztf | Lsst, reader: Reader, chunk: Sequence[bytes]) -> None:
    """Decode a chunk of packets."""
    rows = columns.of_packets([survey.read(reader, content) for content in chunk], survey.kind)
    for path in survey.paths:
        for stored in columns.views(columns.child(rows, path)):
            assert stored is not None
            cutouts.decode(stored)


def compare(name: str, contents: Sequence[bytes], survey: Ztf | Lsst) -> None:
    """Print packets per second of both, and the ratio: each schema is a stream of its own."""
    streams: dict[str, list[bytes]] = {}
    for content in contents:
        streams.setdefault(str(survey.schema(content)), []).append(content)
    spent = np.array([cost(stream, survey) for stream in streams.values()]).sum(axis=0)
    ours_s, peer_s = spent / len(contents)
    print(f"figure: {name}_ratio {peer_s / ours_s:.6g} x [peer fastavro_astropy_per_s {1 / peer_s:.6g}]", flush=True)
    figure(f"{name}_packets_per_s", 1 / ours_s, "1/s")


def cost(stream: Sequence[bytes], survey: Ztf | Lsst) -> tuple[float, float]:
    """Return the CPU time of packets of one schema in s, for ours and for the peer."""
    chunk = [*stream] * (CHUNK // len(stream))
    reader = Reader(lambda _: survey.kind)
    for content in itertools.islice(itertools.cycle(stream), WORTHWHILE):
        survey.read(reader, content)
    some = chunk[: len(stream) * (PEER_CHUNK // len(stream))]
    ours_s, peer_s = [], []
    for _ in range(ROUNDS):
        ours_s.append(cpu_s(lambda: ours(survey, reader, chunk)) * len(stream) / len(chunk))
        peer_s.append(cpu_s(lambda: [survey.peer(content) for content in some]) * len(stream) / len(some))
    return min(ours_s), min(peer_s)


def cpu_s(work: Callable[[], Any]) -> float:
    """Return the CPU time of ``work`` in s."""
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    main()
