"""The catalogue on disk finds what a search through all pairs finds."""

import numpy as np
import pandas as pd
import pytest

from tests.plugins.hosts.conftest import galaxy, write
from tom_alerce_like.exceptions import ConfigurationError
from tom_alerce_like.plugins.hosts.catalogue import COLUMNS
from tom_alerce_like.plugins.hosts.dlr import offset
from tom_alerce_like.plugins.hosts.sources.glade import GladeCatalogue
from tom_alerce_like.plugins.hosts.sources.isophotes import B_MINUS_R_MAG, HALF_LIGHT


def crowded_sky(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Places around RA 0, both poles and the equator, where searches go wrong."""
    around = np.array([(0.0, 0.0), (0.0, 90.0), (180.0, -90.0), (200.0, 60.0)])[rng.integers(0, 4, n)]
    dec = np.clip(around[:, 1] + rng.normal(0, 0.3, n), -90, 90)
    return (around[:, 0] + rng.uniform(-1, 1, n) * np.where(np.abs(dec) > 89, 180, 0.5)) % 360, dec


def test_cone_finds_all_pairs(tmp_path):
    rng = np.random.default_rng(3)
    ra, dec = crowded_sky(rng, 3000)
    path = write(tmp_path / "sky.parquet", [galaxy(*place) for place in zip(ra, dec, strict=True)])
    at_ra, at_dec = crowded_sky(rng, 1500)
    found = GladeCatalogue(path).cone(at_ra, at_dec, 200.0)
    apart, _ = offset(at_ra[:, None], at_dec[:, None], ra, dec)
    expected = {(row, str(number + 1)) for row, number in np.argwhere(apart <= 200.0)}
    assert len(expected) > 1000
    assert set(zip(found["row"], found["id"], strict=True)) == expected
    assert len(found) == len(expected)


def test_rows_say_what_the_columns_say(catalogue):
    found = catalogue.cone(np.array([150.0]), np.array([2.0]), 60.0)
    assert tuple(found.columns) == COLUMNS
    (row,) = found.to_dict("records")
    assert (row["name"], row["catalogue"], row["redshift_kind"]) == ("PGC 12345", "galaxies", "")
    assert (row["a_arcsec"], row["b_arcsec"], row["pa_deg"]) == pytest.approx((60 * HALF_LIGHT, 30 * HALF_LIGHT, 90))
    assert (row["redshift"], row["redshift_err"], row["mag"]) == pytest.approx((0.03, 0.001, 15 - B_MINUS_R_MAG))


def test_the_most_familiar_name_wins(catalogue):
    found = catalogue.cone(np.array([0.0, 150.0]), np.array([-30.0, 2.0]), 100.0)
    assert found["name"].tolist() == ["NGC0001", "PGC 12345", "GLADE 3"]


def test_blanks_are_no_name_and_not_part_of_one(tmp_path):
    blank = {"PGC": "       ", "GWGC": "        ", "HyperLEDA": "89323    "}
    rows = [galaxy(10, 10, **{**blank, "GWGC": "NGC2573     "}), galaxy(10, 10, **{**blank, "PGC": "   6249"})]
    path = write(tmp_path / "padded.parquet", [*rows, galaxy(10, 10, **blank)])
    found = GladeCatalogue(path).cone(np.array([10.0]), np.array([10.0]), 1.0)
    assert set(found["name"]) == {"NGC2573", "PGC 6249", "GLADE 3"}


def test_a_galaxy_listed_twice_is_found_once(tmp_path):
    path = write(tmp_path / "twice.parquet", [galaxy(10, 10), galaxy(10, 10)])
    table = pd.read_parquet(path).assign(glade_id=7)
    table.to_parquet(path)
    assert len(GladeCatalogue(path).cone(np.array([10.0]), np.array([10.0]), 10.0)) == 1


def test_empty_and_unknown_places(catalogue):
    assert catalogue.cone(np.array([]), np.array([]), 60.0).empty
    assert catalogue.cone(np.array([np.nan, 150.0]), np.array([np.nan, 2.0]), 60.0)["row"].tolist() == [1]


def test_a_file_is_not_read_before_the_first_question(tmp_path):
    catalogue = GladeCatalogue(tmp_path / "absent.parquet")
    with pytest.raises(ConfigurationError, match=r"absent\.parquet"):
        catalogue.cone(np.array([1.0]), np.array([1.0]), 60.0)


def test_a_file_with_other_columns_is_refused(tmp_path):
    pd.DataFrame({"ra_deg": [1.0], "dec_deg": [1.0]}).to_parquet(tmp_path / "other.parquet")
    with pytest.raises(ConfigurationError, match=r"other\.parquet"):
        GladeCatalogue(tmp_path / "other.parquet").cone(np.array([1.0]), np.array([1.0]), 60.0)
