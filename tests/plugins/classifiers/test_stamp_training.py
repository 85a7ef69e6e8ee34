"""How the stamp classifier is trained and measured."""

import numpy as np
import pandas as pd
import pytest

for needed in ("lightgbm", "onnx", "sklearn", "torch"):
    pytest.importorskip(needed, reason="needs the extra train")

from tom_alerce_like.plugins.classifiers import nets_export  # noqa: E402
from tom_alerce_like.plugins.classifiers.stamp import evaluate, measurements, pretrain, train  # noqa: E402
from tom_alerce_like.plugins.classifiers.stamp.features import GROUPS, NAMES, matrix  # noqa: E402
from tom_alerce_like.plugins.classifiers.stamp.missing import struck_out  # noqa: E402
from tom_alerce_like.plugins.classifiers.stamp.net import KINDS  # noqa: E402
from tom_alerce_like.serving import session  # noqa: E402


def test_groups_are_struck_out_together_and_every_feature_is_in_one():
    struck = np.isnan(struck_out(np.zeros((4000, len(NAMES)), np.float32), np.random.default_rng(1)))
    pixels = struck[:, [NAMES.index(name) for name in GROUPS["pixels"]]]
    assert pixels.all(axis=1).mean() == pytest.approx(0.135, abs=0.02)
    packet = struck[:, [NAMES.index(name) for name in measurements.NAMES]]
    assert packet.all(axis=1).mean() == pytest.approx(0.1, abs=0.02)
    assert sorted(name for group in GROUPS.values() for name in group) == sorted(NAMES)


def test_classes_and_objects_count_the_same():
    table = pd.DataFrame({"label": ["SN"] * 3 + ["AGN"] * 2, "weight": [0.5, 0.5, 1.0, 1.0, 1.0]})
    weight = pd.Series(train.balanced(table))
    sums = weight.groupby(table["label"]).sum()
    assert sums["SN"] == pytest.approx(sums["AGN"])
    assert weight[0] == pytest.approx(weight[2] / 2)


def test_measures_by_hand():
    truth = np.array([0, 0, 1, 2, 3, 4])
    scores = np.eye(6)[[0, 1, 1, 2, 3, 0]] * 0.8 + 0.2 / 6
    scores[4] = np.nan
    found = evaluate.measures(truth, scores, np.array([1.0, 1.0, 1.0, 1.0, 1.0, 2.0]))
    assert found["sn_completeness_most_probable"] == pytest.approx(0.5)
    assert found["sn_purity_most_probable"] == pytest.approx(1 / 3)
    assert found["balanced_accuracy"] == pytest.approx((0.5 + 1 + 1 + 0 + 0) / 5)


def test_purity_is_stated_at_enough_completeness():
    truth = np.array([0] * 10 + [1] * 5)
    scores = np.full((15, 6), 0.01)
    # nine supernovae above everything, the tenth below all others
    scores[:9, 0], scores[9, 0], scores[10:, 0] = 0.9, 0.05, 0.3
    found = evaluate.measures(truth, scores, np.ones(15))
    assert (found["sn_purity"], found["sn_completeness"]) == pytest.approx((1.0, 0.9))


@pytest.mark.data
def test_trees_learn_from_a_few_real_alerts(data):
    table = evaluate.examples(data)
    features = matrix(table)
    some = table.groupby("label").head(40).index
    rest = table.index.difference(some)
    logs = train.logs([train.member(features[some], table.loc[some], 0)], features[rest])
    said = pd.Index(["SN", "AGN", "VS", "asteroid", "bogus"]).take(logs.argmax(axis=1))
    assert (said == table.loc[rest, "label"]).mean() > 0.7


@pytest.mark.data
def test_the_net_trains_on_simulated_stamps(data, monkeypatch, tmp_path):
    monkeypatch.setattr(pretrain, "STAMPS", 200)
    monkeypatch.setattr(pretrain, "LINES", 60)
    simulation = pretrain.Simulation(data)
    stamps, kinds = simulation.epoch(np.random.default_rng(0))
    assert len(stamps) == len(kinds) > 200 and stamps.shape[1:] == (3, 63, 63)
    net = pretrain.trained(simulation, epochs=1)
    nets_export.write(net, {"kinds": ",".join(pretrain.KINDS)}, tmp_path / "net.onnx")
    assert session(tmp_path / "net.onnx").get_outputs()[0].shape[1] == len(pretrain.KINDS)
    assert {name for group in KINDS.values() for name in group} <= set(pretrain.KINDS)
