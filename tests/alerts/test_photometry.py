"""Magnitudes, fluxes and time scales."""

import numpy as np
import pytest
from astropy.time import Time
from erfa import leap_seconds
from hypothesis import given, settings
from hypothesis import strategies as st

from tom_alerce_like.alerts import photometry

MAGS = st.floats(-5, 35)
LEAP_DAYS_MJD = Time(
    [f"{row['year']}-{row['month']:02d}-01" for row in leap_seconds.get() if row["year"] >= 1972], scale="utc"
).mjd
ERRORS = st.floats(1e-6, 5)


@given(MAGS, ERRORS)
def test_magnitude_to_flux_and_back(mag, mag_err):
    assert photometry.mag_from_flux(*photometry.flux_from_mag(mag, mag_err)) == pytest.approx((mag, mag_err), rel=1e-9)


@given(st.floats(1e-3, 1e12), st.floats(0, 1e6))
def test_the_magnitude_is_that_of_the_size_of_the_flux(flux, flux_err):
    assert photometry.mag_from_flux(-flux, flux_err) == photometry.mag_from_flux(flux, flux_err)


def test_an_ab_magnitude_is_3631_jy_at_zero():
    flux_njy, _ = photometry.flux_from_mag(0.0)
    assert flux_njy == pytest.approx(3631e9, rel=1e-3)


def test_errors_follow_the_slope():
    mag, step = 20.0, 1e-5
    slope = (photometry.flux_from_mag(mag - step)[0] - photometry.flux_from_mag(mag + step)[0]) / (2 * step)
    assert photometry.flux_from_mag(mag, 0.2)[1] == pytest.approx(0.2 * slope)


@pytest.mark.parametrize("flux", [0.0, np.nan, np.inf, -np.inf])
def test_no_magnitude_without_a_flux(flux):
    assert np.isnan(photometry.mag_from_flux(flux, 1.0)).all()


@settings(deadline=None)
@given(st.lists(st.floats(41400, 70000), min_size=1, max_size=20))
def test_tai_to_utc_is_astropys(mjd):
    late = Time(58000, format="mjd", scale="tai")
    # astropy warns of years far in the future, where leap seconds are not known to anybody
    known = np.minimum(mjd, late.mjd)
    expected = Time(known, format="mjd", scale="tai").utc.mjd
    # on a day that ends with a leap second, astropy's day fraction runs slower by up to that second
    short = np.isin(np.floor(expected) + 1, LEAP_DAYS_MJD)
    assert (np.abs(photometry.utc_from_tai(known) - expected) <= np.where(short, 1.01 / 86400, 1e-9)).all()


@pytest.mark.parametrize(("utc", "offset_s"), [(57203.9, 35), (57204.1, 36), (57753.9, 36), (57754.1, 37), (61000, 37)])
def test_leap_seconds_count_from_the_day_they_were_added(utc, offset_s):
    assert photometry.utc_from_tai(utc + offset_s / 86400) == pytest.approx(utc, abs=1e-10)


def test_jd_to_mjd():
    assert photometry.mjd_from_jd([2400000.5, 2460000.75]).tolist() == [0.0, 60000.25]
