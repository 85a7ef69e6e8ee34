"""The user's table with what catalogues hold beside it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import TextIOBase
from itertools import groupby
from operator import itemgetter

from tom_alerce_like.csvs import harmless
from tom_alerce_like.plugins.crossmatch.csvfile import CsvFile
from tom_alerce_like.plugins.crossmatch.matches import Matches, columns_of

SEPARATION = "separation_arcsec"


@dataclass(frozen=True)
class Found:
    """All matches with one catalogue, in parts that are ordered by row; each is loaded when its rows are written."""

    name: str
    parts: Sequence[Callable[[], Matches]]

    @cached_property
    def columns(self) -> list[str]:
        """The catalogue's columns: those of all parts, since an online catalogue names none where it has no match."""
        return columns_of(load() for load in self.parts)

    def by_row(self) -> Iterator[tuple[int, list[list[str]]]]:
        """Give the cells of each row's matches, the nearest first, without the rows that have none."""
        for load in self.parts:
            part = load()
            table = part.table.reindex(columns=self.columns, fill_value="").itertuples(index=False, name=None)
            lines = zip(part.row.tolist(), part.separation_arcsec.tolist(), table, strict=True)
            for row, group in groupby(lines, key=itemgetter(0)):
                yield row, [[f"{apart:.6f}", *map(harmless, cells)] for _, apart, cells in group]


def write(table: CsvFile, found: Sequence[Found], out: TextIOBase, matches_only: bool = False) -> int:
    """Write the user's columns and then each catalogue's; returns the number of lines below the header.

    A row has as many lines as it has matches in the catalogue that holds most of them: the nearest matches of all
    catalogues are on its first line. A row without a match has one line, or with ``matches_only`` none.
    """
    # the writer quotes a cell for the characters that end lines: both of them, since readers end one at either
    writer = csv.writer(out, delimiter=table.delimiter, lineterminator="\r\n")
    writer.writerow(header(table, found))
    blank = [[""] * (1 + len(one.columns)) for one in found]
    matched = [_Lookup(one.by_row()) for one in found]
    n_lines = 0
    for number, row in enumerate(table.rows()):
        cells = [one.at(number) for one in matched]
        for line in range(max([not matches_only, *map(len, cells)])):
            beside = [some[line] if line < len(some) else none for some, none in zip(cells, blank, strict=True)]
            writer.writerow([*row.cells, *(cell for part in beside for cell in part)])
            n_lines += 1
    return n_lines


def header(table: CsvFile, found: Sequence[Found]) -> list[str]:
    """Return the names of all columns; a name that is taken gets a number.

    A catalogue's columns begin with its name; so does the separation where there are several catalogues.
    """
    names = list(table.header)
    for one in found:
        separation = SEPARATION if len(found) == 1 else f"{one.name}_{SEPARATION}"
        for name in (separation, *(f"{one.name}_{column}" for column in one.columns)):
            numbers = (f"{name}_{number}" for number in range(2, len(names) + 3))
            names.append(name if name not in names else next(free for free in numbers if free not in names))
    return names


class _Lookup:
    """Finds the matches of rows that are asked for in order."""

    def __init__(self, matched: Iterator[tuple[int, list[list[str]]]]) -> None:
        self._matched = matched
        self._row, self._cells = next(matched, (-1, []))

    def at(self, row: int) -> list[list[str]]:
        if row != self._row:
            return []
        cells = self._cells
        self._row, self._cells = next(self._matched, (-1, []))
        return cells
