"""Detections keep the conventions of the sky, and what holds for images holds for them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tom_alerce_like.plugins.hosts import passes
from tom_alerce_like.plugins.hosts.catalogue import COLUMNS
from tom_alerce_like.plugins.hosts.detect import EXTRA, detect
from tom_alerce_like.plugins.hosts.dlr import offset
from tom_alerce_like.plugins.hosts.fields import Fields
from tom_alerce_like.plugins.hosts.pixels import binned, filled, window
from tom_alerce_like.plugins.hosts.plane import to_plane, to_sky

SIZE, PIXEL = 240, 0.25


def galaxy(east=0.0, north=0.0, a=2.0, b=1.0, pa=0.0, peak=200.0, size=SIZE):
    """An image of a galaxy with Gaussian light, north up and east left."""
    step = (np.arange(size) - (size - 1) / 2) * PIXEL
    away_east, away_north = -step[None, :] - east, step[:, None] - north
    turn = np.radians(pa)
    along = away_east * np.sin(turn) + away_north * np.cos(turn)
    across = away_east * np.cos(turn) - away_north * np.sin(turn)
    return peak * np.exp(-((along / a) ** 2 + (across / b) ** 2) / 2)


def detections(image, pixel_arcsec):
    """The sources of one image, with no places on the sky."""
    nowhere = np.full(1, np.nan)
    return detect(Fields(np.asarray(image)[None], nowhere, nowhere, nowhere, pixel_arcsec))


def noise(seed=0, size=SIZE):
    return np.random.default_rng(seed).normal(0, 1, (size, size))


def brightest(table):
    return table.loc[table["flux"].idxmax()]


def fields(*images) -> Fields:
    ra = np.linspace(0, 359.99, len(images))
    return Fields(np.array(images, np.float32), ra, np.full(len(images), 89.9), np.full(len(images), np.nan), PIXEL)


@settings(max_examples=25, deadline=None)
@given(st.floats(-12, 12), st.floats(-12, 12), st.floats(0, 179.9), st.floats(1.5, 2.5))
def test_a_painted_ellipse_is_found_where_it_is_and_as_it_lies(east, north, pa, a):
    found = brightest(detections(noise(1) + galaxy(east, north, a, 0.9, pa), PIXEL))
    assert np.hypot(found["east_arcsec"] - east, found["north_arcsec"] - north) < 0.05
    assert abs((found["pa_deg"] - pa + 90) % 180 - 90) < 1.5
    assert found["moment_a_arcsec"] == pytest.approx(a, rel=0.06)
    assert found["moment_b_arcsec"] == pytest.approx(0.9, rel=0.06)
    assert found["b_arcsec"] / found["a_arcsec"] == pytest.approx(0.9 / a, rel=0.06)


def test_a_round_galaxy_holds_half_of_its_light_within_its_axes():
    found = brightest(detections(noise(2) + galaxy(5, 5, 1.5, 1.5, peak=500), PIXEL))
    assert found["r50_arcsec"] == pytest.approx(1.5 * np.sqrt(2 * np.log(2)), rel=0.03)
    assert np.sqrt(found["a_arcsec"] * found["b_arcsec"]) == pytest.approx(found["r50_arcsec"], rel=1e-6)


def test_the_light_is_that_of_the_source():
    found = brightest(detections(noise(3) + galaxy(3, -4, 2, 1, peak=500), PIXEL))
    assert found["flux"] == pytest.approx(500 * 2 * np.pi * 2 * 1 / PIXEL**2, rel=0.02)


@settings(max_examples=10, deadline=None)
@given(st.sampled_from([1e-9, 1e-3, 7.0, 1e4]), st.sampled_from([0.0, -50.0, 300.0]))
def test_unit_and_sky_level_change_nothing_but_the_light(unit, sky):
    image = noise(4) + galaxy(2, 3)
    plain, other = detections(image, PIXEL), detections((image + sky) * unit, PIXEL)
    same = ["east_arcsec", "north_arcsec", "a_arcsec", "b_arcsec", "snr", "compactness"]
    found, again = brightest(plain), brightest(other)
    np.testing.assert_allclose(again[same].astype(float), found[same].astype(float), rtol=0.01, atol=0.01)
    assert again["flux"] == pytest.approx(found["flux"] * unit, rel=0.01)


@pytest.mark.parametrize("across, up", [(8, 0), (0, -12), (-16, 20)])
def test_a_shift_of_the_image_shifts_the_source(across, up):
    image = noise(5) + galaxy(1, 2, pa=30)
    found, moved = (brightest(detections(one, PIXEL)) for one in (image, np.roll(image, (up, across), (0, 1))))
    assert moved["east_arcsec"] == pytest.approx(found["east_arcsec"] - across * PIXEL, abs=0.05)
    assert moved["north_arcsec"] == pytest.approx(found["north_arcsec"] + up * PIXEL, abs=0.05)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_turned_image_turns_source_and_angle(turns):
    image = noise(6) + galaxy(4, 1, pa=25)
    found, turned = (brightest(detections(one, PIXEL)) for one in (image, np.rot90(image, turns)))
    place = (found["east_arcsec"] + 1j * found["north_arcsec"]) * (1j) ** turns
    assert turned["east_arcsec"] == pytest.approx(place.real, abs=0.05)
    assert turned["north_arcsec"] == pytest.approx(place.imag, abs=0.05)
    assert (turned["pa_deg"] - found["pa_deg"] + 90 * turns + 90) % 180 == pytest.approx(90, abs=1)


@pytest.mark.parametrize(
    "image",
    [np.full((SIZE, SIZE), np.nan), np.zeros((SIZE, SIZE)), np.full((SIZE, SIZE), 7.5), np.zeros((0, 0))],
    ids=["unknown", "zero", "constant", "empty"],
)
def test_an_image_that_shows_nothing_has_no_sources(image):
    table = detections(image, PIXEL)
    assert table.empty
    assert list(table) == [*COLUMNS, *EXTRA]


def test_what_was_not_observed_hides_nothing_else():
    image = noise(7) + galaxy(3, 3)
    masked = image.copy()
    masked[:, :60] = np.nan
    masked[:, 200:] = np.nan
    plain, other = brightest(detections(image, PIXEL)), brightest(detections(masked, PIXEL))
    assert np.hypot(other["east_arcsec"] - plain["east_arcsec"], other["north_arcsec"] - plain["north_arcsec"]) < 0.05


def test_a_core_that_the_camera_blanked_is_still_the_centre():
    image = noise(8) + galaxy(-3, 2, 2, 2, peak=1000)
    image[galaxy(-3, 2, 2, 2, peak=1000) > 500] = np.nan
    found = brightest(detections(image, PIXEL))
    assert np.hypot(found["east_arcsec"] + 3, found["north_arcsec"] - 2) < 0.2


def test_a_galaxy_beside_a_bright_star_is_found():
    image = noise(9) + galaxy(0, 0, 1.0, 0.8, peak=60) + galaxy(-5, 0, 0.55, 0.55, peak=30000)
    image += galaxy(-5, 0, 2.5, 2.5, peak=100)
    table = detections(image, PIXEL)
    assert np.hypot(table["east_arcsec"], table["north_arcsec"]).min() < 0.5


def test_knots_name_the_galaxy_that_they_are_parts_of():
    knots = sum(galaxy(e, n, 0.5, 0.5, peak=60) for e, n in [(6, 1), (-5, -3), (-1, 6), (0.5, -6)])
    table = detections(noise(10) + galaxy(0, 0, 5, 4, peak=25) + knots, PIXEL)
    nearest = table.loc[np.hypot(table["east_arcsec"], table["north_arcsec"]).idxmin()]
    assert np.hypot(nearest["east_arcsec"], nearest["north_arcsec"]) < 2
    parts = table[table["parent"] != ""]
    assert len(parts) >= 3
    assert parts["parent"].isin(table["id"]).all()
    assert (parts["parent"] != parts["id"]).all()


def test_a_star_is_more_compact_than_a_galaxy():
    stars = sum(galaxy(e, n, 0.5, 0.5, peak=300) for e, n in [(10, 10), (-10, 10), (10, -10), (-12, -8)])
    table = detections(noise(11) + stars + galaxy(0, 0, 1.5, 1.5, peak=300), PIXEL)
    bright = table[table["snr"] > 50]
    at_centre = np.hypot(bright["east_arcsec"], bright["north_arcsec"]) < 1
    np.testing.assert_allclose(bright.loc[~at_centre, "compactness"], 1, atol=0.05)
    assert bright.loc[at_centre, "compactness"].max() < 0.7


def test_a_batch_is_its_single_fields():
    batch = fields(noise(12) + galaxy(2, 2), np.zeros((SIZE, SIZE)), noise(13) + galaxy(-4, 1, pa=70))
    table = detect(batch)
    assert table["id"].is_unique
    for row in range(len(batch)):
        single = detect(batch[row : row + 1])
        part = table[table["row"] == row].reset_index(drop=True)
        names = [name for name in table if name not in ("row", "id", "parent")]
        np.testing.assert_array_equal(
            part[names].to_numpy(object).astype(str), single[names].to_numpy(object).astype(str)
        )
    assert detect(batch[:0]).empty


def test_places_on_the_sky_are_those_of_the_offsets():
    batch = fields(noise(14) + galaxy(9, 0), noise(15) + galaxy(-3, -7))
    table = detect(batch)
    row = table["row"].to_numpy()
    apart, angle = offset(batch.ra_deg[row], batch.dec_deg[row], table["ra_deg"], table["dec_deg"])
    np.testing.assert_allclose(apart, np.hypot(table["east_arcsec"], table["north_arcsec"]), rtol=1e-6)
    expected = np.degrees(np.arctan2(table["east_arcsec"], table["north_arcsec"]))
    np.testing.assert_allclose((angle - expected + 180) % 360 - 180, 0, atol=1e-6)


@settings(max_examples=200, deadline=None)
@given(st.floats(-200, 200), st.floats(-200, 200), st.floats(0, 360), st.floats(-90, 90))
def test_plane_and_sky_undo_each_other(east, north, ra, dec):
    back = to_plane(*to_sky(east, north, ra, dec), ra, dec)
    np.testing.assert_allclose(back, (east, north), atol=1e-6)


def test_behind_the_plane_there_is_no_place():
    assert np.isnan(to_plane(180.0, 0.0, 0.0, 0.0)).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 4), st.integers(8, 21), st.integers(8, 21), st.integers(0, 99))
def test_binning_takes_means(bin_px, rows, columns, seed):
    image = np.random.default_rng(seed).normal(size=(rows, columns))
    made = binned(image, bin_px)
    high, wide = rows // bin_px, columns // bin_px
    expected = image[: high * bin_px, : wide * bin_px].reshape(high, bin_px, wide, bin_px).mean((1, 3))
    np.testing.assert_allclose(made, expected, rtol=1e-4, atol=1e-5)


def test_the_window_is_the_smallest_of_whole_bins():
    known = np.zeros((40, 60), bool)
    known[9:21, 30:33] = True
    assert window(known, 4) == (slice(8, 24), slice(28, 36))


def test_a_hole_takes_the_light_of_its_edge_and_a_large_one_stays():
    image = np.full((100, 100), 5.0, np.float32)
    known = np.ones(image.shape, bool)
    known[10:13, 10:13] = False
    known[40:, 40:] = False
    image[~known] = np.nan
    made, told = filled(image, known)
    assert np.isfinite(made).all()
    assert told[11, 11]
    assert made[11, 11] == 5
    assert not told[50, 50]


def test_the_core_of_a_large_galaxy_is_there_beside_its_lopsided_light():
    core, arm = galaxy(0, 0, 2, 2, peak=60), galaxy(8, -3, 6, 3, 60, peak=25)
    table = detections(noise(16) + galaxy(1, 0, 7, 5, peak=30) + core + arm, PIXEL)
    assert np.hypot(table["east_arcsec"], table["north_arcsec"]).min() < 1


def test_a_blend_of_too_many_parts_stays_whole(monkeypatch):
    tried = []

    def fragile(pixels, threshold, deblend_cont, **options):
        tried.append(deblend_cont)
        if deblend_cont < 1:
            raise Exception("object deblending overflow")
        return real(pixels, threshold, deblend_cont=deblend_cont, **options)

    real = passes.sep.extract
    monkeypatch.setattr(passes.sep, "extract", fragile)
    found = brightest(detections(noise(17) + galaxy(2, 2), PIXEL))
    assert np.hypot(found["east_arcsec"] - 2, found["north_arcsec"] - 2) < 0.1
    assert min(tried) < 1
