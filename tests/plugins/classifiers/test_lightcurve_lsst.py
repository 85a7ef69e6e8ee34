"""Light curves of LSST among the 14 classes of PLAsTiCC: the process, the features, the shipped weights."""

from dataclasses import replace

import lightgbm
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tom_alerce_like.plugins.classifiers.curves import Curves, sets
from tom_alerce_like.plugins.classifiers.lightcurve.lsst import (
    classifier,
    evaluate,
    features,
    gaussian,
    net,
    points,
    shape,
)
from tom_alerce_like.plugins.classifiers.lightcurve.lsst import train as training
from tom_alerce_like.plugins.classifiers.lightcurve.lsst.classifier import CLASSES, EXTRAGALACTIC, GALACTIC, leaves
from tom_alerce_like.serving import notes, session


def events(n: int = 6, seed: int = 1) -> Curves:
    """Supernova-like events in six bands, one visit in three days, the i-th with more points than the one before."""
    rng = np.random.default_rng(seed)
    per = 40 + 9 * np.arange(n)
    row = np.repeat(np.arange(n), per)
    mjd = 60000 + np.concatenate([np.sort(rng.uniform(-60, 120, many)) for many in per])
    days = mjd - 60000
    flux = 5e3 * np.exp(-0.5 * (days / np.where(days < 0, 10.0, 30.0)) ** 2) * (1 + 0.2 * (row % 3))
    error = np.full(len(row), 150.0)
    flux = flux + rng.normal(0, error)
    band = rng.integers(0, 6, len(row))
    return Curves(n, row, mjd, band, flux, error, np.full(len(row), np.nan), flux > 5 * error, np.ones(len(row), bool))


def alerts(redshift: float | list[float], n: int = 6) -> pd.DataFrame:
    return pd.DataFrame({"host_redshift": np.broadcast_to(redshift, n), "host_redshift_err": 0.01}, index=range(n))


