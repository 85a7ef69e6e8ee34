"""A survey in a HATS folder: one parquet file for each HEALPix pixel, of which only the near ones are read."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

import pandas as pd

from tom_alerce_like.plugins.hosts.catalogue import Floats, galaxies
from tom_alerce_like.plugins.hosts.sources.partitions import Partitions
from tom_alerce_like.plugins.hosts.sources.survey import SurveyCatalogue

#: Files are kept in memory, up to so many sources in all: half a million of them take 0.1 to 0.2 GB.
_KEPT = 1_000_000


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
        self._parts: dict[Path, SurveyCatalogue] = {}
        self._lock = Lock()

    def cone(self, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float) -> pd.DataFrame:
        """Return the galaxies within ``radius_arcsec`` of each place, see `catalogue.Catalogue`."""
        found = [galaxies({"row": []})]
        for row, file in self._partitions.near(ra_deg, dec_deg, radius_arcsec):
            part = self._part(file).cone(ra_deg[row], dec_deg[row], radius_arcsec)
            found.append(part.assign(row=row[part["row"]]))
        whole = pd.concat(found[1:] or found, ignore_index=True)
        return whole.sort_values("row", kind="stable", ignore_index=True)

    def _part(self, path: Path) -> SurveyCatalogue:
        """Return a file's catalogue, from memory where it is there: those that were used longest ago give way."""
        with self._lock:
            part = self._parts.pop(path, None) or self._opened(path)
            room = _KEPT - part.n_sources
            for old in list(self._parts):
                if sum(one.n_sources for one in self._parts.values()) > room:
                    del self._parts[old]
            self._parts[path] = part
        return part

    def _opened(self, path: Path) -> SurveyCatalogue:
        named = self._partitions.position or ()
        renamed = dict(zip(named, ("ra_deg", "dec_deg"), strict=False))
        return SurveyCatalogue(path, self.name, renamed=renamed)
