"""Stamps in units of their own: scale, sky, gaps and orientation."""

import numpy as np

from tests.plugins.classifiers.skies import NOISE, orientations, sky
from tom_alerce_like.plugins.classifiers.normalise import by_lines, filled, normalised


def test_noise_becomes_one_and_sky_nothing():
    seen = np.sinh(normalised(sky(20)))
    assert np.abs(np.median(seen, axis=(2, 3))).max() < 0.15
    np.testing.assert_allclose(seen.std(axis=(2, 3)), 1, atol=0.2)


def test_the_units_of_the_survey_do_not_matter():
    stamps = sky(3)
    stamps[:, :, 30, 30] += 40 * NOISE
    np.testing.assert_allclose(normalised(3 * stamps + 500), normalised(stamps), atol=1e-4)
    np.testing.assert_allclose(by_lines(3 * stamps), by_lines(stamps), atol=1e-4)


def test_gaps_stay_gaps_and_change_nothing_else():
    stamps = sky(2)
    stamps[0, 1, :10], stamps[0, 2, 5, 5], stamps[1, 0] = np.nan, np.inf, np.nan
    stamps[1, 1, 40, 40] = np.finfo(np.float32).min
    seen = normalised(stamps)
    assert np.isnan(seen[0, 1, :10]).all() and np.isnan(seen[0, 2, 5, 5]) and np.isnan(seen[1, 1, 40, 40])
    assert np.isnan(seen[1, 0]).all()
    assert np.isfinite(seen).sum() == (np.abs(stamps) < 1e30).sum()
    assert np.isfinite(by_lines(stamps)).all() and (filled(stamps)[1, 0] == 0).all()


def test_a_stamp_without_noise_keeps_its_scale():
    flat = np.full((1, 3, 63, 63), 7, np.float32)
    flat[0, :, 31, 31] = 8
    np.testing.assert_allclose(normalised(flat)[0, :, 31, 31], np.arcsinh(1))
    np.testing.assert_allclose(normalised(flat)[0, :, 0, 0], 0)
    assert np.isfinite(by_lines(np.zeros_like(flat))).all()


def test_a_turned_stamp_is_turned():
    stamps = sky(2)
    for turned, expected in zip(orientations(stamps), orientations(normalised(stamps)), strict=True):
        np.testing.assert_array_equal(normalised(turned), expected)
    rows_and_columns = by_lines(stamps)
    quarter = by_lines(np.ascontiguousarray(np.rot90(stamps, 1, axes=(2, 3))))
    np.testing.assert_allclose(quarter, np.rot90(rows_and_columns, 1, axes=(2, 3))[:, [3, 4, 5, 0, 1, 2]], atol=1e-5)


def test_sky_and_noise_of_lines():
    stamps = by_lines(sky(4))
    assert np.abs(stamps[:, [0, 1, 3, 4]].mean()) < 0.02
    np.testing.assert_allclose(stamps[:, [2, 5]].std(), 1, atol=0.05)
