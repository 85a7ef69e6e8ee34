"""Figures of model cards, by hand; splits by object."""

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("sklearn", reason="needs the extra train")

from tom_alerce_like.plugins.classifiers import labelled
from tom_alerce_like.plugins.classifiers.measures import calibration_error, with_intervals


def test_calibration_error_by_hand():
    # in the bin from 0.6 to 0.7 two of four are right; in the last one all are
    confidence = np.array([0.6, 0.65, 0.6, 0.65, 1.0, 1.0])
    right = np.array([True, True, False, False, True, True])
    assert calibration_error(confidence, right, np.ones(6)) == pytest.approx(4 / 6 * 0.125)


def test_intervals_come_from_objects():
    rng = np.random.default_rng(3)
    value = rng.normal(size=400)
    # each object has two rows: as independent rows the interval would be narrower by the root of 2
    object_id, doubled = pd.Series(np.repeat(np.arange(200).astype(str), 2)), np.repeat(value[:200], 2)

    def mean(rows, weight):
        return {"mean": float(np.average(doubled[rows], weights=weight))}

    middle, low, high = with_intervals(mean, object_id, np.full(400, 0.5))["mean"]
    assert middle == pytest.approx(value[:200].mean())
    assert (high - low) == pytest.approx(2 * 1.96 * value[:200].std() / np.sqrt(200), rel=0.15)


def test_the_same_seed_gives_the_same_interval():
    def mean(rows, weight):
        return {"mean": float(np.average(rows, weights=weight))}

    ids = pd.Series(["a", "b", "c", "c"])
    assert with_intervals(mean, ids, np.ones(4), n=20) == with_intervals(mean, ids, np.ones(4), n=20)


def test_weights_and_folds_keep_objects_together():
    table = pd.DataFrame({"object_id": [f"o{n // 3}" for n in range(90)], "alert_id": range(90), "label": "SN"})
    table["label"] = np.where(table.index < 45, "SN", "VS")
    table = labelled.weighted(table)
    assert table["weight"].sum() == pytest.approx(30)
    tested = []
    for train, test in labelled.folds(table, 5, seed=1):
        assert not set(table["object_id"].iloc[train]) & set(table["object_id"].iloc[test])
        tested += list(test)
    assert sorted(tested) == list(range(90))


def test_codes_of_labels():
    assert labelled.codes(["VS", "SN", "else"], ("SN", "VS")).tolist() == [1, 0, -1]


@pytest.mark.data
def test_real_examples_weigh_objects_alike(data):
    table = labelled.examples(data)
    assert table.groupby("object_id")["weight"].sum().to_numpy() == pytest.approx(1)
    assert set(table["label_quality"]) == {"A", "B"}
    assert table["x_px"].between(0, 3100).mean() > 0.99