class TestGaussian:
    def test_it_follows_the_points(self):
        curves = events()
        for batch in gaussian.batches(curves, np.full(6, 60000.0), np.full(6, 5e3)):
            fitted = gaussian.fit(batch)
            own = fitted.mean(batch.days, np.broadcast_to(gaussian.WAVELENGTHS, (len(batch.rows), 6)))
            said = np.take_along_axis(own, batch.band[:, :, None], axis=2)[:, :, 0]
            off = np.where(batch.known, said - batch.flux, 0.0) / batch.error
            assert np.sqrt((off**2).sum() / batch.known.sum()) < 1.2

    def test_the_likelihood_is_that_of_the_covariance(self):
        batch = next(gaussian.batches(events(1), np.array([60000.0]), np.array([5e3])))
        fitted = gaussian.fit(batch)
        known = batch.known[0]
        days, band = batch.days[0][known], batch.band[0][known]
        covariance = fitted.amplitude[0] ** 2 * gaussian.ACROSS[band[:, None], band]
        covariance = covariance * gaussian.matern((days[:, None] - days) / fitted.scale_days[0])
        covariance += np.diag(batch.error[0][known] ** 2)
        flux = batch.flux[0][known]
        expected = -0.5 * flux @ np.linalg.solve(covariance, flux) - 0.5 * np.linalg.slogdet(covariance)[1]
        assert fitted.log_likelihood[0] == pytest.approx(expected)

    @pytest.mark.parametrize("flux_err_njy", [1e-300, 1e-3, 1e300])
    def test_any_error_can_be_fitted(self, flux_err_njy):
        curves = events(1)
        many = np.arange(300)
        flux = np.where(many % 7 == 0, 1e9, 0.0)
        given = {"flux_njy": flux, "flux_err_njy": np.full(300, flux_err_njy), "mjd": 60000 + 1e-6 * many + many // 3}
        wrong = Curves(1, *(np.resize(values, 300) for values in list(vars(curves).values())[1:]))
        observed, _ = features.measure(replace(wrong, **given), np.full((1, 1), 0.1))
        assert not np.isinf(observed).any()


class TestShape:
    def test_rise_and_decline_of_a_triangle(self):
        triangle = np.maximum(0, np.minimum(np.arange(41) / 20, (60 - np.arange(41)) / 40))[None, :, None]
        rise, decline = shape.widths(triangle, 1.0)[0].reshape(len(shape.LEVELS), 2).T
        np.testing.assert_allclose(rise, [5, 11, 17], atol=1)
        assert decline[0] == pytest.approx(9, abs=1)
        assert decline[2] == 21  # never falls so far

    def test_distance(self):
        """A flat universe with H0 = 70 and a matter density of 0.3, by astropy."""
        np.testing.assert_allclose(shape.distance(np.array([0.1, 1.0, 3.0])), [460.3, 6607.7, 25422.7], rtol=1e-3)

    def test_the_brightest_time_is_found(self):
        mjd, scale = shape.significant(events())
        np.testing.assert_allclose(mjd, 60000, atol=30)
        np.testing.assert_allclose(scale, 6e3, rtol=0.25)


class TestFeatures:
    def test_every_name_is_unique_and_has_a_column(self):
        observed, at_rest = features.measure(events(), np.full((2, 6), 0.1))
        assert observed.shape == (6, len(features.OBSERVED)) and at_rest.shape == (2, 6, len(shape.AT_REST))
        assert len(set(features.WITH_REDSHIFT)) == len(features.WITH_REDSHIFT)

    @settings(max_examples=5, deadline=None)
    @given(st.integers(-20000, 20000), st.floats(0.01, 100))
    def test_neither_date_nor_unit_matters(self, days, factor):
        curves = events(2)
        moved = Curves(**(vars(curves) | {"mjd": curves.mjd + days}))
        moved = Curves(
            **(vars(moved) | {"flux_njy": moved.flux_njy * factor, "flux_err_njy": 150.0 * factor + 0 * moved.mjd})
        )
        of, other = (points.features(some, *shape.significant(some)) for some in (curves, moved))
        sized = points.NAMES.index("scale_log")
        np.testing.assert_allclose(np.delete(of, sized, 1), np.delete(other, sized, 1), rtol=1e-5, atol=1e-6)

    def test_no_redshift_no_luminosity(self):
        _, at_rest = features.measure(events(), np.array([[0.1, np.nan] * 3]))
        assert np.isfinite(at_rest[0, ::2]).any() and np.isnan(at_rest[0, 1::2]).all()


class TestCut:
    @given(st.integers(0, 100))
    @settings(max_examples=10, deadline=None)
    def test_early_curves_are_beginnings(self, seed):
        curves = events()
        early = training.cut(curves, np.random.default_rng(seed))
        found = early.count(early.is_detection)
        assert np.all((found >= 2) & (found <= curves.count(curves.is_detection)))
        assert np.all(early.mjd <= early.last(early.is_detection)[early.row])


class TestLeaves:
    def test_probabilities_sum_to_one(self):
        scores = leaves(alerts([0.1, 1e-320, np.nan, 0.0, -1.0, np.inf]), events())
        np.testing.assert_allclose(scores.sum(axis=1), 1)

    def test_what_is_known_of_the_place_is_believed(self):
        n = len(GALACTIC)
        assert np.all(leaves(alerts(0.1), events())[:, :n] == 0)
        assert np.all(leaves(alerts(0.0), events())[:, n:] == 0)
        assert np.all(leaves(alerts(np.nan), events()) > 0)

    def test_a_table_gives_what_single_rows_give(self):
        curves, table = events(), alerts([0.1, 0.5, np.nan, 0.0, 0.2, np.nan])
        alone = [leaves(table.iloc[[row]], curves.take(np.array([row]))) for row in range(6)]
        np.testing.assert_allclose(leaves(table, curves), np.concatenate(alone), atol=1e-6)

    def test_few_detections_make_it_less_sure(self):
        observed = np.full((3, len(features.OBSERVED)), np.nan)
        observed[:, features.OBSERVED.index("detections_n")] = [0, 2, 50]
        none, two, many = classifier.softened(np.array([[0.0, 4.0]] * 3), observed)[:, 1]
        assert none == two < many < 4

    def test_too_few_points_are_not_judged(self):
        curves = events()
        few = curves.select(np.arange(len(curves.row)) == 3)
        assert np.isnan(leaves(alerts(0.1), few)).all()
        assert leaves(alerts(0.1, 0), curves.take(np.array([], dtype=int))).shape == (0, len(CLASSES))

    def test_two_points_are(self):
        curves = events()
        two = curves.select(np.isin(np.arange(len(curves.row)), [10, 11]))
        assert np.isfinite(leaves(alerts(np.nan), two)[0]).all()

    def test_the_weights_are_small_and_say_what_they_are(self):
        both = {classifier.WITH_REDSHIFT: features.WITH_REDSHIFT, classifier.ALONE: features.OBSERVED}
        assert sum(path.stat().st_size for path in both) < 3e6
        for path, names in both.items():
            assert notes(path)["version"] == classifier.VERSION and 0.5 < float(notes(path)["temperature"]) < 2
            assert session(path).get_inputs()[0].shape[1] == len(names)


class TestJudge:
    def test_the_graph_says_what_trees_and_net_say(self, tmp_path, monkeypatch):
        monkeypatch.setattr(net, "EPOCHS", 2)
        rng = np.random.default_rng(0)
        shown = rng.normal(size=(300, 7)).astype(np.float32) * 100
        shown[rng.random(shown.shape) < 0.1] = np.nan
        codes = np.nan_to_num(shown[:, 0] > 0).astype(np.int64) + (np.nan_to_num(shown[:, 1]) > 50)
        trees = lightgbm.LGBMClassifier(n_estimators=3, verbose=-1, n_jobs=1).fit(shown, codes)
        judge = training.Judge(trees, net.fitted(shown, codes, np.ones(300), 0))
        judge.write(0.9, tmp_path / "weights" / "judge.onnx")
        (logits,) = session(tmp_path / "weights" / "judge.onnx").run(["logits"], {"features": shown})
        np.testing.assert_allclose(logits, judge.logits(shown), atol=1e-5)
        assert float(notes(tmp_path / "weights" / "judge.onnx")["temperature"]) == 0.9


class TestMeasures:
    def test_f1(self):
        truth, said = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 1, 1, -1])
        np.testing.assert_allclose(evaluate.f1(truth, said, np.ones(5))[:3], [2 / 3, 0.8, 0])
        assert evaluate.macro_f1(truth, said, np.ones(5)) == pytest.approx((2 / 3 + 0.8) / 3)

    def test_a_missing_set_is_named(self, tmp_path):
        with pytest.raises(FileNotFoundError, match="plasticc"):
            evaluate.unseen(tmp_path)


@pytest.mark.data
def test_simulated_objects_get_their_labels(data):
    """A check of the way from curve to score, not of accuracy: the model has seen these objects."""
    table = sets.plasticc_train(data).groupby("label").head(8)
    curves = Curves.of(table)
    table = table.assign(host_redshift=table["host_spec_redshift"].where(~table["is_galactic"], 0.0))
    scores = leaves(table, curves)
    right = np.array(CLASSES)[scores.argmax(axis=1)] == table["label"].to_numpy()
    assert right.mean() > 0.8
    assert set(CLASSES) == set(sets.PLASTICC.values()) and len(EXTRAGALACTIC) == 9
