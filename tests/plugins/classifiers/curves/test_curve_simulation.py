"""Simulated light curves: cadences, what is seen of a source, and what the models give."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tom_alerce_like.cosmology import distance_modulus_mag, luminosity_distance_mpc
from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.curves.simulate import Templates, lsst, observe, others, unpacked, ztf
from tom_alerce_like.plugins.classifiers.curves.simulate import kilonova as kilonovae
from tom_alerce_like.plugins.classifiers.curves.simulate.light import (
    njy,
    redshift_at,
)
from tom_alerce_like.plugins.classifiers.curves.simulate.photosphere import Photosphere

CADENCES = pytest.mark.parametrize("cadence", [ztf, lsst])


@CADENCES
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), first=st.floats(-60, 0), length=st.floats(1, 90))
def test_visits_are_in_order_and_within_their_time(cadence, seed, first, length):
    visits = cadence(20, first, first + length, np.random.default_rng(seed))
    order = np.lexsort((visits.days, visits.row))
    np.testing.assert_array_equal(order, np.arange(len(order)))
    assert ((visits.days > first - 4) & (visits.days < first + length + 2)).all()
    assert (visits.noise_njy > 0).all() and set(visits.band) <= set(range(6))


@CADENCES
def test_a_seed_gives_the_same_table(cadence):
    def fluxes():
        rng = np.random.default_rng(3)
        return Curves.of(observe(lambda row, days, band: njy(19.0 + 0 * days), cadence(5, 0, 30, rng), rng)).flux_njy

    np.testing.assert_array_equal(fluxes(), fluxes())


@CADENCES
def test_what_is_bright_is_detected_and_what_is_faint_is_not(cadence):
    rng = np.random.default_rng(0)
    visits = cadence(40, 0, 40, rng)
    bright = Curves.of(observe(lambda row, days, band: njy(15.0 + 0 * days), visits, rng))
    assert bright.is_detection.mean() > 0.99
    assert abs(np.nanmedian(bright.mag) - 15) < 0.02
    assert len(observe(lambda row, days, band: njy(28.0 + 0 * days), visits, rng)) < 8


def test_a_source_that_is_not_found_gives_limits_of_ztf_and_forced_photometry_of_lsst():
    rng = np.random.default_rng(0)

    def light(row, days, band):
        return np.where((days > 10) & (days < 20), njy(18.0), 0.0)

    of_ztf, of_lsst = (Curves.of(observe(light, cadence(20, 0, 40, rng), rng)) for cadence in (ztf, lsst))
    assert np.isfinite(of_ztf.limit_mag[~of_ztf.is_detection]).all() and not of_ztf.is_forced.any()
    assert np.isfinite(of_lsst.flux_njy).all() and of_lsst.is_forced.all()


def test_distances_are_those_of_the_cosmology():
    # Hogg 1999, astro-ph/9905116, by the integral: z = 1 at 6607 Mpc
    assert luminosity_distance_mpc(np.array(1.0)) == pytest.approx(6607, rel=2e-3)
    assert redshift_at(luminosity_distance_mpc(np.array([0.01, 0.5]))) == pytest.approx([0.01, 0.5], rel=1e-3)


def test_a_black_body_has_the_flux_of_the_sun_at_ten_parsec():
    z = redshift_at(np.array([1e2]))
    sun = Photosphere(np.array([0.0, 9.0]), np.full((1, 2), 3.83e33), np.full((1, 2), 5772.0), z)
    row, band = np.zeros(1, int), np.array([2])
    mag = 31.4 - 2.5 * np.log10(sun(row, np.ones(1), band)) - distance_modulus_mag(z)
    # absolute AB magnitude of the Sun in r: Willmer 2018, doi:10.3847/1538-4365/aabfdf
    assert mag == pytest.approx(4.65, abs=0.15)


@pytest.mark.parametrize("draw", [kilonovae.draw, kilonovae.draw_layered])
def test_kilonovae_fade_within_days_and_faster_in_the_blue(draw):
    n = 50
    light = draw(np.full(n, 0.0093), np.random.default_rng(2))
    mags = {
        (day, band): 31.4 - 2.5 * np.log10(light(np.arange(n), np.full(n, day), np.full(n, band)))
        for day in (1.0, 3.0)
        for band in (1, 3)
    }
    assert 16.5 < np.median(mags[1.0, 1]) < 19
    blue, red = (np.median(mags[3.0, band] - mags[1.0, band]) / 2 for band in (1, 3))
    assert 1 < blue < 3 and 0.3 < red < blue


def test_one_zone_gives_the_kilonova_of_2017():
    """The fit of Villar+2017, table 2, at 40 Mpc: r 17.5 mag a day after the merger and 19.1 after 2.5 days."""
    z = redshift_at(np.array([40.0]))
    parts = ((0.02, 0.27, 0.5, 674.0), (0.047, 0.15, 3.0, 1308.0), (0.011, 0.14, 10.0, 3745.0))
    made = [kilonovae.one_zone(*(np.array([value]) for value in part), z) for part in parts]
    for day, mag in ((1.0, 17.48), (2.5, 19.11)):
        flux = sum(part(np.zeros(1, int), np.array([day]), np.array([2])) for part in made)
        assert 31.4 - 2.5 * np.log10(flux) == pytest.approx(mag, abs=0.4)


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng: others.tidal_disruption(np.full(9, 0.05), rng),
        lambda rng: others.shock_cooling(np.full(9, 0.02), rng),
        lambda rng: others.fast_blue(np.full(9, 0.05), rng),
        *(lambda rng, f=f: f(9, 20.0, rng) for f in (others.afterglow, others.dwarf_nova, others.stellar_flare)),
        lambda rng: others.active_nucleus(9, 20.0, rng),
    ],
)
def test_light_is_finite_at_all_times_in_all_bands(draw):
    light = draw(np.random.default_rng(1))
    row, days, band = (grid.ravel() for grid in np.meshgrid(np.arange(9), np.linspace(-50, 90, 300), np.arange(6)))
    flux = light(row, days, band)
    assert np.isfinite(flux).all() and (flux != 0).any()


def test_random_walks_forget_after_their_time():
    n, tau = 4000, 10.0
    walk = others.random_walk(np.full(n, tau), np.random.default_rng(0))
    now, later = (walk(np.arange(n), np.full(n, day)) for day in (0.0, 10.0))
    assert now.var() == pytest.approx(1, abs=0.1)
    assert (now * later).mean() == pytest.approx(np.exp(-1), abs=0.07)


@pytest.mark.data
def test_supernovae_of_templates_have_their_colours_and_decline(data):
    with unpacked(data) as folder:
        made = Templates.of(folder, "ZTF", ("hsiao",), np.random.default_rng(0))
    light = made.light(np.zeros(1, int), np.array([0.02]), np.array([-19.3]))

    def mag(day, band):
        return 31.4 - 2.5 * np.log10(light(np.zeros(1, int), np.array([day]), np.array([band])))

    peak = -19.3 + distance_modulus_mag(np.array([0.02]))
    assert mag(0.0, 1) == pytest.approx(peak, abs=0.25) and mag(0.0, 2) == pytest.approx(peak, abs=0.3)
    assert 0.5 < mag(15.0, 1) - mag(0.0, 1) < 1.2
    assert made.light(np.zeros(1, int), np.array([0.02]), np.array([0.0]))(
        np.zeros(1, int), np.array([500.0]), np.array([1])
    ) == pytest.approx(0)
