"""The stamp classifier: the laws, its weights, and real alerts."""

import numpy as np
import pandas as pd
import pytest

from tests.conformance.module import ModuleConformance
from tom_alerce_like.alerts import files
from tom_alerce_like.alerts.schema import frame
from tom_alerce_like.plugins.classifiers.stamp import StampClassifier
from tom_alerce_like.plugins.classifiers.stamp.classifier import CLASSES, LEARNED, PAIRS, VERSION, WEIGHTS, answers
from tom_alerce_like.plugins.classifiers.stamp.features import COLUMNS, NAMES
from tom_alerce_like.plugins.classifiers.stamp.net import WEIGHTS as NET
from tom_alerce_like.serving import notes, session


class TestStamp(ModuleConformance):
    @pytest.fixture
    def module(self):
        return StampClassifier()

    def test_probabilities_of_a_judged_row_sum_to_one(self, module, alerts):
        np.testing.assert_allclose(module.score(alerts).dropna().sum(axis=1), 1)

    def test_too_little_known_is_not_judged(self, module):
        row = {"survey": ["ZTF", "ZTF"], "snr": [9.0, 9.0], "chi": [1.0, 1.0], "elongation": [np.nan, 1.1]}
        assert module.score(frame(row)).notna().all(axis=1).tolist() == [False, True]

    def test_of_another_survey_only_pixels_are_judged(self, module, alerts):
        assert module.score(alerts.assign(survey="LSST")).isna().all(axis=None)


def test_columns_that_define_the_labels_are_no_features():
    forbidden = {"real_bogus", "sso_distance_arcsec", "sso_mag", "n_detections", "n_observations", "first_mjd", "mjd"}
    assert not set(COLUMNS) & forbidden
    assert not set(NAMES) & {"ra_deg", "dec_deg", "band", "limiting_mag", "fwhm_arcsec"}


def test_the_weights_are_small_and_say_what_they_are():
    assert WEIGHTS.stat().st_size + NET.stat().st_size < 5e6
    known = notes(WEIGHTS)
    assert known["version"] == VERSION and 0.5 < float(known["temperature"]) < 2
    assert session(WEIGHTS).get_inputs()[0].shape[1] == len(NAMES)
    assert session(WEIGHTS).get_outputs()[0].shape[1] == len(LEARNED) + len(PAIRS)


def test_a_pair_divides_what_the_classes_give_to_both():
    margins = np.array([[0.0, 1.0, 2.0, 0.5, -1.0, 1.2, -900.0]])
    first = np.exp(margins[0, :5]) / np.exp(margins[0, :5]).sum()
    given = dict(zip(LEARNED, np.exp(answers(margins))[0], strict=True))
    assert sum(given.values()) == pytest.approx(1)
    assert given["bogus"] == pytest.approx(first[4])
    assert given["AGN"] + given["VS"] == pytest.approx(first[1] + first[2])
    assert given["AGN"] / given["VS"] == pytest.approx(np.exp(1.2))
    assert (given["SN"], given["asteroid"]) == pytest.approx((0, first[0] + first[3]))


@pytest.fixture(scope="module")
def real(data):
    path = data / "ztf_alerts" / "alerts_labelled.parquet"
    alerts = pd.concat([batch.alerts for batch in files.read(path)], ignore_index=True)
    labels = pd.read_parquet(path, columns=["candid", "label"])
    labels = alerts["alert_id"].map(labels.assign(candid=labels["candid"].astype(str)).set_index("candid")["label"])
    return alerts.assign(label=labels)


@pytest.mark.data
def test_real_alerts_get_their_labels(real):
    """A check of the way from packet to score, not of accuracy: the trees have seen these alerts."""
    said = StampClassifier().score(real).idxmax(axis=1)
    for name in LEARNED:
        assert (said[real["label"] == name] == name).mean() > 0.9


@pytest.mark.data
def test_real_satellites_are_satellites(real):
    """They took no part in training: what is known of satellites is simulated."""
    scores = StampClassifier().score(real)
    assert tuple(scores.columns) == CLASSES
    assert (scores.loc[real["label"] == "satellite", "satellite"] > 0.5).mean() > 0.7
    assert (scores.loc[real["label"] != "satellite", "satellite"] > 0.5).mean() < 0.01


@pytest.mark.data
def test_real_alerts_one_by_one(real):
    some = real.iloc[::25]
    together = StampClassifier().score(some)
    alone = pd.concat([StampClassifier().score(some.iloc[[row]]) for row in range(len(some))])
    np.testing.assert_allclose(together, alone, atol=1e-6)


@pytest.mark.data
def test_without_stamps_the_measurements_are_judged(real):
    some = real.iloc[::10].drop(columns="cutouts")
    scores = StampClassifier().score(some)
    assert scores.notna().all(axis=None)
    assert (scores.idxmax(axis=1) == some["label"]).mean() > 0.7


@pytest.mark.data
def test_real_lsst_asteroids_are_known_by_their_pixels(data):
    """Nothing was trained on LSST; its packet is not read."""
    folder = data / "lsst_alerts"
    alerts = pd.concat([b.alerts for b in files.read(folder / "fink_lsst_v10_0_ddf_2026-03-10.parquet")])
    labels = pd.read_csv(folder / "summary.csv").astype({"diaSourceId": str})
    asteroids = alerts[alerts["alert_id"].isin(labels["diaSourceId"][labels["label"] == "asteroid"])]
    scores = StampClassifier().score(asteroids)
    assert len(asteroids) > 20 and (scores.idxmax(axis=1) == "asteroid").mean() > 0.9
    pd.testing.assert_frame_equal(StampClassifier().score(asteroids.assign(snr=5.0, mag=20.0)), scores)
