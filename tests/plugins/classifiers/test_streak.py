"""Streaks, trails and glints: the laws, what is simulated, what is measured, and real alerts."""

import numpy as np
import pandas as pd
import pytest

from tests.alerts.synthetic import fits_bytes
from tests.conformance.module import ModuleConformance, random_alerts
from tom_alerce_like.alerts import files
from tom_alerce_like.alerts.schema import frame
from tom_alerce_like.plugins.classifiers.pixels import KINDS, SIZE_PX
from tom_alerce_like.plugins.classifiers.simulate import streaks
from tom_alerce_like.plugins.classifiers.simulate.emptied import emptied, noise
from tom_alerce_like.plugins.classifiers.simulate.lines import BEYOND_PX, Line
from tom_alerce_like.plugins.classifiers.streak import StreakClassifier, geometry
from tom_alerce_like.plugins.classifiers.streak.classifier import CLASSES, VERSION, WEIGHTS
from tom_alerce_like.plugins.classifiers.streak.features import matrix
from tom_alerce_like.plugins.classifiers.streak.maps import maps
from tom_alerce_like.plugins.classifiers.streak.moments import moments
from tom_alerce_like.plugins.classifiers.streak.row import row
from tom_alerce_like.serving import notes, session

MIDDLE = SIZE_PX // 2
SIGMA = 10.0


def straight(length: float, angle: float = 0.4, offset: float = 0.0) -> Line:
    return Line(np.array([-length / 2]), np.array([length / 2]), np.ones(1), angle, offset)


def dotted(spacing: float, angle: float = 0.4) -> Line:
    middle = np.arange(-5, 6) * spacing
    return Line(middle - 0.05, middle + 0.05, np.ones(11), angle, 0.0)


def sky(n: int = 1, seed: int = 0) -> np.ndarray:
    """Stamps of noise, that of science and template above a sky of 200."""
    stamps = np.random.default_rng(seed).normal(0, SIGMA, (n, 3, SIZE_PX, SIZE_PX)).astype(np.float32)
    return stamps + np.array([200, 200, 0], np.float32)[:, None, None]


def with_line(line: Line, snr: float, seed: int = 0) -> np.ndarray:
    """One triplet with a line of this total signal to noise in science and difference."""
    model = streaks.drawn(line, 2.0)
    model *= snr * SIGMA / np.sqrt((model**2).sum())
    return sky(1, seed)[0] + (model * np.array([1, 0, 1])[:, None, None]).astype(np.float32)


def alerts_of(stamps: np.ndarray, survey: str = "ZTF") -> pd.DataFrame:
    cutouts = [{kind: fits_bytes(image) for kind, image in zip(KINDS, images, strict=True)} for images in stamps]
    names = [f"object {number}" for number in range(len(stamps))]
    return frame({"survey": [survey] * len(stamps), "object_id": names, "cutouts": cutouts})


POINT, STREAK, TRAIL, GLINTS = straight(0.1), straight(14), straight(2 * BEYOND_PX, 2.0, 3.0), dotted(14)


class TestStreak(ModuleConformance):
    tolerance = 0.0

    @pytest.fixture
    def module(self):
        return StreakClassifier()

    @pytest.fixture
    def alerts(self):
        """Noise, points, streaks, trails and glints; some smaller, some with gaps, some with nothing."""
        shapes = [POINT, STREAK, TRAIL, GLINTS] * 6
        stamps = np.stack([with_line(line, 5.0 + 5 * number, number) for number, line in enumerate(shapes)])
        stamps[3, :, :20], stamps[5, 1], stamps[7, 0] = np.nan, np.nan, np.nan
        made = pd.concat([alerts_of(stamps), alerts_of(stamps[8:, :, 16:48, 16:48], "LSST")], ignore_index=True)
        return pd.concat([made, random_alerts(3)[list(made.columns)]], ignore_index=True)

    def test_probabilities_of_a_judged_row_sum_to_one(self, module, alerts):
        scores = module.score(alerts).dropna()
        assert len(scores) == len(alerts) - 3
        np.testing.assert_allclose(scores.sum(axis=1), 1)

    @pytest.mark.parametrize(("line", "snr", "said"), [
        (POINT, 40, "none"), (STREAK, 40, "asteroid streak"), (TRAIL, 80, "satellite"), (GLINTS, 80, "satellite"),
    ])  # fmt: skip
    def test_plain_cases_in_any_direction(self, module, line, snr, said):
        turned = [line._replace(angle_rad=angle) for angle in np.linspace(0, np.pi, 7, endpoint=False) + 0.1]
        scores = module.score(alerts_of(np.stack([with_line(one, snr, seed) for seed, one in enumerate(turned)])))
        assert (scores.idxmax(axis=1) == said).all()

    def test_a_line_that_the_template_has_did_not_move(self, module):
        moved = with_line(TRAIL, 80)
        stayed = moved.copy()
        stayed[1] += moved[0] - sky()[0, 0]
        moved, stayed = module.score(alerts_of(np.stack([moved, stayed])))["none"]
        assert stayed > moved

    def test_without_a_difference_nothing_is_judged(self, module):
        stamps = np.stack([with_line(STREAK, 40)] * 3)
        stamps[0, 2], stamps[1, 2, 20:45, 20:45], stamps[2, 2] = np.nan, np.nan, 5.0
        assert module.score(alerts_of(stamps)).isna().all(axis=None)


