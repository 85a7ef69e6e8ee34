"""Catalogues in HATS folders, however large: only the files around the places are read, one after the other.

Plain parquet is read, so neither lsdb nor hats needs to be installed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

from tom_alerce_like.exceptions import ConfigurationError
from tom_alerce_like.plugins.crossmatch.local import few_enough, indexed, position_of, taken, texts
from tom_alerce_like.plugins.crossmatch.match import Sources, crossmatch
from tom_alerce_like.plugins.crossmatch.matches import Floats, Matches
from tom_alerce_like.plugins.hosts.sources.partitions import Partitions


class HatsCatalogue:
    """A HATS folder; raises `ConfigurationError` at the first question when it cannot be read."""

    batch_rows = 100_000
    max_rows = math.inf
    max_radius_arcsec = 3600.0

    def __init__(self, name: str, path: str | Path) -> None:
        self.name, self._partitions = name, Partitions(path)
        self.position: tuple[str, str] | None = None

    def match(self, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float, nearest_only: bool) -> Matches:
        """Return what lies around places, see `matches.Source`."""
        n_pairs = 0
        row, apart_arcsec, tables = [np.empty(0, np.int64)], [np.empty(0)], [pd.DataFrame()]
        for places, file in self._partitions.near(ra_deg, dec_deg, radius_arcsec):
            dataset, index = self._opened(file)
            n_pairs += index.count(ra_deg[places], dec_deg[places], radius_arcsec)
            few_enough(n_pairs)
            pairs = crossmatch(ra_deg[places], dec_deg[places], index, radius_arcsec, nearest_only)
            row.append(places[pairs["row"]])
            apart_arcsec.append(pairs["separation_arcsec"].to_numpy())
            tables.append(texts(self._read(file, partial(taken, dataset, pairs))))
        whole = pd.concat(tables, ignore_index=True).fillna("")
        return Matches.ordered(np.concatenate(row), np.concatenate(apart_arcsec), whole, nearest_only)

    def _opened(self, file: Path) -> tuple[ds.Dataset, Sources]:
        """Return a file and the positions in it, which alone are read."""
        dataset = self._read(file, partial(ds.dataset, file, format="parquet"))
        self.position = self._partitions.position or position_of(self.name, dataset.schema.names)
        return dataset, self._read(file, partial(indexed, dataset, self.position))

    def _read(self, file: Path, how: Callable[[], Any]) -> Any:
        try:
            return how()
        except (OSError, KeyError, ValueError, pa.ArrowException) as error:
            raise ConfigurationError(f"the catalogue {self.name}: {file} cannot be read: {error}") from error
