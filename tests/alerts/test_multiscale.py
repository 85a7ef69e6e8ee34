"""Multi-scale stamps: laws of nested levels, positions on the sky, edges, gaps, and real images."""

import itertools
import warnings

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tom_alerce_like.alerts.multiscale import MAX_LEVELS, SIZE_PX, around_pixel, around_sky, n_levels_within
from tom_alerce_like.exceptions import InputError

SEEDS = st.integers(0, 2**32 - 1)


def sky(shape, seed=0, gaps=0.0):
    rng = np.random.default_rng(seed)
    image = rng.normal(100, 10, shape)
    return np.where(rng.random(shape) < gaps, np.nan, image).astype(np.float32)


def paired(level, per_block=np.nanmean):
    """The 28 x 28 pixels in the middle of a level, 2 x 2 of them at a time."""
    blocks = level[1:-1, 1:-1].reshape(14, 2, 14, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # blocks of nothing
        return per_block(blocks, axis=(1, 3))


@given(SEEDS, st.floats(200, 280), st.floats(200, 280))
def test_the_middle_of_a_level_is_the_mean_of_the_level_before(seed, x_px, y_px):
    levels = around_pixel(sky((480, 480), seed), x_px, y_px).levels
    assert levels.shape == (5, SIZE_PX, SIZE_PX) and levels.dtype == np.float32
    for fine, coarse in itertools.pairwise(levels):
        np.testing.assert_allclose(coarse[8:-8, 8:-8], paired(fine), rtol=1e-5)


@given(SEEDS)
def test_flux_of_the_window_is_the_same_in_each_level(seed):
    image = sky((480, 480), seed)
    for number, level in enumerate(around_pixel(image, 239.5, 239.5).levels):
        half = 15 * 2**number
        window = image[240 - half : 240 + half, 240 - half : 240 + half].astype(float)
        assert level.astype(float).sum() * 4**number == pytest.approx(window.sum(), rel=1e-6)


@given(SEEDS, st.floats(0, 0.9))
def test_means_leave_gaps_out(seed, gaps):
    image = sky((64, 64), seed, gaps)
    image[::7, ::5] = np.inf
    made = around_pixel(image, 31.5, 31.5, 2).levels[1]
    middle = np.where(np.isfinite(image), image, np.nan)[2:62, 2:62].reshape(30, 2, 30, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        np.testing.assert_allclose(made, np.nanmean(middle.astype(float), axis=(1, 3)), rtol=1e-6)


@given(st.integers(1, 90), st.integers(1, 90), st.floats(-40, 130), st.floats(-40, 130), st.integers(1, 4))
def test_each_pixel_of_any_shape_lands_in_its_block(ny, nx, x_px, y_px, n_levels):
    image = sky((ny, nx))
    made = around_pixel(image, x_px, y_px, n_levels)
    left, bottom = np.rint([x_px, y_px] - made.offset_px + 0.5).astype(int)
    for number, level in enumerate(made.levels):
        wide = 30 * 2**number
        canvas = np.full((wide, wide), np.nan)
        for y in range(max(0, bottom - wide // 2), min(ny, bottom + wide // 2)):
            from_x, to_x = max(0, left - wide // 2), min(nx, left + wide // 2)
            if from_x < to_x:
                canvas[y - bottom + wide // 2, from_x - left + wide // 2 : to_x - left + wide // 2] = image[
                    y, from_x:to_x
                ]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            expected = np.nanmean(canvas.reshape(30, 2**number, 30, 2**number), axis=(1, 3))
        np.testing.assert_allclose(level, expected, rtol=1e-6)


@given(st.floats(20, 60), st.floats(20, 60), st.integers(0, 30), st.integers(0, 30))
def test_whole_pixels_of_translation_change_nothing(x_px, y_px, right, up):
    image = sky((120, 120))
    moved = np.full((150, 150), np.nan, np.float32)
    moved[up : up + 120, right : right + 120] = image
    expected, got = around_pixel(image, x_px, y_px, 3), around_pixel(moved, x_px + right, y_px + up, 3)
    assume(np.allclose(expected.offset_px, got.offset_px))  # a tie may round the other way
    np.testing.assert_array_equal(got.levels, expected.levels)


@given(st.floats(-1e6, 1e6))
def test_the_centre_is_within_half_a_pixel(x_px):
    made = around_pixel(sky((30, 30)), x_px, 14.5)
    assert abs(made.offset_px[0]) <= 0.5 and made.offset_px[1] == 0
    assert (x_px - made.offset_px[0] + 0.5) % 1 == pytest.approx(0, abs=1e-9)


def test_the_first_level_is_the_image_itself():
    image = sky((40, 50))
    np.testing.assert_array_equal(around_pixel(image, 24.6, 19.7).levels, image[None, 5:35, 10:40])


@given(arrays.arrays(np.float64, (3, 5), elements=st.floats(allow_nan=True, allow_infinity=True)))
def test_any_numbers_give_finite_means_or_nan(image):
    made = around_pixel(image, 2, 1, 3).levels
    assert not np.isinf(made).any()
    known = np.isfinite(image) & (np.abs(image) <= np.finfo(np.float32).max)
    assert np.isfinite(made[0]).sum() == known.sum()


@given(SEEDS, st.integers(0, 4))
def test_a_stack_is_its_images(seed, n):
    rng = np.random.default_rng(seed)
    stack, x_px = sky((n, 63, 70), seed, 0.1), rng.uniform(20, 50, n)
    together = around_pixel(stack, x_px, 31.0)
    assert together.levels.shape == (n, 2, 30, 30) and together.offset_px.shape == (n, 2)
    for number in range(n):
        alone = around_pixel(stack[number], x_px[number], 31.0)
        np.testing.assert_array_equal(together.levels[number], alone.levels)
        np.testing.assert_array_equal(together.offset_px[number], alone.offset_px)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf, 1e300, -1e300])
def test_a_position_that_is_none_fails_no_other(wrong):
    made = around_pixel(sky((2, 60, 60)), [wrong, 29.5], 29.5).levels
    assert np.isnan(made[0]).all() and np.isfinite(made[1]).all()


@pytest.mark.parametrize(
    ("shape", "expected"), [((1, 1), 1), ((59, 90), 1), ((63, 63), 2), ((480, 480), 5), ((9, 479, 900), 4)]
)
def test_as_many_levels_as_the_image_fills(shape, expected):
    assert n_levels_within(shape) == expected
    assert around_pixel(np.zeros(shape), 0, 0).levels.shape[-3:] == (expected, 30, 30)


def test_pixel_scale_doubles():
    np.testing.assert_array_equal(around_pixel(sky((120, 120)), 60, 60, pixel_scale=0.2).pixel_scale, [0.2, 0.4, 0.8])


@pytest.mark.parametrize(("shape", "n_levels"), [((9,), 1), ((1, 1, 9, 9), 1), ((9, 9), 0), ((9, 9), MAX_LEVELS + 1)])
def test_what_is_no_image_or_no_number_of_levels_is_refused(shape, n_levels):
    with pytest.raises(InputError):
        around_pixel(np.zeros(shape), 4, 4, n_levels)


def projection(angle_deg=0.0, flip=1, pixel_arcsec=0.25):
    made = WCS(naxis=2)
    made.wcs.ctype, made.wcs.crval, made.wcs.crpix = ["RA---TAN", "DEC--TAN"], [150.0, 2.2], [100.5, 80.5]
    angle = np.radians(angle_deg)
    turned = np.array([[-flip * np.cos(angle), np.sin(angle)], [flip * np.sin(angle), np.cos(angle)]])
    made.wcs.cd = turned * pixel_arcsec / 3600
    return made


@given(st.floats(0, 360), st.sampled_from([1, -1]), st.floats(149.997, 150.003), st.floats(2.197, 2.203))
def test_a_place_on_the_sky_is_found_however_the_image_is_turned(angle_deg, flip, ra_deg, dec_deg):
    wcs, image = projection(angle_deg, flip), np.zeros((160, 200))
    x_px, y_px = wcs.world_to_pixel_values(ra_deg, dec_deg)
    assume(abs(x_px % 1 - 0.5) > 1e-3 and abs(y_px % 1 - 0.5) > 1e-3)
    image[round(float(y_px)), round(float(x_px))] = 1
    made = around_sky(image, wcs, ra_deg, dec_deg)
    np.testing.assert_allclose(made.pixel_scale, [0.25, 0.5, 1.0], rtol=1e-6)
    row, column = np.unravel_index(np.nanargmax(made.levels[0]), (30, 30))
    assert made.levels[0, row, column] == 1
    assert [column, row] == [15 if offset_px > 0 else 14 for offset_px in made.offset_px]


def test_levels_keep_the_orientation_of_the_image():
    image = sky((120, 120))
    there, turned = around_pixel(image, 59.5, 59.5), around_pixel(np.rot90(image), 59.5, 59.5)
    np.testing.assert_allclose(turned.levels, np.rot90(there.levels, axes=(1, 2)), rtol=1e-6)


def test_a_place_behind_the_projection_gives_nan():
    assert np.isnan(around_sky(sky((60, 60)), projection(), 330.0, -2.2).levels).all()


@pytest.mark.data
@pytest.mark.parametrize(("band", "pixel_arcsec"), [("SDSS_r", 0.396), ("2MASS_K", 1.0), ("WISE_W1", 1.375)])
def test_real_images_hold_the_galaxy_in_every_level(data, band, pixel_arcsec):
    """IC 494, the host of SN 2010H, is brighter than its surroundings in the optical and the infrared."""
    with fits.open(data / "host_images" / f"SN2010H_{band}.fits") as units, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image, wcs = units[0].data, WCS(units[0].header)
    made = around_sky(image, wcs, 121.6006, 1.0361)
    assert made.pixel_scale[0] == pytest.approx(pixel_arcsec, rel=0.01)
    assert len(made.levels) == n_levels_within(image.shape) >= 3
    for level in made.levels:
        assert np.nanmean(level[12:18, 12:18]) > np.nanmean(level) + np.nanstd(level)


@pytest.mark.data
def test_bands_on_the_same_pixels_are_a_stack(data):
    with np.load(data / "host_images" / "SN2014fp_ps1_grizy_104px.npz") as file:
        bands = np.stack([file[band] for band in "grizy"])
    made = around_pixel(bands, 51.5, 51.5).levels
    assert made.shape == (5, 2, 30, 30) and np.isfinite(made).mean() > 0.9
