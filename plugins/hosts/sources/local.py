"""Catalogues on this machine: one index, one way to answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property

import pandas as pd

from tom_alerce_like.plugins.hosts.catalogue import COLUMNS, Floats
from tom_alerce_like.plugins.hosts.sources.index import Ints, SkyIndex


class LocalCatalogue(ABC):
    """A catalogue whose places are all known: a subclass gives them, and describes the sources that were found."""

    name: str

    @abstractmethod
    def _places(self) -> tuple[Floats, Floats]:
        """Return right ascensions and declinations in degrees; raises `ConfigurationError` without them."""

    @abstractmethod
    def _described(self, source: Ints) -> pd.DataFrame:
        """Return one row of `COLUMNS` for each number of a source; the column ``row`` may be left out."""

    def cone(self, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float) -> pd.DataFrame:
        """Return the galaxies within ``radius_arcsec`` of each place, see `catalogue.Catalogue`."""
        place, source, _ = self._index.pairs(ra_deg, dec_deg, radius_arcsec)
        return self._described(source).assign(row=place)[list(COLUMNS)]

    @cached_property
    def _index(self) -> SkyIndex:
        return SkyIndex(*self._places())
