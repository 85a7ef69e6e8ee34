"""GLADE+ in a parquet file on this machine."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tom_alerce_like.exceptions import ConfigurationError
from tom_alerce_like.plugins.hosts.catalogue import Floats, galaxies
from tom_alerce_like.plugins.hosts.sources.index import Ints
from tom_alerce_like.plugins.hosts.sources.isophotes import B_MINUS_R_MAG, HALF_LIGHT, HALF_UNIT_ARCSEC
from tom_alerce_like.plugins.hosts.sources.local import LocalCatalogue

POSITION = ("ra_deg", "dec_deg")
SHAPE = ("log_d25_0p1arcmin", "log_r25", "pa_deg")
OTHERS = ("glade_id", "b_mag", "z", "z_err")
#: Columns of names and what is put before them, the least familiar first.
NAMES = (("WISExSCOS", "WISE "), ("2MASS", "2MASX J"), ("PGC", "PGC "), ("HyperLEDA", ""), ("GWGC", ""))


class GladeCatalogue(LocalCatalogue):
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

    def _places(self) -> tuple[Floats, Floats]:
        return tuple(self._table[name].to_numpy()[self._once] for name in POSITION)  # type: ignore[return-value]

    def _described(self, source: Ints) -> pd.DataFrame:
        hits = self._table.take(pa.array(self._once[source]))
        shape = {name: hits[name].to_numpy().astype(float) for name in (*POSITION, *SHAPE)}
        a_arcsec = HALF_LIGHT * HALF_UNIT_ARCSEC * 10 ** shape["log_d25_0p1arcmin"]
        return galaxies(
            {
                "row": np.zeros(len(source)),
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
                "catalogue": [self.name] * len(source),
            }
        )

    @cached_property
    def _table(self) -> pa.Table:
        try:
            return pq.read_table(self.path, columns=[*POSITION, *SHAPE, *OTHERS, *(name for name, _ in NAMES)])
        except (OSError, pa.ArrowException) as error:
            raise ConfigurationError(f"host catalogue {self.path} cannot be read: {error}") from error

    @cached_property
    def _once(self) -> Ints:
        """Rows of the table; a galaxy that is listed twice is in it once."""
        return np.flatnonzero(~self._table["glade_id"].to_pandas().duplicated().to_numpy())


def _names(hits: pa.Table) -> pd.Series:
    """Return the most familiar name that each galaxy has; the catalogue fills short and missing ones with blanks."""
    name = "GLADE " + hits["glade_id"].to_pandas().astype(str)
    for column, prefix in NAMES:
        given = hits[column].cast(pa.string()).to_pandas().fillna("").astype(str).str.strip()
        # HyperLEDA repeats the bare PGC number where it has no name
        name = (prefix + given).where((given != "") & ~(given.str.isdigit() & (prefix == "")), name)
    return name
