"""A HATS folder gives what one file of the same rows gives, and only the near partitions are read."""

import shutil

import astropy.units as u
import numpy as np
import pandas as pd
import pytest
from astropy_healpix import lonlat_to_healpix

from tests.conformance.catalogue import CatalogueConformance
from tom_alerce_like.exceptions import ConfigurationError
from tom_alerce_like.plugins.hosts.sources import hats
from tom_alerce_like.plugins.hosts.sources.files import opened
from tom_alerce_like.plugins.hosts.sources.hats import HatsCatalogue
from tom_alerce_like.plugins.hosts.sources.survey import SurveyCatalogue

PLACES = np.array([0.0, 359.999, 45.0, 200.0, 10.0]), np.array([0.0, 0.0, 89.99, -89.999, 41.81])


def sky() -> pd.DataFrame:
    """Sources around places at RA 0, at the poles and where HEALPix changes its shape."""
    rng = np.random.default_rng(8)
    around = rng.integers(0, len(PLACES[0]), 2000)
    dec = np.clip(PLACES[1][around] + rng.normal(0, 0.03, 2000), -90, 90)
    ra = PLACES[0][around] + rng.normal(0, 0.03, 2000) / np.maximum(np.cos(np.radians(dec)), 1e-3)
    return pd.DataFrame({"ALPHA": ra % 360, "DELTA": dec, "ID": np.arange(2000), "MAG_R": rng.uniform(15, 22, 2000)})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A collection whose catalogue has partitions of two orders, one of them a folder of files."""
    root = tmp_path_factory.mktemp("survey")
    primary, table = root / "primary", sky()
    coarse = lonlat_to_healpix(table["ALPHA"].to_numpy() * u.deg, table["DELTA"].to_numpy() * u.deg, 2, order="nested")
    fine = lonlat_to_healpix(table["ALPHA"].to_numpy() * u.deg, table["DELTA"].to_numpy() * u.deg, 16, order="nested")
    split = coarse % 2 == 0
    for order, pixel in ((1, np.where(split, -1, coarse)), (4, np.where(split, fine, -1))):
        for one in np.unique(pixel[pixel >= 0]):
            path = primary / "dataset" / f"Norder={order}" / f"Dir={one // 10000 * 10000}" / f"Npix={one}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            rows = table[pixel == one]
            if one % 3:
                rows.to_parquet(path)
            else:
                path.with_suffix("").mkdir()
                rows.to_parquet(path.with_suffix("") / "part0.parquet")
    (root / "collection.properties").write_text("# made by a test\nhats_primary_table_url = primary\n")
    (primary / "hats.properties").write_text("hats_col_ra = ALPHA\nhats_col_dec = DELTA\n")
    return root


class TestHats(CatalogueConformance):
    @pytest.fixture
    def catalogue(self, folder):
        return HatsCatalogue(folder)

    @pytest.fixture
    def places(self):
        return PLACES

    @pytest.fixture
    def broken(self, tmp_path):
        return HatsCatalogue(tmp_path)


@pytest.mark.parametrize("radius_arcsec", [5.0, 120.0, 1000.0])
def test_a_folder_gives_what_one_file_gives(folder, radius_arcsec):
    renamed = {"ALPHA": "ra_deg", "DELTA": "dec_deg"}
    expected = SurveyCatalogue(sky().rename(columns=renamed), folder.name).cone(*PLACES, radius_arcsec)
    found = HatsCatalogue(folder).cone(*PLACES, radius_arcsec)
    by = ["row", "id"]
    pd.testing.assert_frame_equal(
        found.sort_values(by, ignore_index=True), expected.sort_values(by, ignore_index=True), check_dtype=False
    )
    assert radius_arcsec < 100 or len(found) > 50


def test_ids_of_a_folder_without_ids_are_unique(folder, tmp_path):
    copy = tmp_path / "survey"
    shutil.copytree(folder, copy)
    for file in copy.rglob("*.parquet"):
        if file.is_file():
            pd.read_parquet(file).drop(columns="ID").to_parquet(file)
    found = HatsCatalogue(copy).cone(*PLACES, 1000.0)
    assert len(found) > 50 and not found.duplicated(["row", "id"]).any()


def test_only_partitions_near_the_places_are_read(folder):
    catalogue = HatsCatalogue(folder)
    catalogue.cone(np.array([10.0]), np.array([41.81]), 10.0)
    assert 1 <= len(catalogue._parts) <= 3


def test_few_partitions_stay_in_memory_and_the_answers_are_the_same(folder, monkeypatch):
    expected = HatsCatalogue(folder).cone(*PLACES, 1000.0)
    opened = []
    open_one = SurveyCatalogue._read
    monkeypatch.setattr(SurveyCatalogue, "_read", lambda self: opened.append(self._given) or open_one(self))
    catalogue = HatsCatalogue(folder)
    catalogue.cone(*PLACES, 1000.0)
    n_parts = len(opened)
    assert n_parts > 5 and len(catalogue._parts) == n_parts
    catalogue.cone(*PLACES, 1000.0)
    assert len(opened) == n_parts
    most = max(part.n_sources for part in catalogue._parts.values())
    monkeypatch.setattr(hats, "_KEPT", most)
    small = HatsCatalogue(folder)
    pd.testing.assert_frame_equal(small.cone(*PLACES, 1000.0), expected)
    assert sum(part.n_sources for part in small._parts.values()) <= most and len(small._parts) < n_parts
    monkeypatch.setattr(hats, "_KEPT", 0)
    none = HatsCatalogue(folder)
    pd.testing.assert_frame_equal(none.cone(*PLACES, 1000.0), expected)
    assert len(none._parts) == 1


def test_a_path_is_opened_by_what_it_holds(folder, tmp_path, catalogue):
    sky().rename(columns={"ALPHA": "ra", "DELTA": "dec"}).to_parquet(tmp_path / "survey.parquet")
    kinds = [type(opened(path)).__name__ for path in (folder, tmp_path / "survey.parquet", catalogue.path)]
    assert kinds == ["HatsCatalogue", "SurveyCatalogue", "GladeCatalogue"]
    with pytest.raises(ConfigurationError, match="absent"):
        opened(tmp_path / "absent.parquet").cone(np.array([1.0]), np.array([1.0]), 1.0)
