"""Which files of a HATS folder lie around which places.

The layout is that of the IVOA note on HATS (Caplar et al. 2025): ``dataset/Norder=K/Dir=D/Npix=P.parquet`` (or a folder
``Npix=P`` of files), nested pixels of order K, and a text file of properties that names the columns of the places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import numpy as np
from astropy import units
from astropy_healpix import HEALPix, nside_to_level, pixel_resolution_to_nside

from tom_alerce_like.exceptions import ConfigurationError
from tom_alerce_like.plugins.hosts.sources.index import Floats, Ints

PROPERTIES = ("properties", "hats.properties")
_COLLECTION = "collection.properties"
_PIXEL = re.compile(r"Norder=(\d+)/(?:Dir=\d+/)?Npix=(\d+)(?:\.parquet)?$")
#: Pixels are compared as ranges of those of this order, the finest of HEALPix.
_FINEST = 29
#: A pixel is narrower than the root of its area: so many radii wide, it and its neighbours cover a circle in it.
_WIDTH = 4


def is_hats(path: Path) -> bool:
    """Return whether a path is a HATS folder, or a collection of such."""
    return any((path / name).is_file() for name in (*PROPERTIES, _COLLECTION))


class Partitions:
    """The files of a HATS folder; of a collection, those of its primary table.

    Raises `ConfigurationError` at the first question when there are none.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def near(self, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float) -> Iterator[tuple[Ints, Path]]:
        """Give (numbers of the places, file) of every file that may hold something within the radius of a place."""
        rows = np.flatnonzero(np.isfinite(ra_deg) & np.isfinite(dec_deg))
        place, number = self._touched(ra_deg[rows], dec_deg[rows], radius_arcsec)
        order = np.lexsort((place, number))
        found, starts = np.unique(number[order], return_index=True)
        for some, file in zip(np.split(rows[place[order]], starts[1:]), found, strict=False):
            yield some, self._files[file]

    @cached_property
    def position(self) -> tuple[str, str] | None:
        """The columns of right ascension and declination, where the folder names them."""
        said: dict[str, str] = {}
        for name in PROPERTIES:
            said |= _properties(self._primary / name)
        named = said.get("hats_col_ra", ""), said.get("hats_col_dec", "")
        return named if all(named) else None

    def _touched(self, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float) -> tuple[Ints, Ints]:
        """Return (place, number of a file) of all files whose pixel a circle around a place may touch."""
        begins, ends = self._ranges
        nside = pixel_resolution_to_nside(_WIDTH * radius_arcsec * units.arcsec, round="down")
        level = min(int(nside_to_level(nside)), _FINEST)
        grid = HEALPix(2**level, order="nested")
        centre = grid.lonlat_to_healpix(ra_deg * units.deg, dec_deg * units.deg)
        # a pixel at one of the corners of the twelve largest has a neighbour less: -1, and numpy may say so
        with np.errstate(invalid="ignore"):
            around = np.vstack([centre[None], grid.neighbours(centre)])
        place = np.broadcast_to(np.arange(len(ra_deg)), around.shape)[around >= 0]
        first, last = _range(around[around >= 0], level)
        low = np.searchsorted(ends, first, side="right")
        count = np.maximum(np.searchsorted(begins, last) - low, 0)
        number = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count - low, count)
        both = np.unique(np.column_stack([np.repeat(place, count), number]), axis=0)
        return both[:, 0], both[:, 1]

    @cached_property
    def _sorted(self) -> list[tuple[int, int, Path]]:
        """The first pixel of the finest order in a file, the one after its last, and the file, by pixel."""
        dataset = self._primary / "dataset" if (self._primary / "dataset").is_dir() else self._primary
        pixels = [(path, _PIXEL.search(path.as_posix())) for path in dataset.glob("Norder=*/**/Npix=*")]
        found = sorted((*_range(int(pixel[2]), int(pixel[1])), path) for path, pixel in pixels if pixel)
        if not found:
            raise ConfigurationError(f"catalogue {self.folder} is no folder of HATS")
        return found

    @cached_property
    def _files(self) -> list[Path]:
        return [path for _, _, path in self._sorted]

    @cached_property
    def _ranges(self) -> tuple[Ints, Ints]:
        begins, ends, _ = zip(*self._sorted, strict=True)
        return np.array(begins, dtype=np.int64), np.array(ends, dtype=np.int64)

    @cached_property
    def _primary(self) -> Path:
        inner = _properties(self.folder / _COLLECTION).get("hats_primary_table_url", "")
        return self.folder / inner if inner else self.folder


def _range(pixel, level):  # type: ignore[no-untyped-def]
    """Return the first pixel of the finest order within a pixel of an order, and the one after the last."""
    shift = 2 * (_FINEST - level)
    return pixel << shift, (pixel + 1) << shift


def _properties(path: Path) -> dict[str, str]:
    """Return what a file of lines ``key = value`` says, nothing when it is absent."""
    if not path.is_file():
        return {}
    lines = (line.partition("=") for line in path.read_text().splitlines() if not line.startswith("#"))
    return {key.strip(): value.strip() for key, _, value in lines}
