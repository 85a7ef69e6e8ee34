"""The classifier that comes with the package: the laws, its weights, and real alerts."""

import numpy as np
import pandas as pd
import pytest

from tests.conformance.module import ModuleConformance, random_alerts
from tom_alerce_like import module
from tom_alerce_like.alerts import files
from tom_alerce_like.alerts.schema import OPTIONAL, frame
from tom_alerce_like.plugins.classifiers.transient import TransientClassifier
from tom_alerce_like.plugins.classifiers.transient.classifier import CLASSES, FEWEST, VERSION, WEIGHTS
from tom_alerce_like.plugins.classifiers.transient.features import COLUMNS, matrix
from tom_alerce_like.serving import notes, session


class TestTransient(ModuleConformance):
    tolerance = 0.0

    @pytest.fixture
    def module(self):
        return TransientClassifier()

    def test_probabilities_of_a_judged_row_sum_to_one(self, module, alerts):
        scores = module.score(alerts).dropna()
        np.testing.assert_allclose(scores.sum(axis=1), 1)

    def test_too_little_known_is_not_judged(self, module):
        row = {"survey": ["ZTF", "ZTF"], "snr": [9.0, 9.0], "chi": [1.0, 1.0], "elongation": [np.nan, 1.1]}
        assert module.score(frame(row)).notna().all(axis=1).tolist() == [False, True]
        assert FEWEST == 3

    def test_alerts_of_another_survey_are_not_judged(self, module, alerts):
        assert module.score(alerts.assign(survey="LSST")).isna().all(axis=None)

    def test_words_in_place_of_numbers_are_unknown(self, module, alerts):
        wrong = alerts.assign(snr=alerts["snr"].astype(object).where(alerts.index != 3, "high"))
        expected = alerts.assign(snr=alerts["snr"].where(alerts.index != 3))
        pd.testing.assert_frame_equal(module.score(wrong), module.score(expected))


def test_columns_that_define_the_labels_are_no_features():
    assert set(COLUMNS) <= set(OPTIONAL)
    assert not set(COLUMNS) & {"real_bogus", "sso_distance_arcsec", "sso_mag", "n_detections", "n_observations"}


def test_the_weights_are_small_and_say_what_they_are():
    assert WEIGHTS.stat().st_size < 1e6
    known = notes(WEIGHTS)
    assert known["version"] == VERSION and 0.5 < float(known["temperature"]) < 2
    assert [(made.name, made.shape[1]) for made in session(WEIGHTS).get_inputs()] == [("features", len(COLUMNS))]
    assert session(WEIGHTS).get_outputs()[0].shape[1] == len(CLASSES)


def test_features_without_a_column_are_unknown():
    alerts = random_alerts(5).drop(columns=["chi"])
    features = matrix(alerts)
    assert np.isnan(features[:, COLUMNS.index("chi")]).all()
    assert np.isfinite(features).any()


@pytest.mark.data
def test_real_alerts_get_their_labels(data):
    """A check of the way from packet to score, not of accuracy: the model has seen these alerts."""
    path = data / "ztf_alerts" / "alerts_labelled.parquet"
    alerts = pd.concat([batch.alerts for batch in files.read(path)], ignore_index=True)
    labels = pd.read_parquet(path, columns=["candid", "label"])
    labels = alerts["alert_id"].map(labels.assign(candid=labels["candid"].astype(str)).set_index("candid")["label"])
    said = TransientClassifier().score(alerts).idxmax(axis=1)
    for name, least in {"SN": 0.85, "VS": 0.85, "asteroid": 0.9}.items():
        assert (said[labels == name] == name).mean() > least


@pytest.mark.data
def test_alerts_without_a_label_are_judged_too(data):
    alerts = pd.concat([batch.alerts for batch in files.read(data / "ztf_alerts" / "packets")], ignore_index=True)
    scores = module.run(alerts, [TransientClassifier()])
    assert scores["object_id"].nunique() == alerts["object_id"].nunique()
    assert set(scores["class_name"]) == set(CLASSES) and set(scores["version"]) == {VERSION}
