"""Lists of positions against a local catalogue: `python -m benchmarks.crossmatch`.

100,000 positions, half of them near galaxies of GLADE+ and half anywhere, seed 2026, within 5 arcsec. Measured is what
comes after the positions are read: the index of the catalogue is made anew each time, as ``search_around_sky`` of
astropy makes its own. The pairs of both are compared.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import astropy.units as u
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from astropy.coordinates import SkyCoord, search_around_sky

from benchmarks.figure import DATA, figure
from tom_alerce_like.plugins.crossmatch.match import crossmatch
from tom_alerce_like.plugins.hosts.sources.index import SkyIndex

GALAXIES = Path("catalogues", "glade_plus_bright.parquet")
N, SEED, RADIUS_ARCSEC, SPREAD_ARCSEC, REPEATS = 100_000, 2026, 5.0, 3.0, 3
Places = tuple[np.ndarray, np.ndarray]


def galaxies(data: Path) -> Places:
    """Return right ascensions and declinations of the catalogue, degrees."""
    table = pq.read_table(data / GALAXIES, columns=["ra_deg", "dec_deg"])
    return table["ra_deg"].to_numpy(), table["dec_deg"].to_numpy()


def positions(ra_deg: np.ndarray, dec_deg: np.ndarray) -> Places:
    """Return N positions: half some arcsec from galaxies, half uniform on the sphere."""
    random = np.random.default_rng(SEED)
    near = random.choice(len(ra_deg), N // 2, replace=False)
    east, north = random.normal(0, SPREAD_ARCSEC / 3600, (2, N // 2))
    dec = np.clip(dec_deg[near] + north, -90, 90)
    ra = ra_deg[near] + east / np.cos(np.radians(dec))
    anywhere = random.uniform(0, 360, N - N // 2), np.degrees(np.arcsin(random.uniform(-1, 1, N - N // 2)))
    return np.append(ra, anywhere[0]) % 360, np.append(dec, anywhere[1])


def ours(mine: Places, catalogue: Places) -> pd.DataFrame:
    """Match as the service does."""
    return crossmatch(*mine, SkyIndex(*catalogue), RADIUS_ARCSEC)


def by_astropy(mine: Places, catalogue: Places) -> tuple[np.ndarray, np.ndarray]:
    """Match as astropy does; it would keep its trees with its coordinates, so these are made anew."""
    places, sources = (SkyCoord(*one, unit="deg") for one in (mine, catalogue))
    return search_around_sky(places, sources, RADIUS_ARCSEC * u.arcsec)[:2]


def best(work: Callable[[], object]) -> float:
    """Return the shortest of some runs in seconds."""
    times = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def figures(data: Path = DATA) -> None:
    """Print the figures for the catalogue in a folder of data; fails when the pairs are not those of astropy."""
    begun = time.perf_counter()
    catalogue = galaxies(data)
    reading_s = time.perf_counter() - begun
    mine = positions(*catalogue)
    pairs, (row, source) = ours(mine, catalogue), by_astropy(mine, catalogue)
    wanted = set(zip(row.tolist(), source.tolist(), strict=True))
    assert set(zip(pairs["row"].tolist(), pairs["catalogue_row"].tolist(), strict=True)) == wanted
    assert len(pairs) == len(wanted) > N // 4
    taken_s = best(partial(ours, mine, catalogue))
    figure("xmatch_s", taken_s, "s", peer=("search_around_sky", best(partial(by_astropy, mine, catalogue))))
    figure("xmatch_with_reading_s", reading_s + taken_s, "s")
    figure("xmatch_pairs", len(pairs), "pairs, the same as search_around_sky's")


def main() -> None:
    """Print all figures of the cross-match."""
    figures()


if __name__ == "__main__":
    main()
