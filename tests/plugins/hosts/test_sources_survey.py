"""Surveys' tables are understood however they spell their columns, and conventions hold to a millionth."""

import astropy.units as u
import numpy as np
import pandas as pd
import pytest
from astropy.coordinates import SkyCoord
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conformance.catalogue import CatalogueConformance
from tom_alerce_like.exceptions import ConfigurationError
from tom_alerce_like.plugins.hosts.catalogue import COLUMNS
from tom_alerce_like.plugins.hosts.dlr import light_radius, offset
from tom_alerce_like.plugins.hosts.simulate.sky import CATALOGUE_COLUMNS
from tom_alerce_like.plugins.hosts.sources.ellipse import from_components, from_moments, tidied
from tom_alerce_like.plugins.hosts.sources.survey import SurveyCatalogue

HERE = {"ra_deg": [10.0], "dec_deg": [20.0]}


def one(**columns: object) -> dict:
    """What a catalogue says of its only source, at RA 10, Dec 20."""
    table = pd.DataFrame({**HERE, **{name: [value] for name, value in columns.items()}})
    found = SurveyCatalogue(table).cone(np.array([10.0]), np.array([20.0]), 1.0)
    return found.iloc[0].to_dict()


class TestSurvey(CatalogueConformance):
    @pytest.fixture
    def catalogue(self, tmp_path):
        rng = np.random.default_rng(2)
        n = 400
        table = pd.DataFrame(rng.uniform(0.1, 1, (n, len(CATALOGUE_COLUMNS))), columns=list(CATALOGUE_COLUMNS))
        table["ra_deg"], table["dec_deg"] = rng.uniform(-0.05, 0.05, n) % 360, rng.uniform(-0.05, 0.05, n)
        table["id"], table["mag_r"] = np.arange(n), rng.uniform(15, 24, n)
        table.to_parquet(tmp_path / "legacy.parquet")
        return SurveyCatalogue(tmp_path / "legacy.parquet")

    @pytest.fixture
    def places(self):
        return np.array([0.0, 359.99, 0.01, 0.0]), np.array([0.0, 0.01, -0.01, 0.0001])

    @pytest.fixture
    def broken(self, tmp_path):
        return SurveyCatalogue(tmp_path / "absent.parquet")


def test_the_documented_columns():
    row = one(id=7, mag_r=19.5, a_arcsec=2.0, b_arcsec=1.0, pa_deg=30.0, p_star=0.2, z_spec=0.1, z_spec_err=1e-4)
    assert (row["id"], row["name"], row["catalogue"], row["redshift_kind"]) == ("7", "7", "survey", "spec")
    numbers = [row[name] for name in ("mag", "a_arcsec", "b_arcsec", "pa_deg", "p_star", "redshift", "redshift_err")]
    assert numbers == pytest.approx([19.5, 2, 1, 30, 0.2, 0.1, 1e-4])


def test_places_alone_are_enough():
    row = one()
    assert tuple(row) == COLUMNS and row["id"] == "10.00000+20.00000"
    assert all(np.isnan(row[name]) for name in ("mag", "a_arcsec", "pa_deg", "p_star", "redshift", "redshift_err"))


