"""A survey's catalogue in a parquet file or in a table, held in memory."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tom_alerce_like.exceptions import ConfigurationError
from tom_alerce_like.plugins.hosts.catalogue import Floats
from tom_alerce_like.plugins.hosts.population import USUAL_DEPTH_MAG
from tom_alerce_like.plugins.hosts.sources.columns import understood
from tom_alerce_like.plugins.hosts.sources.index import Ints
from tom_alerce_like.plugins.hosts.sources.local import LocalCatalogue
from tom_alerce_like.plugins.hosts.sources.spellings import SPELLINGS

_WANTED = {name for names in SPELLINGS.values() for name in names} | {"i"}
#: Fewer magnitudes than these do not tell a depth; and how far before the most frequent one nearly all are still held.
_LEAST_MAGNITUDES, _BEFORE_PEAK_MAG = 50, 0.5


class SurveyCatalogue(LocalCatalogue):
    """Galaxies and stars of a survey: a path of a parquet file, read at the first question, or a table.

    Columns: ``ra_deg``, ``dec_deg`` (J2000); optional ``id``, ``mag_r`` (AB), half-light ``a_arcsec``, ``b_arcsec``,
    ``pa_deg`` (north through east), ``p_star``, ``z_spec``, ``z_spec_err``, ``z_phot``, ``z_phot_err``; other spellings
    are those of `spellings.SPELLINGS`, and ``renamed`` (theirs to ours) tells further ones. Raises `ConfigurationError`
    at the first question when there are no such columns.
    """

    completeness = 0.85

    def __init__(
        self,
        table: str | Path | pd.DataFrame,
        name: str | None = None,
        *,
        radius_arcsec: float = 120.0,
        renamed: Mapping[str, str] | None = None,
    ) -> None:
        self._given, self._renamed = table, dict(renamed or {})
        self.name = name or ("survey" if isinstance(table, pd.DataFrame) else Path(table).stem)
        self.radius_arcsec = radius_arcsec

    @cached_property
    def depth_mag(self) -> float:
        """The r magnitude (AB) to which it holds nearly all galaxies: half a magnitude before its counts turn over.

        A few sources do not tell: what is usual then.
        """
        mag = self._table["mag"].dropna()
        if len(mag) < _LEAST_MAGNITUDES:
            return USUAL_DEPTH_MAG
        counts, edges = np.histogram(mag, np.arange(np.floor(mag.min()), np.ceil(mag.max()) + 0.5, 0.25))
        return float(edges[np.argmax(counts)] + 0.125 - _BEFORE_PEAK_MAG)

    @property
    def n_sources(self) -> int:
        """How many sources it holds."""
        return len(self._table)

    def _places(self) -> tuple[Floats, Floats]:
        return self._table["ra_deg"].to_numpy(), self._table["dec_deg"].to_numpy()

    def _described(self, source: Ints) -> pd.DataFrame:
        return self._table.take(source).reset_index(drop=True)

    @cached_property
    def _table(self) -> pd.DataFrame:
        return understood(self._read().rename(columns=self._renamed), self.name)

    def _read(self) -> pd.DataFrame:
        if isinstance(self._given, pd.DataFrame):
            return self._given
        try:
            names = pq.ParquetDataset(self._given, partitioning=None).schema.names
            wanted = [name for name in names if name.lower() in _WANTED or name in self._renamed]
            # partitioning=None: names of folders are no columns
            return pq.read_table(self._given, columns=wanted, partitioning=None).to_pandas()
        except (OSError, pa.ArrowException) as error:
            raise ConfigurationError(f"catalogue {self._given} cannot be read: {error}") from error
