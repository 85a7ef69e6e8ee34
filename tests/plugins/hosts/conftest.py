"""Small galaxy catalogues on disk, and targets near their galaxies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tom_alerce_like.models import Candidate
from tom_alerce_like.plugins.hosts.dlr import ARCSEC_PER_RADIAN
from tom_alerce_like.plugins.hosts.parquet import ParquetCatalogue

NAMES = ("PGC", "GWGC", "HyperLEDA", "2MASS", "WISExSCOS")


def galaxy(ra_deg: float, dec_deg: float, a_arcsec: float = 20.0, ratio: float = 2.0, pa_deg: float = 0.0, **others):
    """A row with the columns of the GLADE+ list."""
    shape = {"log_d25_0p1arcmin": np.log10(a_arcsec / 3), "log_r25": np.log10(ratio), "pa_deg": pa_deg}
    return {"ra_deg": ra_deg, "dec_deg": dec_deg, **shape, "b_mag": 15.0, "z": 0.03, "z_err": 0.001, **others}


def write(path: Path, rows: list[dict]) -> Path:
    table = pd.DataFrame(rows)
    table["glade_id"] = np.arange(1, len(table) + 1)
    for name in NAMES:
        table[name] = table.get(name, pd.Series([None] * len(table), dtype="object")).astype("string")
    table.to_parquet(path)
    return path


def moved(ra_deg: float, dec_deg: float, north_arcsec: float, east_arcsec: float) -> tuple[float, float]:
    """A place some arcsec away: good to the precision that a catalogue test needs, away from the poles."""
    dec = dec_deg + north_arcsec / 3600
    return (ra_deg + np.degrees(east_arcsec / ARCSEC_PER_RADIAN) / np.cos(np.radians(dec))) % 360, dec


@pytest.fixture
def catalogue(tmp_path) -> ParquetCatalogue:
    """Three galaxies: one at RA 0, one large with a small neighbour."""
    rows = [
        galaxy(0.0, -30.0, GWGC="NGC0001", HyperLEDA="NGC0001"),
        galaxy(150.0, 2.0, a_arcsec=60.0, pa_deg=90.0, HyperLEDA="12345", PGC="12345"),
        galaxy(*moved(150.0, 2.0, 90.0, 0.0), a_arcsec=6.0, ratio=1.0, pa_deg=np.nan),
    ]
    return ParquetCatalogue(write(tmp_path / "galaxies.parquet", rows))


@pytest.fixture
def new_target(db):
    """Makes a target with its summary row at a place."""
    from tom_targets.models import Target

    def make(name: str, ra_deg: float, dec_deg: float, **fields) -> Target:
        target = Target.objects.create(name=name, type="SIDEREAL", ra=ra_deg, dec=dec_deg, **fields)
        Candidate.objects.create(target=target, survey="ZTF", object_id=name, ra_deg=ra_deg, dec_deg=dec_deg)
        return target

    return make
