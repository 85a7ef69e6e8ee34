"""Positions against astropy, nights and limits."""

from __future__ import annotations

import socket

import numpy as np
import pytest
from astropy.coordinates import FK5, AltAz, EarthLocation, SkyCoord, get_body
from astropy.time import Time
from astropy.utils import iers
from hypothesis import given, settings
from hypothesis import strategies as st

from tom_alerce_like.exceptions import ConfigurationError
from tom_alerce_like.plugins.scheduling import sky
from tom_alerce_like.plugins.scheduling.sites import OCS_SITES, Site, sites
from tom_alerce_like.plugins.scheduling.visibility import (
    Limits,
    altitude,
    dark_grid,
    dark_time,
    moon_distance,
    observable,
    observable_hours,
    sun_altitude,
)

TOLOLO = next(site for site in OCS_SITES if site.name == "Cerro Tololo")
NIGHTS_MJD = (58849.3, 60310.9, 61364.7)


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("visibility must not use the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with iers.conf.set_temp("auto_download", False):
        yield


def frame(site: Site, mjd: np.ndarray) -> AltAz:
    place = EarthLocation.from_geodetic(site.longitude_deg, site.latitude_deg, site.elevation_m)
    return AltAz(obstime=Time(mjd, format="mjd"), location=place)


@pytest.mark.parametrize("site", OCS_SITES, ids=lambda site: site.name)
@pytest.mark.parametrize("mjd", NIGHTS_MJD)
def test_altitude_is_within_2_arcsec_of_astropy(site, mjd):
    random = np.random.default_rng(int(mjd))
    ra_deg, dec_deg = random.uniform(0, 360, 300), np.degrees(np.arcsin(random.uniform(-1, 1, 300)))
    times = mjd + np.arange(0, 0.5, 0.05)
    stars = SkyCoord(ra_deg[:, None], dec_deg[:, None], unit="deg")
    theirs = stars.transform_to(frame(site, times[None])).alt.deg
    difference_arcsec = 3600 * np.abs(altitude(ra_deg, dec_deg, site, times) - theirs)[theirs > 10]
    assert len(difference_arcsec) > 500
    assert difference_arcsec.max() < 2


@pytest.mark.parametrize("mjd", NIGHTS_MJD)
def test_sun_and_moon_are_where_astropy_sees_them(mjd):
    times = mjd + np.arange(0, 1, 0.05)
    horizon = frame(TOLOLO, times)
    sun = get_body("sun", horizon.obstime, horizon.location).transform_to(horizon).alt.deg
    assert sun_altitude(TOLOLO, times) == pytest.approx(sun, abs=15 / 3600)
    moon = get_body("moon", horizon.obstime, horizon.location).transform_to(horizon).alt.deg
    sines = (sky.moon_vectors(TOLOLO, times) * sky.zenith_vectors(TOLOLO, times)).sum(axis=1)
    assert np.degrees(np.arcsin(sines)) == pytest.approx(moon, abs=1 / 60)


@pytest.mark.parametrize("site", OCS_SITES, ids=lambda site: site.name)
def test_a_night_begins_and_ends_when_the_sun_is_at_18_degrees(site):
    start, end = dark_time(site, 61364.7)
    assert 61364.7 <= start < end < 61366
    assert sun_altitude(site, end)[0] == pytest.approx(-18, abs=0.01)
    assert start == 61364.7 or sun_altitude(site, start)[0] == pytest.approx(-18, abs=0.01)
    assert (sun_altitude(site, np.linspace(start + 1e-3, end - 1e-3, 50)) < -18).all()


def test_a_night_in_progress_starts_now():
    start, end = dark_time(TOLOLO, 61365.2)
    assert start == 61365.2 and end == pytest.approx(dark_time(TOLOLO, 61364.8)[1], abs=1e-4)


def test_no_night_in_polar_summer_and_a_long_one_in_polar_winter():
    pole = Site("South Pole", 0, -90, 2835)
    assert dark_time(pole, 61391.0) is None
    assert dark_grid(pole, 61391.0).size == 0
    assert dark_time(pole, 61210.0) == (61210.0, 61212.0)
    assert observable_hours([10.0], [-80.0], [pole], 61391.0).tolist() == [[0.0]]


def test_limits_are_kept_at_every_moment():
    random = np.random.default_rng(5)
    ra_deg, dec_deg = random.uniform(0, 360, 500), random.uniform(-90, 90, 500)
    times = 61364.9 + np.arange(0, 0.6, 0.02)
    limits = Limits(max_airmass=1.5, min_moon_deg=40, sun_deg=-12)
    seen = observable(ra_deg, dec_deg, TOLOLO, times, limits)
    high = 1 / np.sin(np.radians(altitude(ra_deg, dec_deg, TOLOLO, times).clip(1))) <= 1.5
    dark = sun_altitude(TOLOLO, times) <= -12
    horizon = frame(TOLOLO, times)
    moon = get_body("moon", horizon.obstime, horizon.location)
    stars = SkyCoord(ra_deg[:, None], dec_deg[:, None], unit="deg").transform_to(horizon)
    apart_deg = stars.separation(moon.transform_to(horizon)).deg
    assert moon_distance(ra_deg, dec_deg, TOLOLO, times) == pytest.approx(apart_deg, abs=1 / 30)
    far = apart_deg >= 40
    assert seen.any()
    # a difference of arcminutes near the Moon may move single moments across the limit
    assert (seen != (high & dark & far)).mean() < 1e-3


@pytest.mark.parametrize("dec_deg", [-85.0, -60.0, 20.0])
def test_a_telescope_follows_so_far_from_the_meridian(dec_deg):
    mjd = 61364.9 + np.arange(0, 1, 0.005)
    limits = Limits(max_airmass=np.inf, min_moon_deg=0, sun_deg=90, max_hour_angle_deg=69)
    seen = observable(30.0, dec_deg, TOLOLO, mjd, limits)[0]
    horizon = frame(TOLOLO, mjd)
    star = SkyCoord(30.0, dec_deg, unit="deg").transform_to(horizon)
    sidereal_deg = horizon.obstime.sidereal_time("apparent", TOLOLO.longitude_deg).deg
    of_date = SkyCoord(30.0, dec_deg, unit="deg").transform_to(FK5(equinox=horizon.obstime[0]))
    hour_angle_deg = (sidereal_deg - of_date.ra.deg + 180) % 360 - 180
    near_limit = np.abs(np.abs(hour_angle_deg) - 69) < 0.1
    high = star.alt.deg > 0
    assert (seen == (high & (np.abs(hour_angle_deg) < 69)))[~near_limit].all()
    assert 0 < seen.sum() < len(mjd)


def test_a_date_beyond_the_earth_orientation_table_still_gives_an_answer():
    assert np.isfinite(altitude(10.0, -30.0, TOLOLO, [65000.0])).all()


def test_an_unknown_position_is_never_observable():
    assert observable_hours([np.nan, 30.0], [10.0, np.nan], OCS_SITES, 61364.7).sum() == 0


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 360), st.floats(-90, 90)), min_size=1, max_size=5),
    st.floats(58000, 62000),
)
def test_many_targets_give_what_each_gives_alone(places, mjd):
    ra_deg, dec_deg = np.array(places).T
    together = observable_hours(ra_deg, dec_deg, OCS_SITES, mjd)
    alone = [observable_hours([ra], [dec], OCS_SITES, mjd)[0] for ra, dec in places]
    assert together.tolist() == np.array(alone).tolist()


def test_sites_come_from_the_setting(settings):
    assert sites() == OCS_SITES
    settings.TOM_ALERCE_LIKE = {"SITES": {"Palomar": {"longitude_deg": -116.865, "latitude_deg": 33.356}}}
    assert sites() == (Site("Palomar", -116.865, 33.356),)


@pytest.mark.parametrize(
    "wanted", [{"P": {"longitude_deg": 1}}, {"P": {"longitude_deg": 1, "latitude_deg": 95}}, ["P"], {"P": 3}]
)
def test_a_site_that_cannot_be_says_what_to_write(settings, wanted):
    settings.TOM_ALERCE_LIKE = {"SITES": wanted}
    with pytest.raises(ConfigurationError, match="SITES"):
        sites()
