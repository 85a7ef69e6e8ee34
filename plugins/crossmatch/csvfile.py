"""A user's table of positions, read line by line and kept as it is."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from tom_alerce_like.exceptions import InputError

DELIMITERS = (",", ";", "\t", "|")
_BLOCK_BYTES = 1 << 20


class Row(NamedTuple):
    """A line of the table: where it begins in the file, its cells (as many as columns), and whether it had others."""

    line: int
    cells: list[str]
    n_given: int


@dataclass(frozen=True)
class CsvFile:
    """A table of a CSV file: ``header`` names its columns. ``open`` opens the file's bytes."""

    open: Callable[[], BinaryIO]
    encoding: str
    delimiter: str
    header: list[str]

    def rows(self) -> Iterator[Row]:
        """Give the lines below the header without the empty ones; raises `InputError`.

        A line with too few cells is filled up; those too many are put into its last cell, so that nothing is lost.
        """
        width = len(self.header)
        found = _lines(self.open, self.encoding, self.delimiter)
        next(found)
        for line, cells in found:
            whole = cells if len(cells) <= width else [*cells[: width - 1], self.delimiter.join(cells[width - 1 :])]
            yield Row(line, whole + [""] * (width - len(whole)), len(cells))


def read(open: Callable[[], BinaryIO]) -> CsvFile:
    """Look at a CSV file: its encoding, its delimiter (comma, semicolon, tab or |) and its header.

    Raises `InputError` for a file that is no such table; the message says why.
    """
    encoding = _encoding(open)
    with io.TextIOWrapper(open(), encoding=encoding, newline="") as text:
        first = next((line for line in text if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    _, header = next(_lines(open, encoding, delimiter), (0, []))
    if not header:
        raise InputError("the file is empty")
    if len(header) < 2:
        raise InputError("only one column: separate columns by commas, semicolons or tabs, and name them in line 1")
    if all(_is_number(name) for name in header):
        raise InputError("the first line holds numbers: it must name the columns, such as name,ra,dec")
    return CsvFile(open, encoding, delimiter, [name.strip() for name in header])


def _lines(open: Callable[[], BinaryIO], encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    with io.TextIOWrapper(open(), encoding=encoding, newline="") as text:
        reader = csv.reader(text, delimiter=delimiter)
        line = 1
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            raise InputError(f"line {reader.line_num}: {error}") from error


def _encoding(open: Callable[[], BinaryIO]) -> str:
    """Return UTF-8 where the bytes are that; else Latin-1, in which every byte is a character."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with open() as file:
        try:
            while block := file.read(_BLOCK_BYTES):
                if b"\0" in block:
                    raise InputError("this is not a CSV file: it holds null bytes (a spreadsheet? save it as CSV)")
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "latin-1"
    return "utf-8-sig"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
