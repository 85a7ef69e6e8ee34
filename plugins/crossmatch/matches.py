"""What a catalogue holds around places, and how it is kept until the result is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Protocol, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.exceptions import InputError
from tom_alerce_like.plugins.crossmatch.match import first_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_ROW, _APART = "0 row", "1 separation"
_OWN = ("row", "separation_arcsec")


#: What is paired at a time, whatever the radius: some hundred MB.
MAX_PAIRS = 300_000


class TooManyMatches(InputError):
    """There is more around these places than is kept in memory at a time: ask for half of them."""


@dataclass(frozen=True)
class Matches:
    """Matches of places with one catalogue, ordered by place, the nearest first.

    ``row``: number of the place; ``separation_arcsec``; ``table``: one line a match, the catalogue's columns as text.
    """

    row: Ints
    separation_arcsec: Floats
    table: pd.DataFrame

    @classmethod
    def ordered(cls, row: Ints, separation_arcsec: Floats, table: pd.DataFrame, nearest_only: bool = False) -> Self:
        """Make matches of lines in any order."""
        order = np.lexsort((separation_arcsec, row))
        if nearest_only:
            order = order[first_of(row[order])]
        return cls(row[order], separation_arcsec[order], table.iloc[order])

    def numbered(self, rows: Ints) -> Matches:
        """Return the same matches where place k is called ``rows[k]``."""
        return Matches(rows[self.row], self.separation_arcsec, self.table)

    @classmethod
    def joined(cls, parts: Sequence[Matches]) -> Matches:
        """Return the matches of several parts, which are ordered."""
        if len(parts) == 1:
            return parts[0]
        row, apart_arcsec = (np.concatenate([getattr(part, name) for part in parts]) for name in _OWN)
        return Matches(row, apart_arcsec, pd.concat([part.table for part in parts], ignore_index=True).fillna(""))

    def packed(self) -> bytes:
        """Return all of it as a parquet file."""
        buffer = BytesIO()
        own = pd.DataFrame({_ROW: self.row, _APART: self.separation_arcsec})
        names = [f"c{number} {name}" for number, name in enumerate(self.table.columns)]
        cells = self.table.set_axis(names, axis=1).reset_index(drop=True).astype(str)
        pd.concat([own, cells], axis=1).to_parquet(buffer, compression="zstd", index=False)
        return buffer.getvalue()

    @classmethod
    def unpacked(cls, content: bytes) -> Self:
        """Make what `packed` packed."""
        whole = pd.read_parquet(BytesIO(content))
        cells = whole.drop(columns=[_ROW, _APART])
        return cls(
            whole[_ROW].to_numpy(np.int64),
            whole[_APART].to_numpy(float),
            cells.set_axis([name.split(" ", 1)[1] for name in cells.columns], axis=1),
        )


class Source(Protocol):
    """A catalogue to match with.

    ``name`` is what its columns are called after; ``position`` which of its columns are right ascension and
    declination, where files are read: after the first question; ``batch_rows`` is how many places it is asked for at a
    time, ``max_rows`` how many in all, ``max_radius_arcsec`` how far around each.
    """

    name: str

    @property
    def position(self) -> tuple[str, str] | None: ...

    @property
    def batch_rows(self) -> int: ...

    @property
    def max_rows(self) -> float: ...

    @property
    def max_radius_arcsec(self) -> float: ...

    def match(self, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float, nearest_only: bool) -> Matches:
        """Return what lies around finite places (degrees); raises the `AlerceLikeError` family.

        `TooManyMatches` asks for fewer places at a time.
        """


def columns_of(parts: Iterable[Matches]) -> list[str]:
    """Return the columns of any of the parts, in the order in which they first appear."""
    return list(dict.fromkeys(name for part in parts for name in part.table.columns))
