"""Simulated stamps: shapes, flux, sign, gaps, and the same from the same seed."""

import numpy as np
import pytest

from tests.plugins.classifiers.skies import NOISE, backgrounds, sky
from tom_alerce_like.plugins.classifiers.pixels import SIZE_PX
from tom_alerce_like.plugins.classifiers.simulate import ARTEFACTS, REAL, Backgrounds, edge, examples
from tom_alerce_like.plugins.classifiers.simulate.galaxy import seen_through, sersic
from tom_alerce_like.plugins.classifiers.simulate.mix import EFFECTS, as_sent
from tom_alerce_like.plugins.classifiers.simulate.psf import moffat
from tom_alerce_like.plugins.classifiers.simulate.scene import CENTRE_PX, GAIN, Scene, photon_noise

CORE = (slice(None), slice(CENTRE_PX - 3, CENTRE_PX + 4), slice(CENTRE_PX - 3, CENTRE_PX + 4))


def rng(seed=0):
    return np.random.default_rng(seed)


def empty():
    """A scene without noise."""
    return Scene(np.zeros((3, SIZE_PX, SIZE_PX), np.float32), NOISE, 2.0, 2.4)


def test_shapes_names_and_gaps():
    stamps, names = examples(120, backgrounds(), rng())
    assert stamps.shape == (120, 3, SIZE_PX, SIZE_PX) and stamps.dtype == np.float32
    assert set(names) <= set(REAL) | set(ARTEFACTS) and len(set(names)) > 10
    assert not np.isinf(stamps).any() and np.isfinite(stamps).any(axis=(2, 3)).all()
    # what is missing is missing in all three images
    gaps = np.isnan(stamps)
    assert gaps.any() and (gaps == gaps[:, :1]).all()


