"""Answers of services kept on disk, so that the same place is not asked for every night."""

from __future__ import annotations

import logging
import os
import re
import time
import uuid
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import astropy.units as u
import numpy as np
import pandas as pd
import pyarrow as pa
from astropy_healpix import healpix_to_lonlat, lonlat_to_healpix
from numpy.typing import ArrayLike

from tom_alerce_like.plugins.hosts.catalogue import COLUMNS, Floats, galaxies
from tom_alerce_like.plugins.hosts.sources.index import Ints
from tom_alerce_like.plugins.hosts.sources.service import OnlineCatalogue
from tom_alerce_like.sky import separation_arcsec

logger = logging.getLogger(__name__)

#: An answer is for a HEALPix pixel of this order (3.2 arcsec wide), so that a target may move a little.
ORDER = 16
#: No corner of such a pixel is farther from its centre.
REACH_ARCSEC = 3.5
MAX_AGE_DAYS = 30.0
#: To be raised when columns change their meaning: older answers are then not read.
_FORMAT = 1
_ODD = re.compile(r"[^A-Za-z0-9.+-]+")


class Folder:
    """Files by key in a folder that several processes share; what is older than ``max_age_days`` is not there."""

    def __init__(self, root: str | Path, max_age_days: float = MAX_AGE_DAYS) -> None:
        self.root = Path(root)
        self.max_age_days = max_age_days

    def get(self, *key: object) -> bytes | None:
        """Return what was put under the key, None without it."""
        path = self._path(key)
        try:
            return None if self._is_old(path) else path.read_bytes()
        except OSError:
            return None

    def put(self, data: bytes, *key: object) -> None:
        """Keep the bytes under the key: a reader finds all of them or none. A full disk costs only the copy.

        What is too old beside it is deleted, so that places which nobody asks for again do not stay for ever.
        """
        path = self._path(key)
        new = path.with_name(f".new-{uuid.uuid4().hex}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._sweep(path.parent)
            # open, and not tempfile, whose files no other user may read: pages and cron jobs share the folder
            with new.open("xb") as file:
                file.write(data)
            os.replace(new, path)
        except OSError as error:
            with suppress(OSError):
                new.unlink()
            logger.warning("%s cannot be kept: %s", path, error)

    def _sweep(self, folder: Path) -> None:
        for file in folder.iterdir():
            # another process may have deleted it, and another user's is theirs to delete
            with suppress(OSError):
                if file.is_file() and self._is_old(file):
                    file.unlink()

    def _is_old(self, path: Path) -> bool:
        return time.time() - path.stat().st_mtime > 86400 * self.max_age_days

    def _path(self, key: tuple[object, ...]) -> Path:
        return self.root.joinpath(*(_ODD.sub("_", str(part)).lstrip(".") or "_" for part in key))


def cell_of(ra_deg: ArrayLike, dec_deg: ArrayLike) -> Ints:
    """Return the numbers of the HEALPix pixels (of `ORDER`, nested) that hold places in degrees."""
    return np.asarray(lonlat_to_healpix(ra_deg * u.deg, dec_deg * u.deg, 2**ORDER, order="nested"), dtype=np.int64)


def centre_of(cell: ArrayLike) -> tuple[Floats, Floats]:
    """Return right ascensions and declinations (degrees) of the middles of pixels."""
    lon, lat = healpix_to_lonlat(cell, 2**ORDER, order="nested")
    return lon.to_value("deg"), lat.to_value("deg")


class CachedCatalogue:
    """An online catalogue whose answers are kept; one that could not answer is asked again."""

    def __init__(self, catalogue: OnlineCatalogue, folder: Folder) -> None:
        self.catalogue, self.folder = catalogue, folder
        self.name, self.radius_arcsec = catalogue.name, catalogue.radius_arcsec
        self.completeness, self.depth_mag = catalogue.completeness, catalogue.depth_mag

    def cone(self, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float) -> pd.DataFrame:
        """Return the galaxies within ``radius_arcsec`` of each place, see `catalogue.Catalogue`."""
        known = np.flatnonzero(np.isfinite(ra_deg) & np.isfinite(dec_deg))
        cells, which = np.unique(cell_of(ra_deg[known], dec_deg[known]), return_inverse=True)
        tables = self._tables(cells, radius_arcsec)
        found = [tables[number].assign(row=row) for row, number in zip(known, which, strict=True)]
        if not found:
            return galaxies({"row": []})
        near = pd.concat(found, ignore_index=True)
        row = near["row"].to_numpy()
        apart = separation_arcsec(ra_deg[row], dec_deg[row], near["ra_deg"], near["dec_deg"])
        order = np.lexsort((apart, row))
        return near.iloc[order[apart[order] <= radius_arcsec]].reset_index(drop=True)[list(COLUMNS)]

    def _tables(self, cells: Ints, radius_arcsec: float) -> list[pd.DataFrame]:
        """Return what lies around each cell, from the disk or from the service, whose answers are kept at once."""
        tables = [self._kept(cell, radius_arcsec) for cell in cells]
        missing = np.array([number for number, table in enumerate(tables) if table is None], dtype=np.int64)
        for rows, told in self.catalogue.chunks(*centre_of(cells[missing]), radius_arcsec + REACH_ARCSEC):
            for row in rows:
                table = told[told["row"] == row].reset_index(drop=True)
                tables[missing[row]] = table
                self._keep(table, cells[missing[row]], radius_arcsec)
        return [table for table in tables if table is not None]

    def _key(self, cell: int, radius_arcsec: float) -> tuple[object, ...]:
        source = f"{self.catalogue.name}-{self.catalogue.release}"
        return _FORMAT, source, f"{radius_arcsec:g}", cell % 1000, f"{cell}.parquet"

    def _kept(self, cell: int, radius_arcsec: float) -> pd.DataFrame | None:
        data = self.folder.get(*self._key(cell, radius_arcsec))
        try:
            return None if data is None else galaxies(pd.read_parquet(BytesIO(data)))
        except (OSError, ValueError, KeyError, pa.ArrowException):
            return None  # written by another version, or damaged: asked again

    def _keep(self, table: pd.DataFrame, cell: int, radius_arcsec: float) -> None:
        file = BytesIO()
        table.to_parquet(file, index=False)
        self.folder.put(file.getvalue(), *self._key(cell, radius_arcsec))
