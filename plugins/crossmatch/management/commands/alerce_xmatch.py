"""Match a list of positions with catalogues."""

from __future__ import annotations

import tempfile
from argparse import ArgumentParser
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tom_alerce_like import progress
from tom_alerce_like.exceptions import AlerceLikeError, InputError
from tom_alerce_like.plugins.crossmatch import catalogues, csvfile, joined, matching, positions
from tom_alerce_like.plugins.crossmatch.csvfile import CsvFile
from tom_alerce_like.plugins.crossmatch.joined import Found
from tom_alerce_like.plugins.crossmatch.matches import Matches, Source
from tom_alerce_like.plugins.crossmatch.matching import Batch
from tom_alerce_like.plugins.crossmatch.positions import Positions
from tom_alerce_like.plugins.hosts.sources import spellings

SHOWN_PROBLEMS = 20


class Command(BaseCommand):
    """Write a CSV file with catalogues' columns beside its own; what went wrong is said on standard error.

    Fails when a catalogue could not be asked to the end; what the others hold is written nevertheless.
    """

    help = "Match the positions of a CSV file with catalogues: files of this TOM, tables at CDS, catsHTM."
    # hints about what is switched off belong to `check`, not to every run
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="IN.csv", help="a table whose first line names its columns")
        parser.add_argument(
            "--catalogue", action="append", required=True, metavar="NAME",
            help=f"may be repeated: a name in XMATCH_CATALOGUES, {', '.join([*catalogues.CDS, catalogues.CATSHTM])}, "
            "or VizieR's identifier of a table",
        )  # fmt: skip
        parser.add_argument("--radius", type=float, default=1.5, metavar="ARCSEC", help="1.5 where not given")
        parser.add_argument("--ra", metavar="COLUMN", help="guessed from the columns' names where not given")
        parser.add_argument("--dec", metavar="COLUMN")
        parser.add_argument("--nearest", action="store_true", help="only the nearest match of each row")
        parser.add_argument("--matches-only", action="store_true", help="leave out rows without a match")
        parser.add_argument("-o", "--output", metavar="OUT.csv", help="standard output where not given")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            whole = self._run(options)
        except (AlerceLikeError, OSError) as error:
            raise CommandError(str(error)) from error
        if not whole:
            raise CommandError("not every catalogue could be asked to the end")

    def _run(self, options: dict[str, Any]) -> bool:
        path = Path(options["file"])
        table = csvfile.read(lambda: path.open("rb"))
        columns = _columns(table, options)
        self._tell_columns(path.name, *(table.header[number] for number in columns))
        places = positions.read(table, *columns, max_problems=SHOWN_PROBLEMS)
        self._tell(places.problems, places.n_bad)
        sources = [catalogues.source(name) for name in options["catalogue"]]
        batches = matching.plan(sources, places, options["radius"])
        with tempfile.TemporaryDirectory() as folder:
            files, n_failed = self._ask(sources, places, batches, Path(folder), options)
            found = _found(sources, files)
            if options["output"]:
                n_lines = _write(table, found, Path(options["output"]), options["matches_only"])
            else:
                n_lines = joined.write(table, found, self.stdout, options["matches_only"])
        self.stderr.write(f"xmatch: rows={len(places.ra_deg)} bad={places.n_bad} lines={n_lines} failed={n_failed}")
        return not n_failed

    def _ask(
        self,
        sources: Sequence[Source],
        places: Positions,
        batches: Sequence[Batch],
        folder: Path,
        options: dict[str, Any],
    ) -> tuple[list[list[Path]], int]:
        """Return the files of each catalogue's matches in the folder, and how many catalogues failed."""
        files: list[list[Path]] = [[] for _ in sources]
        failed: set[int] = set()
        for batch in progress.shown(batches, "xmatch", len(batches)):
            if batch.number in failed:
                continue
            source = sources[batch.number]
            try:
                for part in matching.ask(source, places, batch, options["radius"], options["nearest"]):
                    files[batch.number].append(folder / f"{batch.number}_{len(files[batch.number])}.parquet")
                    files[batch.number][-1].write_bytes(part.packed())
            except AlerceLikeError as error:
                failed.add(batch.number)
                self.stderr.write(f"{source.name}: {error}; asked for {batch.first:,} positions")
                continue
            if source.position and not batch.first:
                self._tell_columns(source.name, *source.position)
        return files, len(failed)

    def _tell_columns(self, name: str, ra: str, dec: str) -> None:
        self.stderr.write(f"{name}: the position is in the columns {ra} and {dec}")

    def _tell(self, problems: Sequence[str], n_bad: int) -> None:
        for problem in problems:
            self.stderr.write(f"{problem}: kept without a match")
        if n_bad > len(problems):
            self.stderr.write(f"and {n_bad - len(problems):,} more lines without a position")


def _columns(table: CsvFile, options: dict[str, Any]) -> tuple[int, int]:
    """Return the numbers of the columns of the position, as the user says or else as their names do."""
    if options["ra"] and options["dec"]:
        return positions.column(table.header, options["ra"]), positions.column(table.header, options["dec"])
    if options["ra"] or options["dec"]:
        raise InputError("give both --ra and --dec, or none of them")
    try:
        return spellings.position(table.header)
    except InputError as error:
        raise InputError(f"which columns are the position? {error}; give --ra and --dec") from error


def _found(sources: Sequence[Source], files: Sequence[Sequence[Path]]) -> list[Found]:
    return [
        Found(source.name, [partial(_load, file) for file in some]) for source, some in zip(sources, files, strict=True)
    ]


def _load(file: Path) -> Matches:
    return Matches.unpacked(file.read_bytes())


def _write(table: CsvFile, found: Sequence[Found], path: Path, matches_only: bool) -> int:
    """Write the result, in place of an older file only when it is whole."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as out:
            n_lines = joined.write(table, found, out, matches_only)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return n_lines