@pytest.mark.parametrize(
    ("columns", "meaning", "value"),
    [
        ({"rmag": 18.0}, "mag", 18.0),
        ({"FLUX_R": 10.0}, "mag", 20.0),
        ({"flux_r": -1.0}, "mag", np.nan),
        ({"mag": 99.0}, "mag", np.nan),
        ({"mag": -999.0}, "mag", np.nan),
        ({"a": 4.0, "ba": 0.5}, "b_arcsec", 2.0),
        ({"shape_r": 0.0}, "a_arcsec", np.nan),
        ({"r_half_arcsec": 3.0}, "a_arcsec", 3.0),
        ({"a": 1.0, "b": 2.0, "pa": 100.0}, "pa_deg", 10.0),
        ({"pa": -10.0}, "pa_deg", 170.0),
        ({"class_star": 0.9}, "p_star", 0.9),
        ({"p_gal": 0.9}, "p_star", 0.1),
        ({"type": "PSF"}, "p_star", 0.9),
        ({"type": " dev "}, "p_star", 0.01),
        ({"p_star": np.nan, "type": "REX"}, "p_star", 0.1),
        ({"z_spec": -99.0, "z_phot_median": 0.3}, "redshift", 0.3),
        ({"z_spec": 0.2, "z_phot": 0.3}, "redshift", 0.2),
        ({"z_phot_mean": 0.3, "z_phot_std": 0.05}, "redshift_err", 0.05),
        ({"z_phot": 0.3}, "redshift_kind", "photo"),
        ({"z": 0.02}, "redshift", 0.02),
        ({"z": 0.02}, "redshift_kind", ""),
        ({"z": 19.0, "i": 20.0}, "redshift", np.nan),
        ({"z": 9.5, "g": 20.0, "rmag": 19.0}, "redshift", np.nan),
        ({"z": 9.5, "Y": 20.0}, "redshift", np.nan),
        ({"z": 19.0}, "redshift", np.nan),
        ({"z_spec": 99.0, "z_phot": 0.3}, "redshift", 0.3),
        ({"redshift": 0.1, "z_err": -1.0}, "redshift_err", np.nan),
        ({"z": 0.1, "redshift_kind": "PHOT"}, "redshift_kind", "photo"),
        ({"name": " NGC 1 "}, "name", "NGC 1"),
    ],
)
def test_spellings(columns, meaning, value):
    assert one(**columns)[meaning] == pytest.approx(value, nan_ok=True)


def test_ids_that_repeat_are_told_apart_and_copies_are_dropped():
    table = pd.DataFrame({"ra": [1.0, 1.0, 1.001, 1.0, 1.0], "dec": [2.0, 2, 2, 2.001, 2.001], "id": [*"xxx", "", ""]})
    found = SurveyCatalogue(table.assign(mag=[1, 1, 1, 1, 2])).cone(np.array([1.0]), np.array([2.0]), 60.0)
    assert sorted(found["id"]) == ["1.00000+2.00100", "1.00000+2.00100/1", "x/1.00000+2.00000", "x/1.00100+2.00000"]


def test_the_same_columns_are_places_as_in_users_lists():
    table = pd.DataFrame({"RA_ICRS": [10.0], "DE_ICRS": [20.0], "pmRA": [1.0], "pmDE": [2.0]})
    assert len(SurveyCatalogue(table).cone(np.array([10.0]), np.array([20.0]), 1.0)) == 1
    assert len(SurveyCatalogue(table.rename(columns={"RA_ICRS": "_RAJ2000", "DE_ICRS": "_DEJ2000"}))._table) == 1
    two = pd.DataFrame({"host_ra": [1.0], "host_dec": [2.0], "sn_ra": [3.0], "sn_dec": [4.0]})
    with pytest.raises(ConfigurationError, match="host_ra and host_dec or sn_ra and sn_dec"):
        SurveyCatalogue(two).cone(np.array([1.0]), np.array([2.0]), 1.0)


def test_duplicates_without_a_flux_are_no_sources():
    table = pd.DataFrame({"ra": [1.0, 1.0], "dec": [2.0, 2.0], "type": ["DUP", "SER"]})
    assert len(SurveyCatalogue(table).cone(np.array([1.0]), np.array([2.0]), 5.0)) == 1


def test_depth_is_where_counts_turn_over(tmp_path):
    mag = np.concatenate([np.repeat(np.arange(18, 23, 0.25), np.arange(20)), [25.0]])
    table = pd.DataFrame({"ra": np.arange(len(mag)), "dec": 0.0, "mag_r": mag})
    assert SurveyCatalogue(table).depth_mag == pytest.approx(22.75 + 0.125 - 0.5)


@pytest.mark.parametrize("table", [{"ra": [1.0]}, {"x": [1.0]}])
def test_a_table_without_places_is_refused(table, tmp_path):
    pd.DataFrame(table).to_parquet(tmp_path / "odd.parquet")
    with pytest.raises(ConfigurationError, match="odd"):
        SurveyCatalogue(tmp_path / "odd.parquet").cone(np.array([1.0]), np.array([1.0]), 1.0)


