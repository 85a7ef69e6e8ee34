"""The simulated fields: reproducible, true to their own truth, and as far from their hosts as real transients."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tom_alerce_like.plugins.hosts.dlr import offset
from tom_alerce_like.plugins.hosts.simulate import Sky, catalogue, galaxies, hosts, paint, scene, sky, survey
from tom_alerce_like.plugins.hosts.simulate.camera import Camera
from tom_alerce_like.plugins.hosts.simulate.places import on_sphere, places
from tom_alerce_like.plugins.hosts.simulate.profiles import SERSIC, Moffat
from tom_alerce_like.plugins.hosts.simulate.sky import CATALOGUE_COLUMNS

#: Separations (arcsec) of transients from the hosts that people chose for ALeRCE before 2022-07-22: per cent, arcsec.
REAL_OFFSETS = {5: 0.17, 16: 0.37, 50: 1.40, 84: 4.29, 95: 8.6, 99: 17.5}


@pytest.fixture(scope="module")
def made() -> Sky:
    return sky(16, seed=5)


def one(**values: float) -> galaxies.Table:
    start = {name: 0.0 for name in galaxies.COLUMNS} | {"axis_ratio": 1.0, "bulge_size": 1.0, "sersic": 1.0}
    return {name: np.array([value]) for name, value in (start | values).items()}


def seen(table: galaxies.Table, fwhm: float = 4.0) -> paint.Image:
    camera = Camera(Moffat(fwhm, 3.0, 1.0, 0.0), noise=1e-4, is_coarse=False)
    return scene.drawn(np.random.default_rng(1), table, camera)


def test_columns_and_shapes(made: Sky) -> None:
    assert made.fields.images.shape == (16, 480, 480)
    assert made.fields.images.dtype == np.float32
    assert tuple(made.catalogue.columns) == CATALOGUE_COLUMNS
    assert {"row", "ra_deg", "dec_deg", "mag", "redshift", "is_star", "is_host"} <= set(made.sources)
    assert made.truth.loc[made.truth["is_hostless"], "host_mag"].isna().all()
    assert made.catalogue["id"].is_unique
    assert made.catalogue["p_star"].dropna().between(0, 1).all()
    assert (made.catalogue["b_arcsec"] <= made.catalogue["a_arcsec"]).loc[made.catalogue["a_arcsec"].notna()].all()


def test_a_field_depends_on_its_number_and_the_seed_only(made: Sky) -> None:
    fewer, other = sky(3, seed=5), sky(3, seed=6)
    np.testing.assert_array_equal(fewer.fields.images, made.fields.images[:3])
    pd.testing.assert_frame_equal(fewer.truth, made.truth[:3])
    pd.testing.assert_frame_equal(fewer.sources, made.sources[: len(fewer.sources)])
    pd.testing.assert_frame_equal(fewer.catalogue, made.catalogue[: len(fewer.catalogue)])
    assert not np.array_equal(other.fields.images, fewer.fields.images, equal_nan=True)


def test_truth_is_the_place_of_the_drawn_host(made: Sky) -> None:
    host = made.sources[(made.sources["is_host"] > 0) & (made.sources["mag"] < hosts.FAINTEST_MAG)].set_index("row")
    known = made.truth[~made.truth["is_hostless"]]
    assert list(host.index) == list(known.index)
    apart, _ = offset(host["ra_deg"], host["dec_deg"], known["host_ra_deg"], known["host_dec_deg"])
    assert (apart < 1e-9).all()


@pytest.mark.parametrize(("east", "north"), [(8.0, 0.0), (0.0, 11.0), (-20.3, 14.9)])
def test_north_is_up_and_east_is_left(east: float, north: float) -> None:
    image = seen(one(mag=16.0, re_arcsec=1.5, east_arcsec=east, north_arcsec=north, bulge_share=0.5, axis_ratio=0.6))
    rows, columns = np.indices(image.shape)
    column, row = np.average(columns, weights=image), np.average(rows, weights=image)
    assert (239.5 - column) / 4 == pytest.approx(east, abs=0.02)
    assert (row - 239.5) / 4 == pytest.approx(north, abs=0.02)


def test_structure_keeps_the_centre_of_light_near_the_galaxys() -> None:
    image = seen(one(mag=15.0, re_arcsec=5.0, east_arcsec=5.0, bulge_share=0.2, bulge_size=0.3, axis_ratio=0.5))
    column = np.average(np.indices(image.shape)[1], weights=image)
    assert (239.5 - column) / 4 == pytest.approx(5.0, abs=0.5)


@pytest.mark.parametrize("pa_deg", [0.0, 30.0, 135.0])
def test_the_position_angle_goes_from_north_through_east(pa_deg: float) -> None:
    image = seen(one(mag=16.0, re_arcsec=0.9, axis_ratio=0.3, pa_deg=pa_deg), fwhm=2.0)
    rows, columns = np.indices(image.shape) - 239.5
    east, north = -columns, rows
    xx, xy, yy = (np.average(value, weights=image) for value in (east**2, east * north, north**2))
    error = np.degrees(np.arctan2(2 * xy, yy - xx)) / 2 - pa_deg
    assert (error + 90) % 180 - 90 == pytest.approx(0, abs=0.5)


@pytest.mark.parametrize("index", [1, 2, 4])
def test_profiles_hold_their_flux_and_half_of_it_within_their_radius(index: int) -> None:
    fluxes, widths = SERSIC[index]
    assert fluxes.sum() == pytest.approx(1, abs=1e-3)
    assert fluxes @ (1 - np.exp(-0.5 / widths**2)) == pytest.approx(0.5, abs=0.006)


def test_a_magnitude_is_a_flux() -> None:
    for is_star in (0.0, 1.0):
        image = seen(one(mag=20.0, re_arcsec=0.5, is_star=is_star))
        assert image.sum() == pytest.approx(100.0, rel=0.03)


def test_no_image_is_without_pixels_and_coarse_ones_have_a_rim(made: Sky) -> None:
    finite = np.isfinite(made.fields.images)
    assert (finite.mean(axis=(1, 2)) > 0.1).all()
    coarse = made.truth["is_coarse"].to_numpy()
    assert coarse.any()
    assert (finite[coarse].mean(axis=(1, 2)) <= (252 / 480) ** 2).all()
    assert finite[coarse][:, 236:244, 236:244].mean() > 0.9


def test_fields_lie_far_apart_with_some_at_ra_0_and_the_poles() -> None:
    ra, dec = places(2000, seed=3)
    unit = np.stack(
        [np.cos(np.radians(dec)) * np.cos(np.radians(ra)), np.cos(np.radians(dec)) * np.sin(np.radians(ra))]
    )
    unit = np.vstack([unit, np.sin(np.radians(dec))])
    cosine = (unit.T @ unit) - 2 * np.eye(len(ra))
    assert np.degrees(np.arccos(cosine.max())) > 0.2
    assert ((ra < 0.01) | (ra > 359.99)).sum() >= 40
    assert (dec > 89).any()
    assert (dec < -89).any()


@pytest.mark.parametrize("dec_deg", [0.0, 60.0, -89.99, 89.97])
def test_the_plane_meets_the_sphere_at_ra_0_and_the_poles(dec_deg: float) -> None:
    east, north = np.array([40.0, -70.0, 3.0]), np.array([-50.0, 20.0, 85.0])
    ra, dec = on_sphere(np.zeros(3), np.full(3, dec_deg), east, north)
    apart, angle = offset(np.zeros(3), np.full(3, dec_deg), ra, dec)
    np.testing.assert_allclose(apart, np.hypot(east, north), rtol=1e-6)
    np.testing.assert_allclose(angle, np.degrees(np.arctan2(east, north)) % 360, atol=1e-6)


def test_offsets_follow_those_of_real_hosts() -> None:
    drawn = [hosts.host(np.random.default_rng(k), hosts.LARGE_SHARE, hosts.FAINT_SHARE) for k in range(3000)]
    kept = [table for table in drawn if len(table["mag"]) and table["mag"][0] < hosts.FAINTEST_MAG]
    apart = [np.hypot(table["east_arcsec"][0], table["north_arcsec"][0]) for table in kept]
    assert 0.95 < len(kept) / len(drawn) < 0.975
    for share, real in REAL_OFFSETS.items():
        assert np.percentile(apart, share) == pytest.approx(real, rel=0.25)


def test_a_catalogue_lists_bright_sources_where_they_are_and_loses_faint_ones() -> None:
    rng = np.random.default_rng(4)
    bright = galaxies.joined(*(one(mag=18.0, re_arcsec=2.0, east_arcsec=20.0 * k, axis_ratio=0.5) for k in range(40)))
    listed = catalogue.listed(rng, bright, survey.survey(rng))
    assert len(listed["mag_r"]) >= 38
    assert np.abs(listed["east_arcsec"] - 20 * np.rint(listed["east_arcsec"] / 20)).max() < 0.5
    faint = bright | {"mag": np.full(40, 26.5)}
    assert len(catalogue.listed(rng, faint, survey.survey(rng))["mag_r"]) < 4


def test_sources_closer_than_a_blend_are_listed_once() -> None:
    rng = np.random.default_rng(2)
    pair = galaxies.joined(one(mag=18.0, re_arcsec=1.0), one(mag=19.0, re_arcsec=1.0, north_arcsec=0.6))
    listed = catalogue.listed(rng, pair, survey.survey(rng))
    assert len(listed["mag_r"]) == 1
    assert listed["mag_r"][0] == pytest.approx(18 - 2.5 * np.log10(1 + 10**-0.4), abs=0.15)


def test_a_star_that_varies_has_no_host_and_lies_at_the_transient():
    made = sky(8, 3, star_share=1.0)
    assert made.truth["is_hostless"].all()
    stars = made.sources[made.sources["is_star"] > 0]
    row = stars["row"].to_numpy()
    apart, _ = offset(stars["ra_deg"], stars["dec_deg"], made.fields.ra_deg[row], made.fields.dec_deg[row])
    assert (pd.Series(apart).groupby(row).min() < 4).all() and len(set(row)) == 8
