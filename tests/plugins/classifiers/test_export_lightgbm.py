"""The ONNX graph gives the mean of what LightGBM's ensembles give, gaps included."""

import numpy as np
import pytest

pytest.importorskip("onnx", reason="needs the extra train")
lightgbm = pytest.importorskip("lightgbm", reason="needs the extra train")

from tom_alerce_like.plugins.classifiers.export_lightgbm import Part, write  # noqa: E402
from tom_alerce_like.serving import session  # noqa: E402


def test_margins_are_the_mean_of_the_ensembles(tmp_path):
    rng = np.random.default_rng(4)
    features = np.round(rng.normal(size=(500, 4)), 1).astype(np.float32)
    labels = (features[:, 0] > 0.3).astype(int) + (features[:, 1] * features[:, 2] > 0)
    features[:, :3][rng.random((500, 3)) < 0.2] = np.nan
    settings = {"n_estimators": 15, "num_leaves": 6, "n_jobs": 1, "verbose": -1}
    three = [lightgbm.LGBMClassifier(**settings, random_state=seed).fit(features, labels) for seed in (0, 1)]
    columns = [3, 1]
    two = [lightgbm.LGBMClassifier(**settings).fit(features[:, columns], labels > 0) for _ in range(2)]
    parts = [Part(model.booster_, range(4), 0) for model in three] + [Part(model.booster_, columns, 3) for model in two]
    write(parts, 2, {"temperature": "1.0"}, tmp_path / "weights" / "trees.onnx")
    shown = np.concatenate([features, np.full((2, 4), np.nan, np.float32)])
    (margins,) = session(tmp_path / "weights" / "trees.onnx").run(["logits"], {"features": shown})
    expected = np.mean([model.predict(shown, raw_score=True) for model in three], axis=0)
    np.testing.assert_allclose(margins[:, :3], expected, atol=1e-5)
    np.testing.assert_allclose(margins[:, 3], two[0].predict(shown[:, columns], raw_score=True), atol=1e-5)