def test_a_file_that_is_no_parquet_is_refused(tmp_path):
    (tmp_path / "text.parquet").write_text("ra,dec\n1,2\n")
    with pytest.raises(ConfigurationError, match="text"):
        SurveyCatalogue(tmp_path / "text.parquet").cone(np.array([1.0]), np.array([1.0]), 1.0)


@pytest.mark.parametrize(
    ("e1", "e2", "pa"),
    [(0.5, 0, 0), (0, 0.5, 45), (-0.5, 0, 90), (0, -0.5, 135), (0.3, 0.3, 22.5), (-0.3, -0.3, 112.5)],
)
def test_the_tractors_angle_goes_from_north_through_east(e1, e2, pa):
    size = np.hypot(e1, e2)
    row = one(shape_r=3.0, shape_e1=e1, shape_e2=e2)
    expected = [3, 3 * (1 - size) / (1 + size), pa]
    assert [row["a_arcsec"], row["b_arcsec"], row["pa_deg"]] == pytest.approx(expected, abs=1e-6)


@given(a=st.floats(0.1, 100), ratio=st.floats(0.05, 1), pa=st.floats(0, 179.999), angle=st.floats(0, 360))
def test_components_and_moments_describe_the_same_ellipse(a, ratio, pa, angle):
    b, turn = a * ratio, np.radians(pa)
    size = (1 - ratio) / (1 + ratio)
    radius = light_radius(a, b, pa, angle)
    tractor = from_components(a, size * np.cos(2 * turn), size * np.sin(2 * turn))
    assert light_radius(*tractor, angle) == pytest.approx(radius, rel=1e-6)
    # x goes east: the major axis lies along (sin pa, cos pa)
    xx, yy = (a * np.sin(turn)) ** 2 + (b * np.cos(turn)) ** 2, (a * np.cos(turn)) ** 2 + (b * np.sin(turn)) ** 2
    moments = from_moments(xx, yy, (a**2 - b**2) * np.sin(turn) * np.cos(turn))
    assert light_radius(*tidied(*moments), angle) == pytest.approx(radius, rel=1e-6)


@given(ra=st.floats(0, 359.999), dec=st.floats(-89.9, 89.9), pa=st.floats(0, 359.9), apart=st.floats(0.1, 600))
def test_offsets_are_those_of_the_sphere(ra, dec, pa, apart):
    other = SkyCoord(ra, dec, unit="deg").directional_offset_by(pa * u.deg, apart * u.arcsec)
    found, angle = offset(ra, dec, other.ra.deg, other.dec.deg)
    assert found == pytest.approx(apart, abs=1e-6)
    assert (angle - pa + 180) % 360 - 180 == pytest.approx(0, abs=1e-4)


@settings(max_examples=25)
@given(ra=st.floats(0, 359.999), pole=st.sampled_from([-90.0, 90.0]), turn=st.floats(0, 359.999))
def test_a_source_across_the_pole_is_found(ra, pole, turn):
    table = pd.DataFrame({"ra": [ra], "dec": [pole - np.copysign(30 / 3600, pole)]})
    place = np.array([turn]), np.array([pole - np.copysign(20 / 3600, pole)])
    apart, _ = offset(*place, table["ra"], table["dec"])
    catalogue = SurveyCatalogue(table)
    assert len(catalogue.cone(*place, float(apart[0]) + 1e-6)) == 1
    assert len(catalogue.cone(*place, float(apart[0]) - 1e-6)) == 0


def test_a_spectroscopic_redshift_of_zero_is_a_gap():
    table = pd.DataFrame({"ra_deg": [10.0], "dec_deg": [0.0], "z_spec": [0.0], "z_phot": [0.12], "z_phot_err": [0.01]})
    found = SurveyCatalogue(table).cone(np.array([10.0]), np.array([0.0]), 5.0).iloc[0]
    assert (found["redshift"], found["redshift_kind"]) == (0.12, "photo")
