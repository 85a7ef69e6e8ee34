"""The laws of a source of images around transients.

Inherit from `ImageSourceConformance` and give fixtures ``source``, ``places`` (right ascensions and declinations in
degrees: images for some of them, none for others) and ``broken`` (a source of the kind that cannot answer).
"""

from __future__ import annotations

import numpy as np
import pytest

from tom_alerce_like.plugins.hosts.images import ImageSource, Seen


class ImageSourceConformance:
    """Every law of a source of images, each a test."""

    @pytest.fixture
    def source(self) -> ImageSource:
        raise NotImplementedError("give the source in a fixture of this name")

    @pytest.fixture
    def places(self) -> tuple[np.ndarray, np.ndarray]:
        raise NotImplementedError("give places in a fixture of this name")

    @pytest.fixture
    def broken(self) -> ImageSource:
        raise NotImplementedError("give a source that cannot answer in a fixture of this name")

    @pytest.fixture
    def seen(self, source, places) -> Seen:
        return source.fields(*places, np.arange(len(places[0])) / 10)

    def test_images_are_of_the_one_grid(self, places, seen):
        assert seen.fields.images.shape == (len(places[0]), 480, 480) and seen.fields.images.dtype == np.float32
        assert seen.fields.pixel_arcsec == 0.25
        np.testing.assert_array_equal([seen.fields.ra_deg, seen.fields.dec_deg], places)
        np.testing.assert_array_equal(seen.fields.redshift, np.arange(len(places[0])) / 10)

    def test_it_says_which_places_have_an_image(self, source, seen):
        has = np.isfinite(seen.fields.images).any(axis=(1, 2))
        assert 0 < has.sum() < len(has)
        assert seen.source == tuple(source.name if one else "" for one in has)
        assert seen.problems == ()

    def test_many_places_give_what_single_places_give(self, source, places, seen):
        for number, (ra, dec) in enumerate(zip(*places, strict=True)):
            alone = source.fields(np.array([ra]), np.array([dec]), np.array([np.nan]))
            np.testing.assert_array_equal(alone.fields.images[0], seen.fields.images[number])

    def test_no_places_and_unknown_places_give_nothing(self, source):
        assert source.fields(np.empty(0), np.empty(0), np.empty(0)).source == ()
        unknown = source.fields(np.array([np.nan]), np.array([np.nan]), np.array([np.nan]))
        assert unknown.source == ("",) and unknown.problems == ()

    def test_one_that_cannot_answer_says_so_and_raises_nothing(self, broken, places):
        seen = broken.fields(*places, np.zeros(len(places[0])))
        assert np.isnan(seen.fields.images).all() and set(seen.source) == {""}
        assert seen.problems and all(problem.startswith(f"{broken.name}: ") for problem in seen.problems)