def test_a_seed_is_a_simulation():
    (first, names), (again, _), (other, _) = (examples(20, backgrounds(), rng(seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert len(names) == 20 and not np.array_equal(first, other, equal_nan=True)


def test_kinds_can_be_chosen():
    assert set(examples(10, backgrounds(), rng(), ["ghost", "dipole"])[1]) == {"ghost", "dipole"}


@pytest.mark.parametrize("fwhm_px", [1.6, 2.0, 3.4])
def test_a_point_source_has_its_flux_width_and_place(fwhm_px):
    fine = moffat(fwhm_px, (2.0, -3.0))
    assert fine.sum() == pytest.approx(1, abs=0.03)
    assert np.unravel_index(fine.argmax(), fine.shape) == (CENTRE_PX + 2, CENTRE_PX - 3)
    # half of the peak at half of the width, along both axes also of an elongated source
    half = moffat(fwhm_px, (0.0, fwhm_px / 2))
    assert half[CENTRE_PX, CENTRE_PX] == pytest.approx(moffat(fwhm_px).max() / 2, rel=1e-6)
    long = moffat(fwhm_px, elongation=1.5)
    assert long.sum() == pytest.approx(fine.sum(), abs=0.03)
    assert long[CENTRE_PX, CENTRE_PX + 2] > long[CENTRE_PX + 2, CENTRE_PX]


def test_a_galaxy_has_its_flux_before_and_after_the_atmosphere():
    light = sersic(1.0, 3.0, 0.5, 0.3, (1.0, 0.0))
    assert light.sum() == pytest.approx(1)
    blurred = seen_through(light, 2.5)
    assert blurred.sum() == pytest.approx(1, abs=0.03) and blurred.max() < light.max()
    y, x = np.average(np.indices(light.shape).reshape(2, -1), axis=1, weights=blurred.ravel())
    assert (y - CENTRE_PX, x - CENTRE_PX) == (pytest.approx(1, abs=0.1), pytest.approx(0, abs=0.1))


def test_signal_to_noise_is_what_was_asked_for():
    scene = empty()
    psf = moffat(scene.psf_px)
    # of a matched filter
    snr = np.sqrt((psf**2).sum()) * scene.flux(20) / NOISE
    assert snr == pytest.approx(20, rel=0.03)


def test_photon_noise():
    light = np.full((200, 200), 50.0)
    assert photon_noise(light, rng()).std() == pytest.approx(np.sqrt(50 / GAIN), rel=0.02)


@pytest.mark.parametrize("kind", REAL)
def test_what_is_real_is_a_change_of_light_in_the_middle(kind):
    for seed in range(10):
        scene = empty()
        EFFECTS[kind](scene, rng(seed))
        difference = as_sent(scene.images)[2]
        assert difference[CORE[1:]].max() == difference.max() > 3 * NOISE / 10
        # science less template is the difference where the seeing was the same
        if kind in ("hostless", "minor_planet"):
            assert (scene.template == 0).all()
            np.testing.assert_array_equal(scene.science, scene.difference)


@pytest.mark.parametrize("kind", ["mismatch", "dipole"])
def test_light_that_did_not_change_sums_to_little(kind):
    for seed in range(10):
        scene = empty()
        EFFECTS[kind](scene, rng(seed))
        assert abs(scene.difference.sum()) < 0.05 * scene.science.sum()
        assert np.abs(scene.difference).max() > 2 * NOISE


@pytest.mark.parametrize("kind", ["cosmic_ray", "hot_pixels", "bad_line", "ghost"])
def test_what_the_camera_adds_is_not_in_the_template(kind):
    for seed in range(10):
        scene = empty()
        EFFECTS[kind](scene, rng(seed))
        assert (scene.template == 0).all()
        np.testing.assert_allclose(scene.science, scene.difference)
        assert np.abs(scene.difference[CORE[1:]]).max() > NOISE / 2


def test_all_stars_are_left_of_a_template_that_was_scaled_wrongly():
    scene = empty()
    EFFECTS["unsubtracted"](scene, rng(2))
    alike = np.corrcoef(scene.difference.ravel(), scene.science.ravel())[0, 1]
    assert abs(alike) > 0.95 and np.abs(scene.difference).max() < scene.science.max()


def test_what_faded_is_sent_as_a_peak():
    images = sky(1)[0]
    images[2, 30:33, 30:33] -= 30 * NOISE
    sent = as_sent(images)
    np.testing.assert_array_equal(sent, images * np.array([1, 1, -1])[:, None, None])
    np.testing.assert_array_equal(as_sent(sent), sent)


def test_edges_and_masks_leave_the_middle():
    for seed in range(30):
        for effect in (edge.cut, edge.mask):
            images = sky(1)[0]
            effect(images, rng(seed))
            assert np.isnan(images).any() and np.isfinite(images[:, CENTRE_PX, CENTRE_PX]).all()


class TestBackgrounds:
    def test_the_source_is_covered_by_sky_in_all_images(self):
        stamps = sky(4)
        stamps[:, :, CENTRE_PX - 1 : CENTRE_PX + 2, CENTRE_PX - 1 : CENTRE_PX + 2] += 1000
        scene = Backgrounds.of_stamps(stamps, np.full(4, 2.0)).scene(rng())
        assert np.abs(scene.images[CORE] - np.array([200, 200, 0])[:, None, None]).max() < 6 * NOISE
        assert scene.noise == pytest.approx(NOISE, rel=0.1)

    def test_the_stamps_stay_as_they_were(self):
        known = backgrounds(3)
        before = known.stamps.copy()
        examples(20, known, rng())
        np.testing.assert_array_equal(known.stamps, before)

    def test_incomplete_stamps_and_haloes_are_left_out(self):
        stamps = sky(5)
        stamps[0, 1, 0, 0], stamps[1, 0, 5] = np.nan, np.finfo(np.float32).min
        radius = np.hypot(*(np.indices((SIZE_PX, SIZE_PX)) - CENTRE_PX))
        stamps[2, :2] += 500 * np.exp(-radius / 8)
        kept = Backgrounds.of_stamps(stamps, np.array([2, 2, 2, np.nan, 9.0]))
        np.testing.assert_array_equal(kept.stamps, stamps[3:])
        assert (kept.fwhm_px > 1.5).all() and (kept.fwhm_px < 3.5).all()
