"""Images with parts that were not observed but have a number."""

import numpy as np
import pandas as pd
import pytest

from tom_alerce_like.plugins.hosts.associate import gathered
from tom_alerce_like.plugins.hosts.blank import unblanked
from tom_alerce_like.plugins.hosts.fields import Fields
from tom_alerce_like.plugins.hosts.image import looked

RNG = np.random.default_rng(3)


def fields(*images: np.ndarray) -> Fields:
    n = len(images)
    return Fields(np.array(images), np.linspace(10, 20, n), np.zeros(n), np.full(n, np.nan))


def sky(size: int = 120) -> np.ndarray:
    north, east = np.mgrid[:size, :size] - size / 2
    return RNG.normal(1000, 1, (size, size)).astype(np.float32) + 30 * np.exp(-((north - 9) ** 2 + east**2) / 60)


def test_edges_of_one_value_are_not_observed():
    padded, turned = sky(), sky()
    padded[:, :30] = 0
    padded[-1] = 0
    corner = np.add.outer(np.arange(120), np.arange(120)) < 70
    turned[corner] = -99
    made = unblanked(fields(padded, turned)).images
    np.testing.assert_array_equal(np.isnan(made[0]), padded == 0)
    assert np.isnan(made[1])[corner].mean() > 0.98 and not np.isnan(made[1])[~corner].any()


def test_what_is_padded_with_zeros_is_seen_as_what_is_padded_with_nan():
    zeros = sky()
    zeros[:, :30] = 0
    nan = np.where(zeros == 0, np.nan, zeros)
    one, other = looked(fields(zeros)), looked(fields(nan))
    pd.testing.assert_frame_equal(one.found.table, other.found.table)
    np.testing.assert_array_equal(one.seen.levels, other.seen.levels)


@pytest.mark.parametrize("constant", [0, 5, 1e6])
def test_a_constant_image_is_no_image(constant):
    image = np.full((120, 120), constant, np.float32)
    partly = np.where(np.arange(120) < 20, np.nan, image)
    seen = looked(fields(image, partly, sky()))
    assert seen.observed.tolist() == [False, False, True]
    assert set(seen.found.table["row"]) == {2}


def test_images_of_few_grey_levels_and_saturated_stars_stay():
    few = np.round(RNG.normal(0, 0.35, (120, 120))).astype(np.float32)
    saturated = sky()
    saturated[40:70, 40:70] = 65535
    dark = np.round(RNG.normal(0, 0.2, (120, 120))).astype(np.float32)
    made = unblanked(fields(few, dark, saturated)).images
    assert not np.isnan(made).any()


def test_an_image_without_blank_edges_is_not_copied():
    clean = fields(sky())
    assert unblanked(clean) is clean


def test_an_image_at_an_unknown_place_harms_no_other():
    places = fields(sky(), sky(), sky())
    places.ra_deg[1] = np.nan
    seen = looked(places)
    assert seen.observed.tolist() == [True, False, True]
    unknown = np.full(3, np.nan)
    made, _ = gathered(places.ra_deg, places.dec_deg, unknown, unknown, [], seen)
    assert set(made.candidates["row"]) == {0, 2} and made.places["has_image"].tolist() == [1, 0, 1]
