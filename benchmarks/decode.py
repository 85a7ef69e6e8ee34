"""Packets to arrays: ours beside fastavro with astropy, in one run, on one core, in CPU time.

Ours gives the fields that the alert table needs, histories included, as Arrow columns (for ``all_fields`` every field
of the schema), the peer all fields as Python's own objects, as it does for its users; both give three arrays of float32
for each packet. A chunk of packets of one schema stands for a stream: there are few real ones, so they are repeated.
The first packets of a schema, which are read whole before its grammar is made, are not timed. The shortest of some
rounds counts, for both: whatever else the machine does only adds to it.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.figure import DATA, SHARED, figure
from benchmarks.surveys import Lsst, Ztf, every_field
from tom_alerce_like.alerts import columns, cutouts
from tom_alerce_like.alerts.packets import WORTHWHILE, Reader

CHUNK = 500
#: The peer takes one packet after the other, and is as quick with few: these last as long as our chunk.
PEER_CHUNK = 50
ROUNDS = 5


def main() -> None:
    """Print the figures of the folder DATA."""
    figures(DATA)


def figures(data: Path) -> None:
    """Print packets per second and their ratio: ZTF containers as published, LSST messages as Rubin sends them."""
    packets = stored(data, "ztf_alerts/packets/*.avro")
    messages = stored(data, "lsst_alerts/wire/confluent*.avro")
    if packets:
        compare("decode", packets, Ztf())
        compare("decode_all_fields", packets, Ztf(), every_field)
    else:
        print(f"skipped: decode_ratio: no packets in {data / 'ztf_alerts' / 'packets'}", flush=True)
    if messages:
        compare("decode_lsst", messages, Lsst())
    else:
        print(f"skipped: decode_lsst_ratio: no messages in {data / 'lsst_alerts' / 'wire'}", flush=True)


def stored(data: Path, pattern: str) -> list[bytes]:
    """Return the files of a pattern in ``data``, or in the default folder where it has none: these are timed only."""
    found = next(filter(None, (sorted(folder.glob(pattern)) for folder in (data, SHARED))), [])
    return [path.read_bytes() for path in found]


def ours(survey: Ztf | Lsst, kind: pa.StructType, reader: Reader, chunk: Sequence[bytes]) -> None:
    """Decode a chunk of packets."""
    rows = columns.of_packets([survey.read(reader, content) for content in chunk], kind)
    for path in survey.paths:
        for stored in columns.views(columns.child(rows, path)):
            if stored is not None:
                cutouts.decode(stored)


def compare(
    name: str, contents: Sequence[bytes], survey: Ztf | Lsst, kind_of: Callable[[Any], Any] | None = None
) -> None:
    """Print packets per second of both, and the ratio: each schema is a stream of its own."""
    streams: dict[str, list[bytes]] = {}
    for content in contents:
        streams.setdefault(str(survey.schema(content)), []).append(content)
    spent = np.zeros(2)
    for stream in streams.values():
        spent += cost(stream, survey, kind_of(survey.schema(stream[0])) if kind_of else survey.kind)
    ours_s, peer_s = spent / len(contents)
    print(f"figure: {name}_ratio {peer_s / ours_s:.6g} x [peer fastavro_astropy_per_s {1 / peer_s:.6g}]", flush=True)
    figure(f"{name}_packets_per_s", 1 / ours_s, "1/s")


def cost(stream: Sequence[bytes], survey: Ztf | Lsst, kind: pa.StructType) -> tuple[float, float]:
    """Return the CPU time of packets of one schema in s, for ours and for the peer."""
    chunk, some = ([*stream] * max(1, length // len(stream)) for length in (CHUNK, PEER_CHUNK))
    reader = Reader(lambda _: kind)
    for content in itertools.islice(itertools.cycle(stream), WORTHWHILE):
        survey.read(reader, content)
    ours_s, peer_s = [], []
    for _ in range(ROUNDS):
        ours_s.append(cpu_s(lambda: ours(survey, kind, reader, chunk)) * len(stream) / len(chunk))
        peer_s.append(cpu_s(lambda: [survey.peer(content) for content in some]) * len(stream) / len(some))
    return min(ours_s), min(peer_s)


def cpu_s(work: Callable[[], Any]) -> float:
    """Return the CPU time of ``work`` in s."""
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    main()
