"""Real or bogus: the laws, orientation, stamps that are odd or missing, what it learns from, and real alerts."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata

from tests.conformance.module import ModuleConformance, random_alerts
from tests.plugins.classifiers.skies import NOISE, alerts_of, backgrounds, orientations, sky
from tom_alerce_like.plugins.classifiers.pixels import triplets
from tom_alerce_like.plugins.classifiers.real_bogus import RealBogus, RealBogusInt8
from tom_alerce_like.plugins.classifiers.real_bogus.classifier import (
    VERSION,
    WEIGHTS,
    WEIGHTS_INT8,
    judged,
    probabilities,
)
from tom_alerce_like.plugins.classifiers.simulate import ARTEFACTS, REAL, examples
from tom_alerce_like.serving import notes, session


class TestRealBogus(ModuleConformance):
    @pytest.fixture(params=[RealBogus, RealBogusInt8])
    def module(self, request):
        return request.param()

    @pytest.fixture
    def alerts(self):
        """Simulated stamps; some smaller, some with gaps, some without an image, some with nothing that can be read."""
        stamps, _ = examples(36, backgrounds(), np.random.default_rng(5))
        stamps[3, :, :20], stamps[5, 1], stamps[7, 0], stamps[9, 2], stamps[11] = [np.nan] * 5
        parts = [alerts_of(stamps[:30]), alerts_of(stamps[30:, :, 20:50, 9:50]), random_alerts(3)]
        return pd.concat([part[list(parts[0].columns)] for part in parts], ignore_index=True)


def point_source(snr=40.0):
    stamps = sky(1)
    stamps[0, :, 30:33, 30:33] += np.array([1, 0, 1])[:, None, None] * snr * NOISE / 3
    return stamps


def test_the_weights_are_small_and_say_what_they_are():
    assert WEIGHTS.stat().st_size + WEIGHTS_INT8.stat().st_size < 5e6
    for path in (WEIGHTS, WEIGHTS_INT8):
        assert notes(path)["version"] == VERSION
        assert [made.name for made in session(path).get_inputs()] == ["stamps"]


def test_eight_bits_say_the_same():
    stamps, _ = examples(400, backgrounds(), np.random.default_rng(4))
    whole, small = probabilities(stamps), probabilities(stamps, WEIGHTS_INT8)
    assert ((whole >= 0.5) == (small >= 0.5)).mean() > 0.98


def test_orientation_does_not_matter():
    stamps, _ = examples(64, backgrounds(), np.random.default_rng(8))
    expected = probabilities(stamps)
    assert np.ptp(expected) > 0.9
    for turned in orientations(stamps):
        np.testing.assert_allclose(probabilities(turned), expected, atol=1e-5)


def test_the_unit_of_brightness_does_not_matter():
    np.testing.assert_allclose(probabilities(point_source() * 7), probabilities(point_source()), atol=1e-4)


def test_what_is_missing_is_left_out():
    stamps = np.repeat(point_source(), 6, axis=0)
    stamps[1, :, 50:], stamps[2, 1], stamps[3, :2], stamps[4, 2] = [np.nan] * 4
    stamps[5, 1:] = np.nan
    real = probabilities(stamps)
    assert real[0] > 0.9 and np.isfinite(real[:5]).all() and np.isnan(real[5])
    # a template or an edge of it that never came makes no artefact of a source
    assert (real[1:3] > 0.5).all()


def test_the_middle_must_be_there():
    stamps = np.repeat(point_source(), 3, axis=0)
    stamps[1, :, :40], stamps[2, 2, 25:40, 25:40] = np.nan, np.nan
    assert judged(stamps).tolist() == [True, False, True]


def test_stamps_of_any_size_and_survey_are_judged():
    whole = point_source()
    for survey, cut in (("ZTF", whole[..., 10:50, 3:60]), ("LSST", whole[..., 16:47, 16:47]), ("LSST", whole)):
        assert RealBogus().score(alerts_of(cut, survey)).notna().all(axis=None)
    assert RealBogus().score(alerts_of(np.full_like(whole, np.nan))).isna().all(axis=None)


def test_simulated_objects_are_told_from_simulated_artefacts():
    """On skies of plain noise, which it never saw; noise peaks look like faint sources to ZTF's network, too."""
    kinds = [*REAL, *(kind for kind in ARTEFACTS if kind != "noise_peak")]
    stamps, names = examples(400, backgrounds(), np.random.default_rng(2), kinds)
    rank, real = rankdata(probabilities(stamps)), np.isin(names, list(REAL))
    auc = (rank[real].sum() - real.sum() * (real.sum() + 1) / 2) / (real.sum() * (~real).sum())
    assert auc > 0.9


def test_the_first_score_is_there_in_half_a_second():
    code = (
        "import numpy as np, time; start = time.process_time();"
        "from tom_alerce_like.plugins.classifiers.real_bogus.classifier import probabilities;"
        "probabilities(np.ones((1, 3, 63, 63), np.float32)); print(time.process_time() - start)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    # pandas and the runtime themselves take most of it
    assert float(done.stdout) < 1


@pytest.mark.data
def test_real_alerts_are_judged_as_by_drb(data):
    """A check of the way from packet to score, not of accuracy: the weights have seen these alerts."""
    pytest.importorskip("sklearn", reason="needs the extra train")
    from tom_alerce_like.plugins.classifiers.real_bogus.known import Known

    known = Known.read(data).scored()
    real = RealBogus().score(known.alerts)["real"].to_numpy()
    np.testing.assert_allclose(real, probabilities(triplets(known.alerts)), atol=1e-6)
    assert ((real >= 0.5) == (known.drb >= 0.5)).mean() > 0.95
