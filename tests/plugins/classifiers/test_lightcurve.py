"""The taxonomy of light curves: the laws, what features do not depend on, simulated stars, weights, LSST's classes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.lightcurve_speed import table
from tests.conformance.module import ModuleConformance
from tom_alerce_like import taxonomy
from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.curves.simulate import observe, ztf
from tom_alerce_like.plugins.classifiers.lightcurve import (
    CLASSES,
    LightcurveClassifier,
    bands,
    branches,
    evaluate,
    features,
    from_lsst,
    labels,
    lessons,
    nodes,
)
from tom_alerce_like.plugins.classifiers.lightcurve.classifier import VERSION, WEIGHTS
from tom_alerce_like.serving import notes, session

STARS = list(lessons._STARS.items())


def observed(draw, n=30, days=120.0, seed=3):
    rng = np.random.default_rng(seed)
    return observe(draw(n, rng), ztf(n, 0.0, days, rng), rng, least=2)


class TestLightcurve(ModuleConformance):
    @pytest.fixture
    def module(self):
        return LightcurveClassifier()

    @pytest.fixture
    def alerts(self):
        return observed(dict(STARS)["RRL"], 12, 60.0).drop(columns="number")

    def test_probabilities_of_a_judged_row_sum_to_one(self, module, alerts):
        scores = module.score(alerts).dropna()
        assert len(scores)
        np.testing.assert_allclose(scores.sum(axis=1), 1)
        np.testing.assert_allclose(branches(scores).sum(axis=1), 1)

    def test_one_detection_is_not_judged_and_two_are(self, module):
        alerts = pd.concat([table(1, 1), table(1, 2)], ignore_index=True)
        scores = module.score(alerts)
        assert scores.notna().all(axis=1).tolist() == [False, True]
        assert branches(scores).notna().all(axis=1).tolist() == [False, True]

    def test_another_survey_is_not_judged(self, module, alerts):
        assert module.score(alerts.assign(survey="other")).isna().all(axis=None)

    def test_lsst_is_judged_by_its_own_classes(self, module, alerts):
        both = pd.concat([alerts, alerts.assign(survey="LSST")], ignore_index=True)
        scores = module.score(both).to_numpy()
        judged = scores[len(alerts) :]
        known = np.isfinite(judged[:, 0])
        assert known.any() and (judged[known].sum(axis=1) <= 1 + 1e-9).all()
        np.testing.assert_allclose(scores[: len(alerts)], module.score(alerts), atol=1e-6)


def test_classes_are_the_taxonomy_and_have_kinds():
    assert {leaf for leaf in CLASSES if not taxonomy.kind(leaf)} == {"TDE"}
    assert taxonomy.names_the_class(LightcurveClassifier.name)


def test_leaves_are_branches_times_what_is_within():
    logits = np.random.default_rng(0).normal(size=(5, nodes.N_LOGITS))
    made = nodes.leaves(logits, np.full(5, nodes.USUAL), [(1.0, 0.0), (2.0, 0.1), (1.0, 0.2), (0.5, 0.0)])
    top = np.exp(logits[:, :3]) / np.exp(logits[:, :3]).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(made @ np.eye(3)[nodes.BRANCH], top)


def test_fewer_detections_are_less_sure():
    logits = np.tile(np.random.default_rng(0).normal(size=nodes.N_LOGITS), (2, 1))
    few, many = nodes.leaves(logits, np.array([2, 40]), [(1.0, 0.2)] * 4)
    assert few.max() < many.max()


def test_codes_of_nodes():
    leaf = np.arange(len(CLASSES))
    assert [(nodes.codes(leaf, node) >= 0).sum() for node in range(4)] == [16, 5, 5, 6]


@settings(max_examples=10, deadline=None)
@given(st.floats(0.1, 10), st.floats(-3000, 3000))
def test_neither_brightness_nor_date_is_a_feature(scale, shift_days):
    curves = Curves.of(table(3))
    arrays = {"flux_njy": curves.flux_njy * scale, "flux_err_njy": curves.flux_err_njy * scale}
    moved = Curves(**{**vars(curves), **arrays, "mjd": curves.mjd + shift_days})
    unknown = [np.full(3, np.nan)] * 3
    np.testing.assert_allclose(features.of(moved, *unknown), features.of(curves, *unknown), rtol=1e-3, atol=1e-3)


def test_a_redshift_makes_the_brightness_absolute():
    found = features.of(Curves.of(table(1)), np.array([0.05]), np.array([2.0]), np.array([np.nan]))[0]
    by_name = dict(zip(features.NAMES, found, strict=True))
    assert by_name["absolute_mag"] == pytest.approx(31.4 - 2.5 * np.log10(60_000) - 36.74, abs=0.2)
    assert by_name["redshift"] == pytest.approx(0.05)


def test_distances_are_those_of_astropy():
    from astropy.cosmology import FlatLambdaCDM

    z = np.array([0.01, 0.1, 0.5, 1.5])
    expected = FlatLambdaCDM(70, 0.3).distmod(z).value
    np.testing.assert_allclose(features.distance_modulus(z), expected, atol=0.05)


def test_dust_reddens():
    curves, unknown = Curves.of(table(1)), np.array([np.nan])
    place = features.NAMES.index("colour_mean")
    clear, dusty = (features.of(curves, unknown, unknown, np.array([ebv]))[0, place] for ebv in (0.0, 0.5))
    assert clear - dusty == pytest.approx(0.5 * features.REDDENING, abs=1e-4)


@pytest.mark.parametrize(("leaf", "draw"), STARS)
def test_simulated_stars_go_up_and_down(leaf, draw):
    curves = Curves.of(observed(draw))
    seen = curves.select(curves.is_detection)
    assert seen.n > 5
    if leaf != "CV/Nova":
        assert 0.05 < (seen.flux_njy < 0).mean() < 0.95


def test_bands_are_mixed_and_nothing_else_is_lost():
    curves = Curves.of(table(200))
    made = bands.mixed(curves, np.full(200, "SNIa"), np.random.default_rng(0))
    only = (made.count(made.band == features.G) == 0) | (made.count(made.band == features.R) == 0)
    assert 0.2 < only.mean() < 0.5 and made.count(made.is_detection).min() == 8
    one_band = made.take(np.flatnonzero(only))
    red = bands.mixed(one_band, np.full(only.sum(), "RRL"), np.random.default_rng(0))
    assert len(red.mjd) == len(one_band.mjd) and (red.band != one_band.band).any()


PUBLISHED = {
    "SN Ia-91T": "SNIa",
    "SN IIb": "SNIbc",
    "SN II P": "SNII",
    "SLSN-I": "SLSN",
    "SN Iax": "",
    "EW": "E",
    "Semireg_PV": "LPV",
    "RRAB/BL": "RRL",
    "blazar:bll": "Blazar",
    "YSO:ClassII": "YSO",
}


@pytest.mark.parametrize(("published", "leaf"), PUBLISHED.items())
def test_published_types_have_leaves(published, leaf):
    assert labels.leaf(published) == leaf


def test_classes_of_plasticc_find_their_leaves():
    places = from_lsst._places()
    assert places.sum() == 11 and places[:, CLASSES.index("SNIa")].sum() == 3


def test_the_weights_are_small_and_say_what_they_are():
    assert WEIGHTS.stat().st_size < 1.3e6 and notes(WEIGHTS)["version"] == VERSION
    assert session(WEIGHTS).get_inputs()[0].shape[1] == len(features.NAMES)
    assert session(WEIGHTS).get_outputs()[0].shape[1] == nodes.N_LOGITS


def test_newest_epoch_of_each_object():
    names, detections = np.array(["a", "a", "b", "c"]), np.array([5, 8, 3, 12])
    shown = lessons.Lessons(np.zeros((4, 1), np.float32), np.zeros(4, int), names, names, detections)
    assert evaluate.newest(shown).tolist() == [1, 3]


def test_a_folder_without_light_curves_says_so(tmp_path):
    with pytest.raises(FileNotFoundError):
        evaluate.shipped(tmp_path)
