"""A catalogue in the folders of HATS: one parquet file for each HEALPix pixel, of which only the near ones are read.

The layout is that of the IVOA note on HATS (Caplar et al. 2025): ``dataset/Norder=K/Dir=D/Npix=P.parquet`` (or a folder
``Npix=P`` of files), nested pixels of order K, and a text file of properties that names the columns of the places.
"""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from astropy.coordinates import Latitude, Longitude
from astropy_healpix import healpix_to_lonlat
from astropy_healpix.core import boundaries_lonlat

from tom_alerce_like.exceptions import ConfigurationError
from tom_alerce_like.plugins.hosts.catalogue import Floats, galaxies
from tom_alerce_like.plugins.hosts.sources.index import Ints, SkyIndex
from tom_alerce_like.plugins.hosts.sources.survey import SurveyCatalogue
from tom_alerce_like.sky import separation_arcsec

_PIXEL = re.compile(r"Norder=(\d+)/(?:Dir=\d+/)?Npix=(\d+)(?:\.parquet)?$")
#: How many pixels' files are kept in memory.
_KEPT = 64
#: Edges of pixels are curved: a little more than the farthest corner.
_MARGIN = 1.05


class HatsCatalogue:
    """A survey in a HATS folder; the columns are those of `survey.SurveyCatalogue`.

    A collection of HATS folders is read through its primary one. Raises `ConfigurationError` at the first question when
    there is no such folder.
    """

    completeness = 0.85
    depth_mag = 22.0

    def __init__(self, folder: str | Path, *, radius_arcsec: float = 120.0) -> None:
        self.folder = Path(folder)
        self.name = self.folder.name
        self.radius_arcsec = radius_arcsec
        self._part = lru_cache(maxsize=_KEPT)(self._opened)

    def cone(self, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float) -> pd.DataFrame:
        """Return the galaxies within ``radius_arcsec`` of each place, see `catalogue.Catalogue`."""
        index, reach_arcsec, files = self._pixels
        place, pixel, apart = index.pairs(ra_deg, dec_deg, radius_arcsec + reach_arcsec.max(initial=0.0))
        near = apart <= radius_arcsec + reach_arcsec[pixel]
        found = []
        for number in np.unique(pixel[near]):
            row = place[near & (pixel == number)]
            part = self._part(files[number]).cone(ra_deg[row], dec_deg[row], radius_arcsec)
            found.append(part.assign(row=row[part["row"]]))
        if not found:
            return galaxies({"row": []})
        return pd.concat(found, ignore_index=True).sort_values("row", kind="stable", ignore_index=True)

    @cached_property
    def _pixels(self) -> tuple[SkyIndex, Floats, list[Path]]:
        """Return an index of the pixels' centres, how far their corners are (arcsec), and their files."""
        dataset = self._primary / "dataset" if (self._primary / "dataset").is_dir() else self._primary
        found = [(path, match) for path in sorted(dataset.glob("Norder=*/**/Npix=*")) if (match := _pixel(path))]
        if not found:
            raise ConfigurationError(f"catalogue {self.folder} is no folder of HATS")
        order, pixel = np.array([match for _, match in found]).T
        ra, dec, reach_arcsec = corners(order, pixel)
        return SkyIndex(ra, dec), reach_arcsec, [path for path, _ in found]

    @cached_property
    def _primary(self) -> Path:
        inner = _properties(self.folder / "collection.properties").get("hats_primary_table_url", "")
        return self.folder / inner if inner else self.folder

    @cached_property
    def _position(self) -> dict[str, str]:
        said = {}
        for name in ("properties", "hats.properties"):
            said |= _properties(self._primary / name)
        named = {said.get("hats_col_ra"): "ra_deg", said.get("hats_col_dec"): "dec_deg"}
        return {str(name): ours for name, ours in named.items() if name}

    def _opened(self, path: Path) -> SurveyCatalogue:
        return SurveyCatalogue(path, self.name, renamed=self._position)


def _pixel(path: Path) -> tuple[int, int] | None:
    match = _PIXEL.search(path.as_posix())
    return (int(match[1]), int(match[2])) if match else None


def _properties(path: Path) -> dict[str, str]:
    """Return what a file of lines ``key = value`` says, nothing when it is absent."""
    if not path.is_file():
        return {}
    lines = (line.partition("=") for line in path.read_text().splitlines() if not line.startswith("#"))
    return {key.strip(): value.strip() for key, _, value in lines}


def corners(order: Ints, pixel: Ints) -> tuple[Floats, Floats, Floats]:
    """Return the centres of nested HEALPix pixels (degrees) and how far these reach (arcsec)."""
    ra, dec, reach = (np.empty(len(order)) for _ in range(3))
    for one in np.unique(order):
        these = order == one
        lon, lat = healpix_to_lonlat(pixel[these], 2**one, order="nested")
        edge_lon, edge_lat = boundaries_lonlat(pixel[these], 1, 2**one, order="nested")
        ra[these], dec[these] = Longitude(lon).deg, Latitude(lat).deg
        apart = separation_arcsec(ra[these, None], dec[these, None], edge_lon.to_value("deg"), edge_lat.to_value("deg"))
        reach[these] = _MARGIN * apart.max(axis=1)
    return ra, dec, reach
