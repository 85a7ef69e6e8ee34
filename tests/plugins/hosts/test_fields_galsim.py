"""The simulated fields of the benchmark: places, orientation, offsets and the mock catalogue, against their truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("galsim")

from benchmarks.host_fields import sky
from benchmarks.host_fields.paint import SIZE, light_radius, paint
from benchmarks.host_fields.population import HALF_WIDTH_ARCSEC, draw_hosts, population
from benchmarks.host_fields.sky import on_the_sky, places
from benchmarks.host_fields.survey import survey
from tom_alerce_like.plugins.hosts.dlr import offset
from tom_alerce_like.plugins.hosts.simulate.sky import CATALOGUE_COLUMNS


@pytest.fixture(scope="module")
def many() -> pd.DataFrame:
    return population(6000, np.random.default_rng(3))


def lone(**values) -> pd.DataFrame:
    """A bright galaxy at the centre, or what the values say."""
    source = {"row": 0, "east_arcsec": 0.0, "north_arcsec": 0.0, "mag": 15.0, "redshift": 0.05, "pa_deg": 0.0}
    shape = {"half_light_arcsec": 6.0, "axis_ratio": 0.4, "bulge": 0.2, "is_star": False, "is_host": True}
    return pd.DataFrame([source | shape | values])


def moments(image: np.ndarray) -> tuple[float, float, float]:
    """Place (east, north, arcsec) and position angle (degrees) of what is bright in an image."""
    light = image - np.nanmedian(image)
    light = np.where(light > 0.02 * np.nanmax(light), light, 0)
    north, west = (np.indices(image.shape) - (SIZE - 1) / 2) * 0.25
    east, total = -west, light.sum()
    at_east, at_north = (light * east).sum() / total, (light * north).sum() / total
    east, north = east - at_east, north - at_north
    angle = 0.5 * np.arctan2(2 * (light * east * north).sum(), (light * (north**2 - east**2)).sum())
    return at_east, at_north, np.degrees(angle) % 180


@pytest.mark.parametrize("pa_deg", [10.0, 60.0, 150.0])
def test_north_is_up_and_east_is_left(pa_deg):
    east, north, angle = moments(paint(lone(east_arcsec=20.0, north_arcsec=-11.0, pa_deg=pa_deg), (1, 0)))
    assert (east, north) == pytest.approx((20, -11), abs=0.2)
    assert angle == pytest.approx(pa_deg, abs=3)


def test_a_faint_galaxy_is_where_it_should_be_too():
    # many faint ones on one place: drawn photon by photon, and no brighter than one of the same light
    faint = pd.concat([lone(mag=22.5, east_arcsec=-15.0, north_arcsec=7.0, half_light_arcsec=0.8)] * 400)
    assert moments(paint(faint, (1, 0)))[:2] == pytest.approx((-15, 7), abs=0.2)


def test_the_centre_of_the_image_is_the_place_of_the_transient():
    image = paint(lone(is_star=True, mag=17.5), (2, 0))
    peak = np.unravel_index(np.nanargmax(image), image.shape)
    assert all(abs(index - (SIZE - 1) / 2) <= 1.5 for index in peak)


def test_places_on_the_sky_agree_with_the_plane_at_the_pole_and_at_zero(many):
    table = many[many["row"] < 3]
    ra, dec = np.array([0.0, 180.0, 359.999]), np.array([89.99, -45.0, 0.0])
    there = on_the_sky(ra, dec, table)
    separation, angle = offset(ra[table["row"]], dec[table["row"]], *there)
    east, north = separation * np.sin(np.radians(angle)), separation * np.cos(np.radians(angle))
    np.testing.assert_allclose(east, table["east_arcsec"], atol=1e-4)
    np.testing.assert_allclose(north, table["north_arcsec"], atol=1e-4)


def test_fields_do_not_overlap():
    ra, dec = places(3000, np.random.default_rng(0))
    order = np.argsort(dec)
    for step in range(1, 60):
        near = offset(ra[order[:-step]], dec[order[:-step]], ra[order[step:]], dec[order[step:]])[0]
        assert near.min() > 3 * HALF_WIDTH_ARCSEC


def test_offsets_are_those_of_real_transients():
    hosts = draw_hosts(40000, np.random.default_rng(7))
    hosts = hosts[hosts["mag"] < 22.5]
    found = np.percentile(np.hypot(hosts["east_arcsec"], hosts["north_arcsec"]), [5, 16, 50, 84, 95, 99])
    np.testing.assert_allclose(found, [0.17, 0.37, 1.40, 4.29, 8.6, 17.5], rtol=0.15)


def test_one_field_in_twenty_has_no_host(many):
    assert 6000 - (many["is_host"] & (many["mag"] < 24.5)).sum() == pytest.approx(300, abs=60)


def test_offsets_follow_the_disc(many):
    hosts = many[many["is_host"] & (many["axis_ratio"] < 0.4) & (many["half_light_arcsec"] > 2)]
    turned = np.arctan2(hosts["east_arcsec"], hosts["north_arcsec"]) - np.radians(hosts["pa_deg"])
    # of what is spread evenly half would lie within 45 degrees of the major axis
    assert (abs(np.cos(turned)) > np.sqrt(0.5)).mean() > 0.7


def test_half_of_the_light_is_within_the_half_light_radius():
    galsim = pytest.importorskip("galsim")
    disc, bulge = galsim.Exponential(half_light_radius=1), galsim.Sersic(3, half_light_radius=0.3)
    light = (disc * 0.6 + bulge * 0.4).makePhot(n_photons=200000, rng=galsim.BaseDeviate(1))
    assert light_radius(0.4) == pytest.approx(np.median(np.hypot(light.x, light.y)), rel=0.02)


def test_the_catalogue_is_a_survey_of_the_sources(many):
    sources = many[many["row"] < 1500].reset_index(drop=True)
    catalogue = survey(sources, np.random.default_rng(5))
    assert set(CATALOGUE_COLUMNS) <= set(catalogue.columns)
    assert catalogue["id"].is_unique
    extended = catalogue["a_arcsec"] > 0
    assert (catalogue["b_arcsec"] <= catalogue["a_arcsec"])[extended].all()
    assert catalogue["pa_deg"].isna().equals(~extended)
    assert catalogue["p_star"].between(0, 1).all()
    hosts = sources[sources["is_host"] & (sources["mag"] < 22)]
    assert _has(catalogue, hosts).mean() > 0.99
    assert 0.003 < _has(catalogue, hosts).mean() - _has(catalogue[extended], hosts).mean() < 0.03


def _has(catalogue: pd.DataFrame, hosts: pd.DataFrame) -> np.ndarray:
    """Whether the catalogue has an entry within an arcsec of each host."""
    pairs = hosts.reset_index().merge(catalogue, on="row", suffixes=("", "_entry"))
    apart = np.hypot(*(pairs[f"{axis}_arcsec_entry"] - pairs[f"{axis}_arcsec"] for axis in ("east", "north")))
    return (apart < 1).groupby(pairs["index"]).any().to_numpy()


def test_a_sky_is_reproducible_on_two_processes_and_consistent():
    made, again = sky(3, seed=8), sky(3, seed=8, workers=2)
    np.testing.assert_array_equal(made.fields.images, again.fields.images)
    pd.testing.assert_frame_equal(made.catalogue, again.catalogue)
    assert made.fields.images.shape == (3, SIZE, SIZE)
    assert made.fields.images.dtype == np.float32
    assert np.isnan(made.fields.redshift).all()
    truth, at = made.truth, made.fields
    separation, _ = offset(at.ra_deg, at.dec_deg, truth["host_ra_deg"], truth["host_dec_deg"])
    np.testing.assert_allclose(separation, truth["offset_arcsec"], atol=1e-4)
    hosts = made.sources[made.sources["is_host"]].set_index("row")
    visible = truth.index[~truth["is_hostless"]]
    np.testing.assert_array_equal(hosts["ra_deg"][visible], truth["host_ra_deg"][visible])
