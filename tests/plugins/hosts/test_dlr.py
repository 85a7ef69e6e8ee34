"""Offsets and light radii against an independent construction: astropy's frames centred on the galaxy."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from hypothesis import given, settings
from hypothesis import strategies as st

from tom_alerce_like.plugins.hosts.dlr import completed, light_radius, offset

RA = st.floats(0, 360, exclude_max=True)
DEC = st.floats(-90, 90)
ANGLE = st.floats(0, 360)
AXIS = st.floats(0.5, 300)


def close_to(ra, dec, angle, apart_arcsec):
    return SkyCoord(ra, dec, unit="deg").directional_offset_by(angle * u.deg, apart_arcsec * u.arcsec)


@settings(deadline=None)
@given(RA, DEC, RA, DEC)
def test_offset_is_astropys_separation_anywhere_on_the_sky(ra, dec, to_ra, to_dec):
    apart, _ = offset(ra, dec, to_ra, to_dec)
    expected = SkyCoord(ra, dec, unit="deg").separation(SkyCoord(to_ra, to_dec, unit="deg")).arcsec
    assert apart == pytest.approx(expected, rel=1e-9, abs=1e-6)


@settings(deadline=None)
@given(RA, st.floats(-89.99, 89.99), ANGLE, st.floats(0.01, 900))
def test_angle_goes_from_north_through_east(ra, dec, angle, apart_arcsec):
    there = close_to(ra, dec, angle, apart_arcsec)
    apart, found = offset(ra, dec, there.ra.deg, there.dec.deg)
    assert apart == pytest.approx(apart_arcsec, abs=1e-6)
    assert np.cos(np.radians(found - angle)) == pytest.approx(1, abs=1e-8)


@settings(deadline=None)
@given(RA, st.floats(-89.9, 89.9), AXIS, AXIS, ANGLE, ANGLE, st.floats(0.01, 300))
def test_normalised_offset_is_that_of_a_frame_turned_with_the_galaxy(ra, dec, a, b, pa, angle, apart_arcsec):
    there = close_to(ra, dec, angle, apart_arcsec)
    # the frame's latitude runs along the major axis
    inside = there.transform_to(SkyCoord(ra, dec, unit="deg").skyoffset_frame(rotation=pa * u.deg))
    expected = np.hypot(inside.lat.arcsec / a, inside.lon.wrap_at("180d").arcsec / b)
    apart, found = offset(ra, dec, there.ra.deg, there.dec.deg)
    assert apart / light_radius(a, b, pa, found) == pytest.approx(expected, rel=1e-5, abs=1e-6)


@settings(deadline=None)
@given(AXIS, AXIS, ANGLE, ANGLE)
def test_light_radius_lies_between_the_axes_and_forgets_half_turns(a, b, pa, angle):
    radius = light_radius(a, b, pa, angle)
    assert min(a, b) * (1 - 1e-9) <= radius <= max(a, b) * (1 + 1e-9)
    assert light_radius(a, b, pa + 180, angle) == pytest.approx(radius)


@pytest.mark.parametrize(("angle", "radius"), [(30, 20), (210, 20), (120, 10), (300, 10)])
def test_a_galaxy_at_30_degrees_is_long_in_the_north_east(angle, radius):
    assert light_radius(20, 10, 30, angle) == pytest.approx(radius)


def test_one_arcsec_east_is_one_arcsec_at_high_declination():
    # 1 arcsec of right ascension is cos(dec) arcsec on the sky
    apart, angle = offset(0.0, 80.0, 1 / 3600, 80.0)
    assert apart == pytest.approx(np.cos(np.radians(80)), rel=1e-6)
    assert angle == pytest.approx(90, abs=0.01)


def test_right_ascension_wraps():
    apart, angle = offset(359.9999, 0.0, 0.0001, 0.0)
    assert apart == pytest.approx(0.72)
    assert angle == pytest.approx(90)


def test_gaps_in_shapes_become_circles():
    a, b, pa = completed([np.nan, 8, 9, 9], [np.nan, np.nan, 4, 4], [np.nan, 45, np.nan, 45], unknown_arcsec=6)
    np.testing.assert_allclose(a, [6, 8, 6, 9])
    np.testing.assert_allclose(b, [6, 8, 6, 4])
    np.testing.assert_allclose(pa, [0, 45, 0, 45])