def test_the_weights_are_small_and_say_what_they_are():
    assert WEIGHTS.stat().st_size < 5e6 and notes(WEIGHTS)["version"] == VERSION
    assert session(WEIGHTS).get_inputs()[0].shape[1] == matrix(sky()).shape[1]
    assert session(WEIGHTS).get_outputs()[0].shape[1] == len(CLASSES)


def test_a_line_is_summed_along_itself():
    image = np.zeros((1, SIZE_PX, SIZE_PX), np.float32)
    image[0, MIDDLE + 7] = 2
    total = geometry.sums(image)[0]
    angle, offset = np.unravel_index(total.argmax(), total.shape)
    assert (angle, offset - geometry.REACH_PX, total.max()) == (0, 7, 2 * SIZE_PX)
    np.testing.assert_array_equal(
        geometry.along(image, np.array([angle]), np.array([offset])), np.full((1, SIZE_PX), 2)
    )


def test_outside_of_the_stamp_there_is_nothing():
    corner = geometry.along(np.ones((1, SIZE_PX, SIZE_PX), np.float32), np.array([12]), np.array([0]))
    assert 20 < np.isfinite(corner).sum() < SIZE_PX


@pytest.mark.parametrize("angle", [0.0, 0.7, 2.2])
def test_moments_find_the_axes_of_a_streak(angle):
    """The Gaussian whose own weight finds it again in a uniform line has 1 / 2.8 of its length; the PSF is added."""
    found = moments(maps(with_line(straight(8, angle), 400)[None]))
    assert found["major_px"][0] == pytest.approx(np.hypot(8 / 2.8, 0.9), rel=0.05)
    assert found["minor_px"][0] == pytest.approx(0.9, rel=0.1)


def test_the_comb_finds_the_spacing_of_glints():
    found = maps(with_line(dotted(12.0, np.pi / 4), 100)[None])
    measured = row(found, geometry.fan(found.seen, 4))
    assert measured["comb_px"][0] == pytest.approx(12, abs=0.6)
    assert measured["row_dots"][0] >= 4


def test_noise_is_not_misled_by_a_source():
    stamp = with_line(STREAK, 500)[2]
    assert noise(stamp) == pytest.approx(SIGMA, rel=0.12)
    assert noise(np.full((3, 3), np.nan, np.float32)) == 1


def test_a_stamp_is_emptied_of_its_alert():
    stamps = np.stack([with_line(POINT, 60, seed) for seed in range(3)])
    stamps[2, 1] += 5000 * np.exp(-np.hypot(*np.mgrid[-31:32, -31:32]) / 8).astype(np.float32)
    made, fit = emptied(stamps, np.array([True, False, True]), np.random.default_rng(0))
    assert fit.tolist() == [True, True, False]  # the last is in the light of a bright host
    assert np.abs(made[:2, 2, 25:38, 25:38]).max() < 6 * SIGMA
    np.testing.assert_array_equal(made[1, 2, :5], -stamps[1, 2, :5])


def test_what_is_simulated_has_the_signal_to_noise_that_is_told():
    stamps = sky(30)
    pixels, known = streaks.simulated(stamps, np.ones(30, bool), 60, np.random.default_rng(3))
    assert set(known["kind"]) == set(streaks.KINDS)
    assert (known["alert_snr"] >= streaks.FAINTEST).all()
    assert (known.loc[known["kind"] == "glints", "n_bright"] >= streaks.FEWEST_GLINTS).all()
    far = known["offset_px"].abs() >= streaks.THROUGH_PX
    np.testing.assert_array_equal(pixels[far, 1], stamps[known["row"][far], 1])
    added = pixels[far, 2] - stamps[known["row"][far], 2]
    snr = np.sqrt((added**2).sum(axis=(1, 2))) / [noise(stamps[row, 2]) for row in known["row"][far]]
    np.testing.assert_allclose(snr, known["snr"][far], rtol=0.25)  # its own photon noise adds a little


def test_simulation_repeats():
    made = [streaks.simulated(sky(5), np.ones(5, bool), 3, np.random.default_rng(1))[0] for _ in range(2)]
    np.testing.assert_array_equal(*made)


@pytest.fixture(scope="module")
def real(data):
    path = data / "ztf_alerts" / "alerts_labelled.parquet"
    alerts = pd.concat([batch.alerts for batch in files.read(path)], ignore_index=True)
    labels = pd.read_parquet(path, columns=["candid", "label"]).astype({"candid": str}).set_index("candid")["label"]
    return StreakClassifier().score(alerts), alerts["alert_id"].map(labels)


@pytest.mark.data
def test_real_glints_are_satellites(real):
    """The module has never seen a real line."""
    scores, label = real
    assert (scores[label == "satellite"].idxmax(axis=1) == "satellite").all()


@pytest.mark.data
def test_real_alerts_are_seldom_lines(real):
    scores, label = real
    assert scores.notna().all(axis=None)
    assert (scores[label != "satellite"]["none"] < 0.5).mean() < 0.01


@pytest.mark.data
def test_streaks_of_lsst_are_judged(data):
    path = data / "lsst_alerts" / "fink_lsst_v10_0_faint_trails.parquet"
    alerts = pd.concat([batch.alerts for batch in files.read(path)], ignore_index=True)
    assert StreakClassifier().score(alerts).notna().all(axis=None)
