"""Kinds of variable stars: the laws, what the features do not depend on, the weights, real stars."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conformance.module import ModuleConformance
from tom_alerce_like.plugins.classifiers.curves import Curves, sets
from tom_alerce_like.plugins.classifiers.variable_star import VariableStarClassifier, cycle, evaluate, features, slow
from tom_alerce_like.plugins.classifiers.variable_star.classifier import CLASSES, VERSION, WEIGHTS
from tom_alerce_like.plugins.classifiers.variable_star.series import FEWEST, Series
from tom_alerce_like.serving import notes, session
from tom_alerce_like.taxonomy import is_conditional, names_the_class


def star(period_days=0.37, n_points=60, amplitude=0.5, seed=0, reference_njy=0.0, scale=1.0, bands="g"):
    """A star with a steep rise, as points of an alert table."""
    rng = np.random.default_rng(seed)
    mjd = 59000 + np.sort(rng.uniform(0, 120, n_points))
    phase = np.mod(mjd / period_days, 1)
    mag = 16 + amplitude * np.where(phase < 0.2, 1 - phase / 0.2, (phase - 0.2) / 0.8) + rng.normal(0, 0.01, n_points)
    flux = 10 ** (0.4 * (31.4 - mag))
    return pd.DataFrame(
        {
            "mjd": mjd,
            "band": np.array(list(bands))[np.arange(n_points) % len(bands)],
            "flux_njy": scale * (flux - reference_njy),
            "flux_err_njy": 0.01 * scale * flux,
            "is_detection": True,
        }
    )


def table(*points):
    flat = pd.concat([one.assign(object_id=str(number)) for number, one in enumerate(points)])
    return sets.table(flat, pd.DataFrame({"object_id": [str(n) for n in range(len(points))]}), "ZTF")


def series_of(points, total=True):
    alerts = table(points)
    return features.matrix(Curves.of(alerts), np.array([total]))[0]


class TestVariableStar(ModuleConformance):
    @pytest.fixture
    def module(self):
        return VariableStarClassifier()

    @pytest.fixture
    def alerts(self):
        rng = np.random.default_rng(1)
        return table(*(star(p, n, seed=n) for p, n in zip(rng.lognormal(0, 1, 12), range(10, 70, 5), strict=True)))

    def test_probabilities_of_a_judged_row_sum_to_one(self, module, alerts):
        scores = module.score(alerts)
        judged = scores.notna().all(axis=1)
        assert judged.tolist() == [n >= FEWEST for n in range(10, 70, 5)]
        np.testing.assert_allclose(scores[judged].sum(axis=1), 1)

    def test_it_presupposes_a_variable_star(self, module):
        assert is_conditional(module.name) and not names_the_class(module.name)

    def test_a_reference_image_makes_it_a_difference(self, module):
        alerts = table(star())
        one, other = (module.score(alerts.assign(reference_source_mag=mag)) for mag in (np.nan, 16.0))
        assert not np.allclose(one, other)


@settings(max_examples=10, deadline=None)
@given(st.floats(0.05, 20), st.floats(-1e5, 1e5))
def test_differences_have_an_unknown_constant_and_scale(scale, reference_njy):
    found = series_of(star(scale=scale, reference_njy=reference_njy), total=False)
    np.testing.assert_allclose(found, series_of(star(), total=False), rtol=1e-2, atol=1e-2)


def test_how_bright_a_star_is_is_no_feature():
    fainter = star(scale=0.01)
    np.testing.assert_allclose(series_of(fainter), series_of(star()), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("period_days", [0.08, 0.37, 4.4])
@pytest.mark.parametrize("bands", ["g", "gr"])
def test_the_period_is_found(period_days, bands):
    found = series_of(star(period_days, 90, bands=bands))
    assert found[features.names().index("log_period")] == pytest.approx(np.log10(period_days), abs=2e-3)


def test_a_rise_is_steeper_than_the_fall():
    found = dict(zip(features.names(), series_of(star(0.37, 300)), strict=True))
    assert found["rise"] == pytest.approx(0.2, abs=0.1)
    assert found["minima_apart"] < 0.1


def test_power_of_a_sine_is_one():
    days = np.sort(np.random.default_rng(0).uniform(0, 50, 80))
    value = np.sin(2 * np.pi * days * 0.3)
    frequency, power = cycle.periodogram(Series(days, value, np.full(80, 0.1), True), value, np.ones(80))
    assert frequency[power.argmax()] == pytest.approx(0.3, abs=0.005) and power.max() > 0.95


def test_a_pulsation_is_found_beneath_a_long_secondary_period():
    rng = np.random.default_rng(0)
    days = np.sort(rng.uniform(0, 3000, 500))
    value = 0.3 * np.sin(2 * np.pi * days / 700) + 0.1 * np.sin(2 * np.pi * days / 40) + rng.normal(0, 0.01, 500)
    found = slow.features(Series(days, value, np.full(500, 0.01), True))
    assert found["log_fast_period"] == pytest.approx(np.log10(40), abs=0.01)
    assert found["log_slow_period"] == pytest.approx(np.log10(700), abs=0.03)
    assert found["log_fast_50"] < found["log_slow_50"] and found["log_fast_50"] < found["log_fast_200"]


@given(st.integers(15, 60), st.floats(1.1, 3000), st.floats(-5, 5))
def test_the_mean_of_a_constant_is_the_constant(n_points, span_days, level):
    rng = np.random.default_rng(n_points)
    days = np.sort(rng.uniform(0, span_days, n_points))
    np.testing.assert_allclose(
        slow.smooth(days, np.full(n_points, level), rng.uniform(0.1, 1, n_points), 50), level, atol=1e-12
    )


def test_the_weights_are_small_and_say_what_they_are():
    assert WEIGHTS.stat().st_size < 1.3e6
    assert notes(WEIGHTS)["version"] == VERSION
    assert session(WEIGHTS).get_inputs()[0].shape[1] == len(features.names())
    assert session(WEIGHTS).get_outputs()[0].shape[1] == len(CLASSES)


def test_a_folder_without_stars_says_so(tmp_path):
    with pytest.raises(FileNotFoundError, match="lightcurves"):
        evaluate.shipped(tmp_path)


@pytest.mark.data
def test_real_stars_get_their_class(data):
    """A check of the way from light curve to score, not of accuracy: the model has seen these stars."""
    stars = evaluate.stars(data)
    some = stars.groupby("sublabel").head(2)
    said = VariableStarClassifier().score(some).idxmax(axis=1)
    assert (said == some["sublabel"]).mean() > 0.8
