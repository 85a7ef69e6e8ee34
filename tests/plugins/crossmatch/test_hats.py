"""HATS folders: the same matches as from one file, whatever the pixels."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import astropy.units as u
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from astropy_healpix import HEALPix

from tom_alerce_like.exceptions import ConfigurationError
from tom_alerce_like.plugins.crossmatch import catalogues, matches, matching
from tom_alerce_like.plugins.crossmatch.local import LocalCatalogue
from tom_alerce_like.plugins.crossmatch.matching import Batch
from tom_alerce_like.plugins.crossmatch.positions import Positions

ORDERS = (0, 1, 3)
N = 1200


def write(folder: Path, table: pd.DataFrame, random: np.random.Generator) -> None:
    """Cut a table into nested pixels: those of order 0 are cut further, some of them twice."""
    left = table.assign(order=0)
    for coarse, fine in pairwise(ORDERS):
        pixel = HEALPix(2**coarse, order="nested").lonlat_to_healpix(*(left[name].to_numpy() * u.deg for name in "xy"))
        some = np.isin(pixel, random.permutation(12 * 4**coarse)[: 6 * 4**coarse]) & (left["order"] == coarse)
        left.loc[some, "order"] = fine
    for order, part in left.groupby("order"):
        pixel = HEALPix(2**order, order="nested").lonlat_to_healpix(*(part[name].to_numpy() * u.deg for name in "xy"))
        for number in np.unique(pixel):
            path = folder / "dataset" / f"Norder={order}" / f"Dir={number // 10000 * 10000}" / f"Npix={number}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            part[pixel == number].drop(columns="order").to_parquet(path, index=False)
    folder.joinpath("hats.properties").write_text("#HATS\nhats_col_ra=x\nhats_col_dec=y\nhats_nrows = 1200\n")


@pytest.fixture(scope="module")
def sky(tmp_path_factory) -> tuple[Path, Path, np.ndarray, np.ndarray]:
    """A HATS folder, the same as one file, and places near its sources, on edges of pixels and at the poles."""
    random, folder = np.random.default_rng(3), tmp_path_factory.mktemp("hats")
    dec = np.degrees(np.arcsin(random.uniform(-1, 1, N)))
    # pixels meet on the meridians of multiples of 45 degrees, at the equator and at the poles
    ra = np.where(
        np.arange(N) % 2, random.integers(0, 8, N) * 45 + random.normal(0, 0.01, N), random.uniform(0, 360, N)
    )
    dec[:100] = random.normal(0, 0.005, 100)
    dec[100:150] = 90 - np.abs(random.normal(0, 0.01, 50))
    table = pd.DataFrame({"name": np.arange(N).astype(str), "x": ra % 360, "y": dec})
    write(folder / "sky", table, random)
    table.rename(columns={"x": "ra", "y": "dec"}).to_parquet(folder / "sky.parquet", index=False)
    moved = random.normal(0, 10 / 3600, (2, N))
    return folder / "sky", folder / "sky.parquet", (ra + moved[0]) % 360, np.clip(dec + moved[1], -90, 90)


@pytest.mark.parametrize("radius_arcsec", [5.0, 60.0, 180.0])
@pytest.mark.parametrize("nearest_only", [False, True])
def test_a_folder_holds_what_one_file_holds(sky, settings, radius_arcsec, nearest_only):
    folder, file, ra, dec = sky
    settings.TOM_ALERCE_LIKE = {"XMATCH_CATALOGUES": {"sky": str(folder)}}
    source = catalogues.source("sky")
    found = source.match(ra, dec, radius_arcsec, nearest_only)
    wanted = LocalCatalogue("sky", file).match(ra, dec, radius_arcsec, nearest_only)
    assert len(wanted.row) > 100 and type(source).__name__ == "HatsCatalogue"
    assert found.row.tolist() == wanted.row.tolist()
    assert found.table["name"].tolist() == wanted.table["name"].tolist()
    assert np.allclose(found.separation_arcsec, wanted.separation_arcsec, rtol=0, atol=1e-9)


def test_only_the_pixels_around_the_places_are_read(sky, tmp_path):
    import shutil

    folder, _, ra, dec = sky
    copy = tmp_path / "sky"
    shutil.copytree(folder, copy)
    source = catalogues._local("sky", copy)
    whole = source.match(ra[:1], dec[:1], 30.0, False)
    for file in copy.rglob("Npix=*"):
        if str(file) not in {str(one) for one in touched(source, ra[:1], dec[:1])}:
            file.write_bytes(b"damaged")
    again = source.match(ra[:1], dec[:1], 30.0, False)
    assert again.table.equals(whole.table)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        source.match(ra, dec, 30.0, False)


def test_columns_are_read_only_where_something_matches(tmp_path):
    file = tmp_path / "dataset" / "Norder=0" / "Dir=0" / "Npix=4.parquet"
    file.parent.mkdir(parents=True)
    tmp_path.joinpath("hats.properties").write_text("")
    own = {"RA": [0.5], "DEC": [0.5], "ra_err": [1.0], "dec_err": [1.0]}
    pd.DataFrame(own | {"said": ["something"]}).to_parquet(file, index=False)
    source = catalogues._local("sky", tmp_path)
    assert source.match(np.array([0.5]), np.array([0.5]), 10.0, False).table["said"].tolist() == ["something"]
    column = pq.read_metadata(file).row_group(0).column(4)
    content = bytearray(file.read_bytes())
    first = column.dictionary_page_offset
    content[first : first + column.total_compressed_size] = b"\xff" * column.total_compressed_size
    file.write_bytes(content)
    found = source.match(np.array([0.6]), np.array([0.5]), 10.0, False)
    assert len(found.row) == 0 and source.position == ("RA", "DEC")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        source.match(np.array([0.5]), np.array([0.5]), 10.0, False)


def test_pairs_are_counted_over_all_files(sky, monkeypatch):
    folder, _, ra, dec = sky
    source = catalogues._local("sky", folder)
    places = Positions(ra, dec, 0)
    [whole] = matching.ask(source, places, Batch(0, 0, len(ra)), 60.0, False)
    monkeypatch.setattr(matches, "MAX_PAIRS", 100)
    parts = list(matching.ask(source, places, Batch(0, 0, len(ra)), 60.0, False))
    assert len(parts) > 5 and max(len(part.row) for part in parts) <= 100
    again = matches.Matches.joined(parts)
    assert again.row.tolist() == whole.row.tolist()
    assert again.table["name"].tolist() == whole.table["name"].tolist()


def touched(source, ra, dec):
    return [file for _, file in source._partitions.near(ra, dec, 30.0)]


def test_nothing_around(sky):
    found = catalogues._local("sky", sky[0]).match(np.empty(0), np.empty(0), 5.0, False)
    assert len(found.row) == 0


def test_an_empty_folder_is_told(tmp_path):
    tmp_path.joinpath("hats.properties").write_text("")
    with pytest.raises(ConfigurationError, match="no folder of HATS"):
        catalogues._local("sky", tmp_path).match(np.array([1.0]), np.array([1.0]), 5.0, False)
