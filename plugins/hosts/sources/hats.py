"""A survey in a HATS folder: one parquet file for each HEALPix pixel, of which only the near ones are read."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pandas as pd

from tom_alerce_like.plugins.hosts.catalogue import Floats, galaxies
from tom_alerce_like.plugins.hosts.sources.partitions import Partitions
from tom_alerce_like.plugins.hosts.sources.survey import SurveyCatalogue

#: How many pixels' files are kept in memory.
_KEPT = 64


class HatsCatalogue:
    """A survey in a HATS folder; the columns are those of `survey.SurveyCatalogue`.

    A collection of HATS folders is read through its primary one. Raises `ConfigurationError` at the first question when
    there is no such folder.
    """

    completeness = 0.85
    depth_mag = 22.0

    def __init__(self, folder: str | Path, *, radius_arcsec: float = 120.0) -> None:
        self.name = Path(folder).name
        self._partitions = Partitions(folder)
        self.radius_arcsec = radius_arcsec
        self._part = lru_cache(maxsize=_KEPT)(self._opened)

    def cone(self, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float) -> pd.DataFrame:
        """Return the galaxies within ``radius_arcsec`` of each place, see `catalogue.Catalogue`."""
        found = [galaxies({"row": []})]
        for row, file in self._partitions.near(ra_deg, dec_deg, radius_arcsec):
            part = self._part(file).cone(ra_deg[row], dec_deg[row], radius_arcsec)
            found.append(part.assign(row=row[part["row"]]))
        whole = pd.concat(found[1:] or found, ignore_index=True)
        return whole.sort_values("row", kind="stable", ignore_index=True)

    def _opened(self, path: Path) -> SurveyCatalogue:
        named = self._partitions.position or ()
        renamed = dict(zip(named, ("ra_deg", "dec_deg"), strict=False))
        return SurveyCatalogue(path, self.name, renamed=renamed)
