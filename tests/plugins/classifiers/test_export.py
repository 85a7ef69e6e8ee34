"""The ONNX graph gives what scikit-learn's trees give, gaps included."""

import numpy as np
import pytest

pytest.importorskip("onnx", reason="needs the extra train")
ensemble = pytest.importorskip("sklearn.ensemble", reason="needs the extra train")

import onnxruntime  # noqa: E402

from tom_alerce_like.plugins.classifiers.export import write  # noqa: E402
from tom_alerce_like.plugins.classifiers.transient.evaluate import measures  # noqa: E402
from tom_alerce_like.serving import probabilities  # noqa: E402


@pytest.fixture(scope="module")
def examples():
    rng = np.random.default_rng(2)
    features = rng.normal(size=(600, 4)).astype(np.float32)
    # values that stand on thresholds, where float32 and float64 may part
    features[:, 0] = np.round(features[:, 0], 1)
    labels = (features[:, 0] > 0.3).astype(int) + (features[:, 1] * features[:, 2] > 0)
    features[rng.random(features.shape) < 0.2] = np.nan
    return features, labels


@pytest.fixture(scope="module")
def model(examples):
    return ensemble.HistGradientBoostingClassifier(max_iter=25, max_leaf_nodes=8, random_state=0).fit(*examples)


def test_logits_are_the_same(examples, model, tmp_path):
    write(model, {"temperature": "1.5"}, tmp_path / "weights" / "trees.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "weights" / "trees.onnx"))
    (logits,) = session.run(["logits"], {"features": examples[0]})
    np.testing.assert_allclose(logits, model.decision_function(examples[0]), atol=1e-5)
    np.testing.assert_allclose(probabilities(logits, 1.0), model.predict_proba(examples[0]), atol=1e-6)
    assert session.get_modelmeta().custom_metadata_map == {"temperature": "1.5"}


def test_nothing_known_follows_the_same_branches(model, tmp_path):
    write(model, {}, tmp_path / "trees.onnx")
    nothing = np.full((3, 4), np.nan, np.float32)
    (logits,) = onnxruntime.InferenceSession(str(tmp_path / "trees.onnx")).run(["logits"], {"features": nothing})
    np.testing.assert_allclose(logits, model.decision_function(nothing), atol=1e-5)


def test_a_higher_temperature_takes_confidence_away():
    logits = np.array([[2.0, 0.0, -1.0]])
    cool, warm = probabilities(logits, 1.0), probabilities(logits, 2.0)
    assert warm.max() < cool.max() and warm.argmax() == cool.argmax()
    np.testing.assert_allclose([cool.sum(), warm.sum()], 1)
    assert np.isfinite(probabilities(np.array([[1e4, -1e4]]), 1.0)).all()


def test_measures_by_hand():
    truth = np.array([0, 0, 1, 2, 3, 4])
    scores = np.eye(5)[[0, 1, 1, 2, 3, 0]] * 0.8 + 0.04
    found = measures(truth, scores, np.array([1.0, 1.0, 1.0, 1.0, 1.0, 2.0]))
    assert found["SN completeness"] == pytest.approx(0.5)
    assert found["SN purity"] == pytest.approx(1 / 3)
    assert found["balanced accuracy"] == pytest.approx((0.5 + 1 + 1 + 1 + 0) / 5)
