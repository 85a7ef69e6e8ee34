"""What real_bogus learns from: perturbed stamps, targets with and without a teacher, and figures by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

for library in ("torch", "onnx", "sklearn"):
    pytest.importorskip(library, reason="needs the extra train")

from tests.plugins.classifiers.skies import NOISE, alerts_of, sky  # noqa: E402
from tom_alerce_like.plugins.classifiers import labelled  # noqa: E402
from tom_alerce_like.plugins.classifiers.real_bogus import lessons, perturb  # noqa: E402
from tom_alerce_like.plugins.classifiers.real_bogus.evaluate import figures, shipped, unseen  # noqa: E402
from tom_alerce_like.plugins.classifiers.real_bogus.known import Known  # noqa: E402


def known(n=40, scored=30):
    """Alerts of two to an object, of which some have a drb."""
    stamps = sky(n)
    stamps[:, :, 31, 31] += 20 * NOISE
    drb = np.where(np.arange(n) < scored, np.linspace(0, 1, n), np.nan)
    names = [f"object {number // 2}" for number in range(n)]
    return Known(alerts_of(stamps).assign(drb=drb, object_id=names, fwhm_arcsec=2.0, is_positive=True), stamps)


def test_alerts_without_a_drb_are_of_other_objects():
    without = known(scored=29).never_scored()
    assert len(without) == 10 and np.isnan(without.drb).all()
    assert len(known(scored=29).scored()) == 29


def test_perturbed_stamps_know_where_they_come_from():
    rng = np.random.default_rng(1)
    stamps = sky(5)
    stamps[:, 1] += np.arange(5, dtype=np.float32)[:, None, None] * 1000
    before = stamps.copy()
    made, rows, same = perturb.perturbed(300, stamps, rng)
    np.testing.assert_array_equal(stamps, before)
    whole = same & np.isfinite(made).all(axis=(1, 2, 3))
    np.testing.assert_allclose(np.median(made[whole, 1], axis=(1, 2)), 200 + 1000 * rows[whole], atol=NOISE)
    assert 0.4 < same.mean() < 0.7 and np.isnan(made).any()


def test_recentring_brings_a_source_to_the_middle():
    stamp = sky(1)[0]
    stamp[0, 40, 20] = stamp[2, 40, 20] = 5000
    moved = [perturb.recentred(stamp, np.random.default_rng(seed)) for seed in range(20)]
    assert all(images.shape == stamp.shape for images in moved)
    # one of eight candidates
    assert any(images[2, 31, 31] == 5000 for images in moved)


def test_targets_of_a_teacher_and_of_none():
    def teacher(stamps):
        return np.full(len(stamps), 0.8, np.float32)

    taught = lessons.lessons(200, known(), np.random.default_rng(1), teacher)
    assert taught[0].shape == (200, 12, 31, 31)
    assert set(np.unique(taught[1].numpy().round(3))) == {np.float32(0.8), np.float32(0.24)}
    planes, targets = lessons.lessons(200, known(), np.random.default_rng(1), None)
    # perturbed beyond recognition, or never scored: nothing to learn
    assert 100 < len(targets) == len(planes) < 190
    assert np.isfinite(targets.numpy()).all() and {0.0, 1.0} < set(targets.numpy().tolist())


def test_alerts_themselves_have_their_drb():
    alerts = known()
    assert lessons.own(alerts, 2, None)[1].tolist() == pytest.approx([*alerts.scored().drb] * 2)
    taught = lessons.own(alerts, 1, lambda stamps: np.full(len(stamps), 0.8))[1]
    assert taught[30:].tolist() == pytest.approx([0.8] * 10)


def test_figures_by_hand():
    drb = np.array([0.9, 0.8, 0.7, 0.1, 0.2, 0.6])
    real = np.array([0.95, 0.85, 0.45, 0.05, 0.55, np.nan])
    scores = pd.DataFrame({"object_id": list("abcdef"), "alert_id": list("abcdef"), "drb": drb, "real": real})
    found = figures(Path(), scores)
    assert found["real_bogus_agreement"][0] == pytest.approx(3 / 6)
    # of the eight pairs of a real and a bogus one, two have the bogus one higher
    assert found["real_bogus_auc"][0] == pytest.approx(6 / 8)
    assert found["real_bogus_ece"][0] == pytest.approx((0.05 + 0.15 + 0.55 + 0.05 + abs(1 - 1.05)) / 6)
    assert all(low <= value <= high for value, low, high in found.values())


def test_a_folder_without_alerts_is_said_to_be_one(tmp_path):
    for measured in (shipped, unseen):
        with pytest.raises(FileNotFoundError, match="no alerts"):
            measured(tmp_path)


@pytest.mark.data
def test_fillers_are_no_drb(data):
    scores = labelled.drb(data, labelled.LABELLED)
    assert scores.notna().sum() == 501 and (scores == 0).sum() <= 1
