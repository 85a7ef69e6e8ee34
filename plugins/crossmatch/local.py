"""Catalogues in files of this machine: parquet or CSV, one file or a folder of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from tom_alerce_like.exceptions import ConfigurationError, InputError
from tom_alerce_like.plugins.crossmatch import matches
from tom_alerce_like.plugins.crossmatch.match import Sources, crossmatch
from tom_alerce_like.plugins.crossmatch.matches import Floats, Matches, TooManyMatches
from tom_alerce_like.plugins.hosts.sources import spellings

#: What a file's name ends with -> how it is read.
FORMATS = {".parquet": "parquet", ".pq": "parquet", ".csv": "csv", ".gz": "csv"}


class LocalCatalogue:
    """A table with right ascension and declination in degrees, whose columns are recognised by their names.

    Positions are read at the first question and held in memory, the other columns only for what matches. Raises
    `ConfigurationError` at the first question when the file cannot be read.
    """

    batch_rows = 100_000
    max_rows = math.inf
    max_radius_arcsec = 3600.0

    def __init__(self, name: str, path: str | Path) -> None:
        self.name, self.path = name, Path(path)

    def match(self, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float, nearest_only: bool) -> Matches:
        """Return what lies around places, see `matches.Source`."""
        try:
            few_enough(self._index.count(ra_deg, dec_deg, radius_arcsec))
            pairs = crossmatch(ra_deg, dec_deg, self._index, radius_arcsec, nearest_only)
            found = taken(self._dataset, pairs)
        except (OSError, ValueError, pa.ArrowException) as error:
            if isinstance(error, TooManyMatches):
                raise
            raise ConfigurationError(f"the catalogue {self.name} ({self.path}) cannot be read: {error}") from error
        return Matches(pairs["row"].to_numpy(), pairs["separation_arcsec"].to_numpy(), texts(found))

    @cached_property
    def position(self) -> tuple[str, str]:
        """The columns of right ascension and declination."""
        return position_of(self.name, self._dataset.schema.names)

    @cached_property
    def _dataset(self) -> ds.Dataset:
        """All files of the first kind that a folder holds: others, as a README, are no part of the catalogue."""
        files = [self.path]
        if self.path.is_dir():
            found = sorted(path for path in self.path.rglob("*") if path.suffix.lower() in FORMATS and path.is_file())
            files = [path for path in found if path.suffix.lower() == found[0].suffix.lower()]
        if not files:
            raise ConfigurationError(f"the catalogue {self.name} ({self.path}) holds no parquet or CSV file")
        return ds.dataset([str(path) for path in files], format=FORMATS.get(files[0].suffix.lower(), "parquet"))

    @cached_property
    def _index(self) -> Sources:
        return indexed(self._dataset, self.position)


def few_enough(n_pairs: int) -> None:
    """Raise `TooManyMatches` for more pairs than are made at a time."""
    if n_pairs > matches.MAX_PAIRS:
        raise TooManyMatches(f"more than {matches.MAX_PAIRS:,} sources around these positions: take a smaller radius")


def indexed(dataset: ds.Dataset, position: tuple[str, str]) -> Sources:
    """Return the sources of a table; raises OSError, ValueError or pyarrow's errors where it cannot be read."""
    table = dataset.to_table(columns=[*position])
    return Sources(*(table[name].to_numpy().astype(float) for name in position))


def taken(dataset: ds.FileSystemDataset, pairs: pd.DataFrame) -> pa.Table:
    """Return the rows of a table that are in pairs: without any the table is not read."""
    if pairs.empty:
        return dataset.schema.empty_table()
    rows = pa.array(pairs["catalogue_row"].to_numpy())
    if not isinstance(dataset.format, ds.ParquetFileFormat):
        return dataset.take(rows)
    # one column after the other: all of them at once may be a hundred times the memory
    return pa.table({name: dataset.to_table(columns=[name])[name].take(rows) for name in dataset.schema.names})


def position_of(catalogue: str, names: Sequence[str]) -> tuple[str, str]:
    """Return which columns are right ascension and declination; raises `ConfigurationError`."""
    try:
        ra, dec = spellings.position(names)
    except InputError as error:
        raise ConfigurationError(f"the catalogue {catalogue}: {error}") from error
    return names[ra], names[dec]


def texts(table: pa.Table) -> pd.DataFrame:
    """Return a table's values as text: empty where there is none, numbers with the digits that tell them apart."""
    return pd.DataFrame({name: _text(table[name]) for name in table.column_names}, dtype="str")


def _text(column: pa.ChunkedArray) -> np.ndarray:
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), None, column)
    try:
        text = pc.utf8_trim_whitespace(pc.cast(column, pa.string()))
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        # lists and the like
        text = pa.chunked_array([pa.array([None if v is None else str(v) for v in column.to_pylist()], pa.string())])
    return pc.fill_null(text, "").to_numpy(zero_copy_only=False)
