"""Star or galaxy: the laws of a module by columns and by pixels, shapes in units of the PSF, the truth, real alerts."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.alerts.synthetic import fits_bytes
from tests.conformance.module import ModuleConformance, random_alerts
from tom_alerce_like.alerts.schema import frame
from tom_alerce_like.plugins.classifiers.star_galaxy import StarGalaxyClassifier, evidence, psf, shape, sources
from tom_alerce_like.plugins.classifiers.star_galaxy.classifier import VERSION, WEIGHTS, decided, judges

PSF_PX = psf.USUAL_PX["ZTF"]


def scene(*placed: tuple[float, float, float, float], size: int = 63, seed: int = 0, noise: float = 1.0) -> np.ndarray:
    """Sky of 100 with noise, and Gaussian sources: (x, y) from the middle, width in pixels, light."""
    y, x = np.mgrid[:size, :size] - float(size // 2)
    image = np.random.default_rng(seed).normal(100, noise, (size, size))
    for dx, dy, width, light in placed:
        distance2 = (x - dx) ** 2 + (y - dy) ** 2
        image += light / (2 * np.pi * width**2) * np.exp(-distance2 / (2 * width**2))
    return image.astype(np.float32)


def stamped(*images: np.ndarray | None, survey: str = "ZTF") -> pd.DataFrame:
    """Alerts of which nothing is known but the template."""
    cut = [None if image is None else {"template": fits_bytes(image)} for image in images]
    names = [f"object {number}" for number in range(len(cut))]
    return frame({"survey": [survey] * len(cut), "object_id": names, "cutouts": cut})


def of_columns(**columns: float) -> float:
    """P(star) of an alert that holds these columns."""
    row = {name: [value] for name, value in columns.items()}
    return float(StarGalaxyClassifier().score(frame(row | {"survey": ["ZTF"], "object_id": ["one"]}))["star"].iloc[0])


class TestByColumns(ModuleConformance):
    @pytest.fixture
    def module(self):
        return StarGalaxyClassifier()

    @pytest.fixture
    def alerts(self):
        alerts = random_alerts(40)
        rng = np.random.default_rng(5)
        return alerts.assign(star_galaxy_score=rng.random(40), sharpness=rng.normal(0, 0.3, 40))


class TestByPixels(ModuleConformance):
    @pytest.fixture
    def module(self):
        return StarGalaxyClassifier()

    @pytest.fixture
    def alerts(self):
        widths = np.linspace(0.8, 3, 7) * PSF_PX
        images = [scene((number / 3, 1, width, 3000), seed=number) for number, width in enumerate(widths)]
        return stamped(*images, None, scene(), np.full((63, 63), np.nan, np.float32), images[1][:40])

    def test_what_is_wider_is_less_of_a_star(self, module, alerts):
        star = module.score(alerts)["star"].to_numpy()
        assert np.all(np.diff(star[:7]) <= 0) and star[1] > 0.9 and star[6] < 0.01
        assert np.isnan(star[7:10]).all() and star[10] > 0.5


def test_gaia_the_truth_is_no_evidence_and_neither_is_brightness():
    assert not [name for name in StarGalaxyClassifier.columns if "gaia" in name or name.endswith("_mag")]
    assert "real_bogus" not in StarGalaxyClassifier.columns


def test_each_piece_of_evidence_points_the_right_way():
    assert of_columns(star_galaxy_score=0.99) > 0.9 > 0.1 > of_columns(star_galaxy_score=0.01)
    ordinary, wide = ({"sharpness": value, "reference_source_chi": chi} for value, chi in ((0.0, 0.6), (0.4, 3.0)))
    assert of_columns(**ordinary) > 0.9 > 0.1 > of_columns(**wide)
    assert of_columns(star_galaxy_score=0.9, **ordinary) > of_columns(star_galaxy_score=0.9, **wide)


def test_a_score_of_one_half_is_none():
    assert np.isnan(of_columns(star_galaxy_score=0.5))
    known = {"sharpness": 0.0, "reference_source_chi": 0.6}
    assert of_columns(star_galaxy_score=0.5, **known) == of_columns(**known)


def test_a_reference_source_elsewhere_says_nothing_of_the_catalogued_one():
    alone = of_columns(star_galaxy_score=0.9)
    shape = {"sharpness": 0.4, "reference_source_chi": 3.0, "nearest_source_arcsec": 1.0}
    assert of_columns(star_galaxy_score=0.9, reference_source_arcsec=4.0, **shape) == alone
    assert of_columns(star_galaxy_score=0.9, reference_source_arcsec=1.2, **shape) < alone


def test_pixels_are_read_only_where_the_columns_do_not_decide(monkeypatch):
    asked = []
    real = evidence.pixels.stamps

    def watched(alerts, kinds):
        asked.extend(alerts.index)
        return real(alerts, kinds)

    monkeypatch.setattr(evidence.pixels, "stamps", watched)
    alerts = stamped(scene((0, 0, PSF_PX, 3000)), scene((0, 0, 2.5, 3000))).assign(star_galaxy_score=[0.5, 0.99])
    star = StarGalaxyClassifier().score(alerts)["star"]
    assert asked == [0] and star.min() > 0.9


def test_alerts_of_a_survey_without_a_known_psf_are_not_judged_by_pixels():
    assert StarGalaxyClassifier().score(stamped(scene((0, 0, 1, 3000)), survey="ATLAS")).isna().all(axis=None)


@given(st.floats(-8, 8), st.floats(-8, 8), st.floats(1.0, 2.0), st.floats(1.0, 1.5))
def test_the_shape_depends_on_width_over_psf_alone(dx, dy, width, psf_px):
    """Neither place within a pixel, nor light, nor the scale of pixel and PSF together matter."""
    found = []
    for scale, light in ((1.0, 1e5), (1.7, 3e5)):
        image = scene((dx, dy, width * psf_px * scale, light), noise=1e-3)[None] - 100.0
        at = [np.array([31.0 + round(value)]) for value in (dx, dy)]
        made = shape.measured(image, *at, np.array([psf_px * scale]), np.ones(1))
        found.append((made.core_light[0], made.inner_light[0]))
    expected = [_expected(scale, width) for scale in (shape.CORE, shape.INNER)]
    np.testing.assert_allclose(found[1], expected, atol=0.01)
    np.testing.assert_allclose(found[0], found[1], atol=0.03)


def _expected(scale, width):
    """Light of a round Gaussian under one Gaussian weight over that under another, in widths of the PSF."""
    under = [weight**2 / (weight**2 + width**2) for weight in (scale, shape.WHOLE)]
    return under[0] / under[1]


@given(st.floats(1, 4), st.floats(-1, 1))
def test_adaptive_widths_are_those_of_the_source(width, dx):
    image = scene((dx, 0.3, width, 1e5), noise=1e-6)[None] - 100.0
    middle = np.array([31.0])
    assert shape.widths(image, middle, middle)[0] == pytest.approx(width, rel=0.01)


@given(st.integers(0, 2**32 - 1), st.floats(0.5, 20), st.floats(0, 0.3))
def test_the_sky_is_found_under_sources_and_gaps(seed, noise, gaps):
    image = scene((3, 4, 4, 3e4), (-12, 9, 1, 1e4), seed=seed, noise=noise)
    image[np.random.default_rng(seed).random(image.shape) < gaps] = np.nan
    sky = sources.sky(image[None].astype(float))
    assert sky.level[0] == pytest.approx(100, abs=0.6 * noise)
    assert sky.noise[0] == pytest.approx(noise, rel=0.35)


def test_the_nearest_source_is_taken_not_the_brightest():
    image = scene((6, -4, 1, 500), (-15, 12, 1, 1e5)).astype(float)[None]
    sky = sources.sky(image)
    found = sources.nearest(sources.without_sky(image, sky), sky.noise)
    assert [float(value[0]) for value in found] == [37, 27]


def test_without_a_source_there_is_nothing_to_judge():
    images = np.stack([scene(seed=seed) for seed in range(20)]).astype(float)
    sky = sources.sky(images)
    assert np.isfinite(sources.nearest(sources.without_sky(images, sky), sky.noise)[0]).sum() <= 1


def test_the_first_judge_with_its_evidence_decides():
    one, other = judges(WEIGHTS)[1:3]
    table = pd.DataFrame({"score_logit": [2.0, np.nan, np.nan], "excess_width": [0.0, 0.0, np.nan], "chi_log": 0.0})
    said = decided(table, (one, other))
    assert said[0] == one.says(table)[0] and said[1] == other.says(table)[1] and np.isnan(said[2])


def test_the_weights_are_a_few_numbers_and_say_what_they_are():
    assert WEIGHTS.stat().st_size < 5_000 and json.loads(WEIGHTS.read_text())["version"] == VERSION
    *by_columns, by_pixels = judges(WEIGHTS)
    assert by_pixels.evidence == evidence.FROM_PIXELS and min(by_pixels.slopes) > 0
    assert {name for judge in by_columns for name in judge.evidence} == set(evidence.FROM_COLUMNS)
    for judge in by_columns:
        signs = {name: np.sign(slope) for name, slope in zip(judge.evidence, judge.slopes, strict=True)}
        assert signs == {name: 1 if name == "score_logit" else -1 for name in judge.evidence}
