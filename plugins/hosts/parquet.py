"""A galaxy catalogue in a parquet file on this machine, with the columns of the GLADE+ list."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tom_alerce_like.exceptions import ConfigurationError
from tom_alerce_like.plugins.hosts.catalogue import Floats, galaxies

POSITION = ("ra_deg", "dec_deg")
SHAPE = ("log_d25_0p1arcmin", "log_r25", "pa_deg")
OTHERS = ("glade_id", "b_mag", "z", "z_err")
#: Columns of names and what is put before them, the least familiar first.
NAMES = (("WISExSCOS", "WISE "), ("2MASS", "2MASX J"), ("PGC", "PGC "), ("HyperLEDA", ""), ("GWGC", ""))
#: Half of 0.1 arcmin, in which the catalogue gives the logarithm of the diameter.
HALF_UNIT_ARCSEC = 3.0
#: Half-light radius over that of the isophote of 25 mag per square arcsec in B, chosen so that transients lie in these
#: galaxies as they do in an exponential disc; and how much fainter B is than r for a galaxy of usual colour.
HALF_LIGHT, B_MINUS_R_MAG = 0.34, 1.1
_AT_ONCE = 1000


class ParquetCatalogue:
    """Galaxies of a parquet file, read at the first question and then held in memory.

    Columns: ra_deg, dec_deg (J2000), log_d25_0p1arcmin (logarithm of the isophotal diameter in 0.1 arcmin), log_r25
    (logarithm of the axis ratio), pa_deg, b_mag, z, z_err and names. Raises `ConfigurationError` at the first question
    when the file cannot be read.
    """

    radius_arcsec = 600.0
    completeness = 0.16
    depth_mag = 16.0

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.name = self.path.stem

    def cone(self, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float) -> pd.DataFrame:
        """Return the galaxies within ``radius_arcsec`` of each place, see `catalogue.Catalogue`."""
        found = [
            self._pairs(ra_deg[start : start + _AT_ONCE], dec_deg[start : start + _AT_ONCE], radius_arcsec, start)
            for start in range(0, len(ra_deg), _AT_ONCE)
        ] or [(np.empty(0, np.int64), np.empty(0, np.int64))]
        row, galaxy = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return self._described(row, self._table.take(pa.array(self._order[galaxy])))

    def _pairs(self, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float, start: int) -> tuple[np.ndarray, ...]:
        """Return (row, galaxy) of all pairs: galaxies in the band of declination, then those within the chord."""
        radius_deg = radius_arcsec / 3600
        first = np.searchsorted(self._dec_deg, dec_deg - radius_deg)
        count = np.searchsorted(self._dec_deg, dec_deg + radius_deg, side="right") - first
        row = np.repeat(np.arange(len(ra_deg)), count)
        galaxy = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count - first, count)
        apart = np.square(self._directions[galaxy] - directions(ra_deg, dec_deg)[row]).sum(axis=1)
        near = apart <= (2 * np.sin(np.radians(radius_deg) / 2)) ** 2
        return row[near] + start, galaxy[near]

    def _described(self, row: np.ndarray, hits: pa.Table) -> pd.DataFrame:
        shape = {name: hits[name].to_numpy().astype(float) for name in (*POSITION, *SHAPE)}
        a_arcsec = HALF_LIGHT * HALF_UNIT_ARCSEC * 10 ** shape["log_d25_0p1arcmin"]
        return galaxies(
            {
                "row": row,
                "id": [str(value) for value in hits["glade_id"].to_pylist()],
                "name": _names(hits),
                "ra_deg": shape["ra_deg"],
                "dec_deg": shape["dec_deg"],
                "mag": hits["b_mag"].to_numpy() - B_MINUS_R_MAG,
                "a_arcsec": a_arcsec,
                "b_arcsec": a_arcsec / 10 ** shape["log_r25"],
                "pa_deg": shape["pa_deg"],
                "redshift": hits["z"].to_numpy(),
                "redshift_err": hits["z_err"].to_numpy(),
                "catalogue": [self.name] * len(row),
            }
        )

    @cached_property
    def _table(self) -> pa.Table:
        try:
            return pq.read_table(self.path, columns=[*POSITION, *SHAPE, *OTHERS, *(name for name, _ in NAMES)])
        except (OSError, pa.ArrowException) as error:
            raise ConfigurationError(f"host catalogue {self.path} cannot be read: {error}") from error

    @cached_property
    def _order(self) -> np.ndarray:
        """Rows of the table by declination; a galaxy that is listed twice is in it once."""
        once = np.flatnonzero(~self._table["glade_id"].to_pandas().duplicated().to_numpy())
        return once[np.argsort(self._table["dec_deg"].to_numpy()[once], kind="stable")]

    @cached_property
    def _dec_deg(self) -> Floats:
        return self._table["dec_deg"].to_numpy()[self._order]

    @cached_property
    def _directions(self) -> Floats:
        return directions(self._table["ra_deg"].to_numpy()[self._order], self._dec_deg)


def directions(ra_deg: Floats, dec_deg: Floats) -> Floats:
    """Return unit vectors, shape (n, 3)."""
    ra, dec = np.radians(ra_deg), np.radians(dec_deg)
    return np.column_stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)])


def _names(hits: pa.Table) -> pd.Series:
    """Return the most familiar name that each galaxy has; the catalogue fills short and missing ones with blanks."""
    name = "GLADE " + hits["glade_id"].to_pandas().astype(str)
    for column, prefix in NAMES:
        given = hits[column].cast(pa.string()).to_pandas().fillna("").astype(str).str.strip()
        # HyperLEDA repeats the bare PGC number where it has no name
        name = (prefix + given).where((given != "") & ~(given.str.isdigit() & (prefix == "")), name)
    return name
