"""Alert files on this machine: Avro and parquet, ZTF and LSST, told apart by what is in them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from tom_alerce_like.alerts import columns, container, lsst, wire, ztf
from tom_alerce_like.alerts.avro import Walked
from tom_alerce_like.alerts.packets import Reader
from tom_alerce_like.alerts.schema import Batch, frame
from tom_alerce_like.alerts.wire import Packet
from tom_alerce_like.exceptions import AlertFormatError

SUFFIXES = (".avro", ".parquet")
#: Packets wait for each other until their histories add up to this: one of a deep field has thousands of points.
MAX_WAITING_POINTS = 50_000
#: A single message is never larger: Kafka brokers refuse more.
MAX_MESSAGE_BYTES = 64 * 2**20
_SURVEYS = {"diaSource": lsst, "objectId": ztf}


@dataclass
class _Waiting:
    """Packets of one survey that wait to become a batch, and problems that wait for the next batch."""

    survey: Any = None
    packets: list[Packet | Walked] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    n_points: int = 0

    def add(self, packet: Packet | Walked, name: str) -> None:
        self.packets.append(packet)
        self.names.append(name)
        if isinstance(packet, Walked):
            self.n_points += packet.n_points
        else:
            self.n_points += sum(len(value) for value in packet.values() if isinstance(value, list))

    def is_full(self, chunk: int) -> bool:
        return len(self.packets) >= chunk or self.n_points >= MAX_WAITING_POINTS

    def flush(self) -> Iterator[Batch]:
        packets, names = self.packets, self.names
        self.packets, self.names, self.n_points = [], [], 0
        if packets:
            yield self.with_problems(self.survey.from_packets(packets, names))

    def with_problems(self, batch: Batch) -> Batch:
        earlier, self.problems = self.problems, []
        return Batch(batch.alerts, batch.classifications, batch.aliases, (*earlier, *batch.problems))


def read(paths: str | Path | Iterable[str | Path], chunk: int = 500) -> Iterator[Batch]:
    """Yield the alerts of files and folders as batches of at most ``chunk`` alerts of one survey.

    Folders are searched for ``*.avro`` and ``*.parquet`` at any depth, sorted. Avro is an object container or one
    message in Confluent's framing. What cannot be read becomes a message in a batch's ``problems``, the rest is read.
    """
    waiting = _Waiting()
    for path in found(paths):
        try:
            yield from _tables(path, waiting, chunk) if _is_parquet(path) else _packets(path, waiting, chunk)
        except (AlertFormatError, OSError, pa.ArrowException) as error:
            waiting.problems.append(f"{path}: {error}")
    yield from waiting.flush()
    if waiting.problems:
        yield Batch(frame({}), problems=tuple(waiting.problems))


def found(paths: str | Path | Iterable[str | Path]) -> list[Path]:
    """Return the files of `read`; a path that is no folder is returned as it is, whether it exists or not."""
    given = [paths] if isinstance(paths, (str, os.PathLike)) else paths
    return [file for path in given for file in _within(Path(path))]


def count(paths: str | Path | Iterable[str | Path]) -> int:
    """Return about how many alerts `read` will give: exact for parquet, one for each Avro file."""
    return sum(_count(path) for path in found(paths))


def _count(path: Path) -> int:
    try:
        return pq.read_metadata(path).num_rows if _is_parquet(path) else 1
    except (OSError, pa.ArrowException):
        return 1


def _within(path: Path) -> Sequence[Path]:
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES and file.is_file())


def _is_parquet(path: Path) -> bool:
    return path.suffix == ".parquet"


def _survey(names: Iterable[str]) -> Any:
    for name, survey in _SURVEYS.items():
        if name in names:
            return survey
    raise AlertFormatError("neither a ZTF alert (it has no objectId) nor an LSST alert (it has no diaSource)")


def _tables(path: Path, waiting: _Waiting, chunk: int) -> Iterator[Batch]:
    with pq.ParquetFile(path) as file:
        survey = _survey(file.schema_arrow.names)
        yield from waiting.flush()
        paths = [column.path for column in map(file.schema.column, range(len(file.schema)))]
        wanted = columns.stored_paths(paths, survey.STORED)
        for rows in file.iter_batches(batch_size=chunk, columns=wanted):
            yield waiting.with_problems(survey.from_table(rows, str(path)))


def _packets(path: Path, waiting: _Waiting, chunk: int) -> Iterator[Batch]:
    with path.open("rb") as file:
        for position, packet in enumerate(_read(file)):
            survey = _survey(packet.decoder.names if isinstance(packet, Walked) else packet)
            if survey is not waiting.survey or waiting.is_full(chunk):
                yield from waiting.flush()
                waiting.survey = survey
            waiting.add(packet, f"{path} alert {position}")


def _read(file: BinaryIO) -> Iterator[Packet | Walked]:
    content = file.read(MAX_MESSAGE_BYTES + 1)
    is_large = len(content) > MAX_MESSAGE_BYTES
    if not content:
        raise AlertFormatError("the file is empty")
    if content.startswith(container.MAGIC):
        file.seek(0)
        return wire.packets(file) if is_large else _READER.container(content)
    if not content.startswith(wire.FRAME_MAGIC):
        raise AlertFormatError("neither an Avro object container nor a message in Confluent's framing")
    if is_large:
        raise AlertFormatError(f"a message of more than {MAX_MESSAGE_BYTES} bytes is no alert")
    return iter([_READER.message(content)])


_READER = Reader(lambda names: _survey(names).PACKET)
