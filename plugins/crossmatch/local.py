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

from tom_alerce_like.exceptions import ConfigurationError
from tom_alerce_like.plugins.crossmatch import positions
from tom_alerce_like.plugins.crossmatch.match import crossmatch
from tom_alerce_like.plugins.crossmatch.matches import Floats, Matches
from tom_alerce_like.plugins.hosts.sources.index import SkyIndex


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
            pairs = crossmatch(ra_deg, dec_deg, self._index, radius_arcsec, nearest_only)
            found = self._dataset.take(pa.array(pairs["catalogue_row"].to_numpy()))
        except (OSError, ValueError, pa.ArrowException) as error:
            raise ConfigurationError(f"the catalogue {self.name} ({self.path}) cannot be read: {error}") from error
        return Matches(pairs["row"].to_numpy(), pairs["separation_arcsec"].to_numpy(), texts(found))

    @cached_property
    def _dataset(self) -> ds.Dataset:
        return ds.dataset(self.path, format="csv" if self._suffix in (".csv", ".gz") else "parquet")

    @property
    def _suffix(self) -> str:
        files = [self.path] if not self.path.is_dir() else sorted(self.path.rglob("*.*"))
        return files[0].suffix.lower() if files else ""

    @cached_property
    def _index(self) -> SkyIndex:
        names = position_of(self.name, self._dataset.schema.names)
        table = self._dataset.to_table(columns=[*names])
        return SkyIndex(*(table[name].to_numpy().astype(float) for name in names))


def position_of(catalogue: str, names: Sequence[str]) -> tuple[str, str]:
    """Return which columns are right ascension and declination; raises `ConfigurationError`."""
    pair = positions.guess(names)
    if pair is None:
        raise ConfigurationError(f"the catalogue {catalogue} has no columns like ra and dec: {', '.join(names)}")
    return names[pair[0]], names[pair[1]]


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
