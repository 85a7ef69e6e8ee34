"""What the choice model learns from."""

import numpy as np
import pytest

from tom_alerce_like.plugins.hosts import choice, choice_lessons
from tom_alerce_like.plugins.hosts.choice_examples import read
from tom_alerce_like.plugins.hosts.simulate import sky

N, PASSES = 8, 2


@pytest.fixture(scope="module")
def lessons(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lessons")
    choice_lessons.kept(folder, 7, sky(N, 7, coarse_share=0.0))
    return folder


def test_a_lesson_gives_each_field_once_a_pass_and_tells_its_host(lessons):
    made = read(lessons, PASSES, 0.0)
    assert made.exists.shape[0] == len(made.places) == PASSES * N
    assert not (made.is_host & ~made.exists).any()
    assert made.is_host.any(axis=1).mean() > 0.6
    assert set(made.kind) <= set(range(len(choice.KINDS)))


def test_what_is_taken_away_is_not_known(lessons):
    whole, bare = read(lessons, 1, 0.0), read(lessons, 1, 1.0)
    assert np.isfinite(whole.candidates[whole.exists]).mean() > np.isfinite(bare.candidates[bare.exists]).mean()


def test_stars_that_vary_fill_some_seeds_only():
    assert choice_lessons.shares(choice_lessons.ALL_STARS)["star_share"] == 1.0
    assert choice_lessons.shares(choice_lessons.ALL_STARS + 1)["star_share"] < 0.1
