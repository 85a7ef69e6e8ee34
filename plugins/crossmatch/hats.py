"""Catalogues in HATS folders: parquet files by HEALPix pixel, of which only those around the places are read.

The layout is that of https://www.ivoa.net/documents/Notes/HATS: ``partition_info.csv`` or the names of the folders say
which pixels there are, ``hats.properties`` which columns hold the position. Plain files are read, so neither lsdb nor
hats needs to be installed.
"""

from __future__ import annotations

import math
import re
from functools import cached_property
from pathlib import Path

import astropy.units as u
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
from astropy_healpix import HEALPix, level_to_nside, nside_to_level, pixel_resolution_to_nside

from tom_alerce_like.exceptions import ConfigurationError
from tom_alerce_like.plugins.crossmatch import positions
from tom_alerce_like.plugins.crossmatch.local import texts
from tom_alerce_like.plugins.crossmatch.match import crossmatch
from tom_alerce_like.plugins.crossmatch.matches import Floats, Ints, Matches
from tom_alerce_like.plugins.hosts.sources.index import SkyIndex

PROPERTIES = ("hats.properties", "properties")
_PIXEL = re.compile(r"Norder=(\d+)/Dir=\d+/Npix=(\d+)(?:\.parquet)?$")
#: Pixels are compared as ranges of those of this order, the finest that HEALPix indices have room for.
_FINEST = 29


def is_hats(path: Path) -> bool:
    """Return whether a folder is a HATS catalogue."""
    return path.is_dir() and any((path / name).is_file() for name in PROPERTIES)


class HatsCatalogue:
    """A HATS folder; raises `ConfigurationError` at the first question when it cannot be read."""

    batch_rows = 100_000
    max_rows = math.inf
    max_radius_arcsec = 180.0

    def __init__(self, name: str, path: str | Path) -> None:
        self.name, self.path = name, Path(path)

    def match(self, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float, nearest_only: bool) -> Matches:
        """Return what lies around places, see `matches.Source`."""
        place, partition = self._asked(ra_deg, dec_deg, radius_arcsec)
        row, apart_arcsec, tables = [np.empty(0, np.int64)], [np.empty(0)], [pd.DataFrame()]
        for number in np.unique(partition):
            some = place[partition == number]
            pairs, table = self._matched(self._files[number], ra_deg[some], dec_deg[some], radius_arcsec)
            row.append(some[pairs["row"]])
            apart_arcsec.append(pairs["separation_arcsec"].to_numpy())
            tables.append(table)
        whole = pd.concat(tables, ignore_index=True)
        return Matches.ordered(np.concatenate(row), np.concatenate(apart_arcsec), whole, nearest_only)

    def _asked(self, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float) -> tuple[Ints, Ints]:
        """Return (place, number of a partition) of all partitions that a circle around a place may touch.

        A pixel wider than the circle is, and its neighbours, cover it.
        """
        nside = pixel_resolution_to_nside(4 * radius_arcsec * u.arcsec, round="down")
        level = min(nside_to_level(nside), _FINEST)
        grid = HEALPix(level_to_nside(level), order="nested")
        centre = grid.lonlat_to_healpix(ra_deg * u.deg, dec_deg * u.deg)
        around = np.vstack([centre, grid.neighbours(centre)])
        place = np.broadcast_to(np.arange(len(ra_deg)), around.shape)[around >= 0]
        first, last = _range(around[around >= 0], level)
        begins, ends = self._ranges
        low = np.searchsorted(ends, first, side="right")
        count = np.maximum(np.searchsorted(begins, last) - low, 0)
        number = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count - low, count)
        return tuple(np.unique(np.column_stack([np.repeat(place, count), number]), axis=0).T)

    def _matched(
        self, file: Path, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        try:
            part = ds.dataset(file, format="parquet").to_table()
            index = SkyIndex(*(part[name].to_numpy().astype(float) for name in self._position(part.column_names)))
        except (OSError, KeyError, ValueError, pa.ArrowException) as error:
            raise ConfigurationError(f"the catalogue {self.name}: {file} cannot be read: {error}") from error
        pairs = crossmatch(ra_deg, dec_deg, index, radius_arcsec)
        return pairs, texts(part.take(pa.array(pairs["catalogue_row"].to_numpy())))

    def _position(self, names: list[str]) -> tuple[str, str]:
        file = next(self.path / name for name in PROPERTIES if (self.path / name).is_file())
        said = dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)
        given = {key.strip(): value.strip() for key, value in said.items()}
        if "hats_col_ra" in given and "hats_col_dec" in given:
            return given["hats_col_ra"], given["hats_col_dec"]
        pair = positions.guess(names)
        if pair is None:
            raise ConfigurationError(f"the catalogue {self.name} has no columns like ra and dec: {', '.join(names)}")
        return names[pair[0]], names[pair[1]]

    @cached_property
    def _partitions(self) -> list[tuple[int, int, Path]]:
        """The partitions (first and last pixel of the finest order, file or folder) in the order of their pixels."""
        found = []
        for file in self.path.rglob("Npix=*"):
            if pixel := _PIXEL.search(file.as_posix()):
                first, last = _range(int(pixel[2]), int(pixel[1]))
                found.append((first, last, file))
        if not found:
            raise ConfigurationError(f"the catalogue {self.name} ({self.path}) has no partitions Norder=*/Dir=*/Npix=*")
        return sorted(found)

    @cached_property
    def _files(self) -> list[Path]:
        return [file for _, _, file in self._partitions]

    @cached_property
    def _ranges(self) -> tuple[Ints, Ints]:
        begins, ends, _ = zip(*self._partitions, strict=True)
        return np.array(begins, np.int64), np.array(ends, np.int64)


def _range(pixel, level: int):  # type: ignore[no-untyped-def]
    """Return the first pixel of the finest order within a pixel, and the one after the last."""
    shift = 2 * (_FINEST - level)
    return pixel << shift, (pixel + 1) << shift
