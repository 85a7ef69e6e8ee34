"""Catalogues in HATS folders, however large: only the files around the places are read, one after the other.

Plain parquet is read, so neither lsdb nor hats needs to be installed.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

from tom_alerce_like.exceptions import ConfigurationError
from tom_alerce_like.plugins.crossmatch.local import position_of, texts
from tom_alerce_like.plugins.crossmatch.match import crossmatch
from tom_alerce_like.plugins.crossmatch.matches import Floats, Matches
from tom_alerce_like.plugins.hosts.sources.index import SkyIndex
from tom_alerce_like.plugins.hosts.sources.partitions import Partitions


class HatsCatalogue:
    """A HATS folder; raises `ConfigurationError` at the first question when it cannot be read."""

    batch_rows = 100_000
    max_rows = math.inf
    max_radius_arcsec = 3600.0

    def __init__(self, name: str, path: str | Path) -> None:
        self.name, self._partitions = name, Partitions(path)

    def match(self, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float, nearest_only: bool) -> Matches:
        """Return what lies around places, see `matches.Source`."""
        row, apart_arcsec, tables = [np.empty(0, np.int64)], [np.empty(0)], [pd.DataFrame()]
        for places, file in self._partitions.near(ra_deg, dec_deg, radius_arcsec):
            pairs, table = self._matched(file, ra_deg[places], dec_deg[places], radius_arcsec)
            row.append(places[pairs["row"]])
            apart_arcsec.append(pairs["separation_arcsec"].to_numpy())
            tables.append(table)
        whole = pd.concat(tables, ignore_index=True).fillna("")
        return Matches.ordered(np.concatenate(row), np.concatenate(apart_arcsec), whole, nearest_only)

    def _matched(
        self, file: Path, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        try:
            part = ds.dataset(file, format="parquet").to_table()
            names = self._partitions.position or position_of(self.name, part.column_names)
            index = SkyIndex(*(part[name].to_numpy().astype(float) for name in names))
        except (OSError, KeyError, ValueError, pa.ArrowException) as error:
            raise ConfigurationError(f"the catalogue {self.name}: {file} cannot be read: {error}") from error
        pairs = crossmatch(ra_deg, dec_deg, index, radius_arcsec)
        return pairs, texts(part.take(pa.array(pairs["catalogue_row"].to_numpy())))
