"""A simulated sky: images, a survey's catalogue and the truth of n fields."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import galsim
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.host_fields.paint import paint
from benchmarks.host_fields.population import population
from benchmarks.host_fields.survey import survey
from tom_alerce_like.plugins.hosts.fields import Fields
from tom_alerce_like.plugins.hosts.simulate.sky import Sky

Floats = NDArray[np.float64]

#: Hosts fainter than this count as none.
FAINTEST_HOST_MAG = 24.5
_GOLDEN = (5**0.5 - 1) / 2


def sky(n: int, seed: int, workers: int = 1) -> Sky:
    """Return n simulated fields; the same for any number of ``workers`` (processes).

    No redshift of a transient is known: the truth's extra column ``transient_redshift`` has them.
    """
    rng = np.random.default_rng(seed)
    ra, dec = places(n, rng)
    sources = population(n, rng)
    sources["ra_deg"], sources["dec_deg"] = on_the_sky(ra, dec, sources)
    images = _images(sources, n, seed, workers)
    catalogue = survey(sources, rng)
    catalogue["ra_deg"], catalogue["dec_deg"] = on_the_sky(ra, dec, catalogue)
    catalogue = catalogue.drop(columns=["row", "east_arcsec", "north_arcsec"])
    kept = ["row", "ra_deg", "dec_deg", "mag", "redshift", "is_star", "is_host"]
    return Sky(Fields(images, ra, dec, np.full(n, np.nan)), catalogue, _truth(sources, n), sources[kept])


def places(n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return n places (degrees) spread evenly over the whole sky, so that no two fields overlap, in random order."""
    order = rng.permutation(n)
    turns, height = (order * _GOLDEN + rng.random()) % 1, (2 * order + 1) / n - 1
    return 360.0 * turns, np.degrees(np.arcsin(height))


def on_the_sky(ra_deg: Floats, dec_deg: Floats, table: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return where the rows of a table are (degrees), whose columns give the field and the place in its plane."""
    ra, dec = np.empty(len(table)), np.empty(len(table))
    for row, part in table.groupby("row").indices.items():
        centre = galsim.CelestialCoord(ra_deg[row] * galsim.degrees, dec_deg[row] * galsim.degrees)
        # the plane's first axis points west
        west, north = -table["east_arcsec"].to_numpy()[part], table["north_arcsec"].to_numpy()[part]
        ra[part], dec[part] = centre.deproject_rad(*np.radians([west / 3600, north / 3600]))
    return np.degrees(ra) % 360, np.degrees(dec)


def _images(sources: pd.DataFrame, n: int, seed: int, workers: int) -> NDArray[np.float32]:
    parts = sources.groupby("row").indices
    drawn = [sources.iloc[parts.get(row, [])] for row in range(n)]
    seeds = [(seed, row) for row in range(n)]
    if workers == 1:
        return np.stack(list(map(paint, drawn, seeds)))
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        return np.stack(list(pool.map(paint, drawn, seeds, chunksize=8)))


def _truth(sources: pd.DataFrame, n: int) -> pd.DataFrame:
    host = sources[sources["is_host"]].set_index("row").reindex(range(n))
    truth = pd.DataFrame({f"host_{name}": host[name] for name in ("ra_deg", "dec_deg", "mag", "redshift")})
    truth["offset_arcsec"] = np.hypot(host["east_arcsec"], host["north_arcsec"])
    hostless = ~(truth["host_mag"] <= FAINTEST_HOST_MAG)
    truth = truth.mask(hostless)
    return truth.assign(is_hostless=hostless, transient_redshift=host["redshift"]).reset_index(drop=True)
