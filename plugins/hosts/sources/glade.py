"""GLADE+ in a parquet file on this machine."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
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
_AT_ONCE = 50_000


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
        ra, dec = (self._table[name].to_numpy()[self._once] for name in POSITION)
        return ra, dec

    def _described(self, source: Ints) -> pd.DataFrame:
        hits = self._table.take(pa.array(self._once[source]))
        shape = {name: hits[name].to_numpy().astype(float) for name in (*POSITION, *SHAPE)}
        a_arcsec = HALF_LIGHT * HALF_UNIT_ARCSEC * 10 ** shape["log_d25_0p1arcmin"]
        return galaxies(
            {
                "row": np.zeros(len(source)),
                "id": [str(value) for value in hits["glade_id"].to_pylist()],
                "name": hits["name"].to_pylist(),
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
        columns = [*POSITION, *SHAPE, *OTHERS, *(name for name, _ in NAMES)]
        try:
            # part by part: whole columns of all the names would take twice the memory
            parts = pq.ParquetFile(self.path).iter_batches(_AT_ONCE, columns=columns, use_threads=False)
            table = pa.Table.from_batches([_named(part) for part in parts])
        except (OSError, KeyError, ValueError, pa.ArrowException) as error:
            raise ConfigurationError(f"host catalogue {self.path} cannot be read: {error}") from error
        pa.default_memory_pool().release_unused()
        return table

    @cached_property
    def _once(self) -> Ints:
        """Rows of the table; a galaxy that is listed twice is in it once."""
        return np.flatnonzero(~self._table["glade_id"].to_pandas().duplicated().to_numpy())


def _named(part: pa.RecordBatch) -> pa.RecordBatch:
    """Return the columns with the most familiar name that each galaxy has in the place of all its names."""
    name = pc.binary_join_element_wise("GLADE", part["glade_id"].cast(pa.string()), " ")
    for column, prefix in NAMES:
        # short and missing names are filled with blanks
        given = pc.fill_null(pc.utf8_trim_whitespace(part[column].cast(pa.string())), "")
        is_name = pc.greater(pc.utf8_length(given), 0)
        if not prefix:
            # HyperLEDA repeats the bare PGC number where it has no name
            is_name = pc.and_not(is_name, pc.utf8_is_digit(given))
        name = pc.if_else(is_name, pc.binary_join_element_wise(prefix, given, ""), name)
    return part.select([*POSITION, *SHAPE, *OTHERS]).append_column("name", name)
