"""The search for anomalies: the laws, what is strange and why, and what it learns."""

import json
import os

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest

from tests.conformance.module import ModuleConformance
from tom_alerce_like.alerts import lightcurve
from tom_alerce_like.alerts.schema import frame
from tom_alerce_like.exceptions import InputError
from tom_alerce_like.plugins.classifiers.anomaly import Anomaly, decided, evaluate, features, hidden, search
from tom_alerce_like.plugins.classifiers.anomaly.classifier import NAME, WEIGHTS, Reason, judge
from tom_alerce_like.plugins.classifiers.anomaly.forest import Judge, Ordinary, kernel, quantile
from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.taxonomy import judges_aspect, names_the_class

RNG = np.random.default_rng(5)
CROWD = RNG.standard_normal((300, 4))


def transient(colour_mag: float = 0.0, fade: float = 0.05, peak_mag: float = 18.0, n: int = 16) -> pd.DataFrame:
    """Return points of a transient that rises for 9 days and fades, every third night in g and in r."""
    days = np.repeat(np.arange(n // 2) * 3.0, 2)
    mag = peak_mag + np.where(days < 9, 0.1 * (9 - days), fade * (days - 9))
    mag += np.tile([colour_mag, 0.0], n // 2)
    flux = 10 ** ((31.4 - mag) / 2.5)
    return pd.DataFrame(
        {
            "mjd": 61000 + days + np.tile([0, 0.02], n // 2),
            "band": np.tile(["g", "r"], n // 2),
            "flux_njy": flux,
            "flux_err_njy": 0.05 * flux,
            "mag": mag,
            "mag_err": 0.05,
            "is_detection": True,
            "is_forced": False,
        }
    )


def alerts_of(*curves: pd.DataFrame, survey: str = "ZTF") -> pd.DataFrame:
    flat = pd.concat([curve.assign(row=row) for row, curve in enumerate(curves)])
    made = frame({"survey": [survey] * len(curves), "object_id": [f"ZTF26{row:07d}" for row in range(len(curves))]})
    return made.drop(columns="lightcurve").assign(lightcurve=lightcurve.nest(flat, len(curves)))


@pytest.fixture
def many():
    shapes = [(RNG.normal(0, 0.2), RNG.uniform(0.02, 0.1), RNG.integers(3, 12) * 2) for _ in range(12)]
    return alerts_of(*(transient(colour, fade, n=int(n)) for colour, fade, n in shapes))


class TestAnomaly(ModuleConformance):
    @pytest.fixture
    def module(self):
        return Anomaly()

    @pytest.fixture
    def alerts(self, many):
        return many

    def test_too_few_detections_are_not_judged(self, module):
        assert module.score(alerts_of(transient(n=4), transient(n=2)))["strange"].isna().tolist() == [False, True]

    def test_it_is_an_aspect_and_no_class(self, module):
        assert judges_aspect(module.name) and not names_the_class(module.name) and module.name == NAME


def value(alerts: pd.DataFrame, name: str) -> float:
    return float(features.matrix(alerts)[0, features.NAMES.index(name)])


def test_features_measure_what_their_names_say():
    alerts = alerts_of(transient(colour_mag=0.3, fade=0.04, n=20))
    assert value(alerts, "days_rising") == pytest.approx(9, abs=0.1)
    assert value(alerts, "days_fading") == pytest.approx(18, abs=0.1)
    assert value(alerts, "colour_mag") == pytest.approx(0.3, abs=0.02)
    assert value(alerts, "r_fade_mag_per_day") == pytest.approx(0.04, abs=0.005)
    assert value(alerts, "rise_mag_per_day") == pytest.approx(0.1, abs=0.01)
    assert value(alerts, "negative_share") == 0 and value(alerts, "roughness") < 2


@settings(max_examples=15)
@given(peak_mag=st.floats(10, 25), survey=st.sampled_from(["ZTF", "LSST"]))
def test_brightness_and_survey_are_nothing_strange(peak_mag, survey):
    one, other = alerts_of(transient(0.2, peak_mag=18.0)), alerts_of(transient(0.2, peak_mag=peak_mag), survey=survey)
    np.testing.assert_allclose(features.matrix(other), features.matrix(one), rtol=1e-3, atol=1e-4)


def test_every_feature_of_a_row_is_of_its_own_object(many):
    together, alone = features.matrix(many), [features.matrix(many.iloc[[row]])[0] for row in range(len(many))]
    np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-5)


def test_no_object_no_feature():
    assert features.of(Curves.of(alerts_of(transient()).iloc[:0])).shape == (0, len(features.NAMES))


def test_the_kernel_is_the_share_of_common_leaves():
    places = CROWD[:20]
    made = kernel(places, places)
    assert np.allclose(np.diag(made), 1) and np.all((made > 0) & (made <= 1))
    assert np.linalg.eigvalsh(made).min() > 0


@given(values=st.lists(st.floats(-5, 5), min_size=1, max_size=30))
def test_quantiles_are_in_order_and_within_0_and_1(values):
    ranks = quantile(np.sort(np.array(values)), np.linspace(-1, 1, 50))
    assert np.all(np.diff(ranks) >= 0) and ranks[0] >= 0 and ranks[-1] <= 1


def test_scores_of_new_ordinary_objects_are_even():
    judge = Judge(Ordinary(CROWD), np.empty((0, 4)), np.empty(0))
    assert kstest(judge.score(RNG.standard_normal((500, 4))), "uniform").statistic < 0.1


def test_they_stay_even_when_something_was_learned():
    labels = np.repeat([1.0, 0.0], 10)
    asked = np.concatenate([RNG.normal(3, 0.3, (10, 4)), RNG.standard_normal((10, 4))])
    judge = Judge(Ordinary(CROWD), asked, labels)
    assert kstest(judge.score(RNG.standard_normal((500, 4))), "uniform").statistic < 0.1


def test_what_was_left_out_is_as_if_it_never_was_there():
    everything, without = Ordinary(CROWD), Ordinary(CROWD[1:])
    # the scale is of the crowd, which one object hardly changes
    object.__setattr__(without, "middle", everything.middle)
    object.__setattr__(without, "spread", everything.spread)
    assert without.novelty(everything.places[:1])[0] == pytest.approx(everything.own_novelty[0])


@settings(max_examples=20)
@given(which=st.integers(0, 3), far=st.sampled_from([-9.0, 9.0]))
def test_the_one_strange_feature_is_the_reason(which, far):
    row = np.zeros((1, 4))
    row[0, which] = far
    for labels in (np.empty(0), np.array([1.0])):
        judge = Judge(Ordinary(CROWD), row[: len(labels)], labels)
        assert judge.losses(row)[0].argmax() == which
        assert judge.score(row)[0] > 0.98


def test_unknown_features_are_no_reason():
    row = np.array([[np.nan, 8.0, 0.0, np.nan]])
    losses = Judge(Ordinary(CROWD), np.empty((0, 4)), np.empty(0)).losses(row)[0]
    assert losses[0] == losses[3] == 0 < losses[1]


def test_what_is_like_the_interesting_rises_and_what_is_like_the_ordinary_falls():
    blue, slow = np.array([[4.0, 0, 0, 0]]), np.array([[0, 4.0, 0, 0]])
    before = Judge(Ordinary(CROWD), np.empty((0, 4)), np.empty(0))
    after = Judge(Ordinary(CROWD), np.concatenate([blue, slow]), np.array([1.0, 0.0]))
    near = np.array([[3.5, 0, 0.2, 0], [0, 3.5, 0, 0.2]])
    assert (after.score(near) - before.score(near))[1] < 0 <= (after.score(near) - before.score(near))[0]
    undecided = Judge(Ordinary(CROWD), np.concatenate([blue, blue]), np.array([1.0, 0.0]))
    once = Judge(Ordinary(CROWD), blue, np.array([1.0]))
    places, novelty = once.ordinary.scaled(blue), np.zeros(1)
    assert undecided.interest(places, novelty) < once.interest(places, novelty)


def test_reasons_are_few_ordered_and_known(many):
    strange = alerts_of(transient(colour_mag=-2.5))
    module = Anomaly()
    (blue,) = module.explain(strange)
    assert "colour" in blue[0].feature and blue[0].value < -1 and blue[0].rank < 0.02
    assert blue[0].place == "below 99 %"
    assert module.score(strange)["strange"][0] > 0.95
    for reasons in module.explain(many):
        weights = [reason.weight for reason in reasons]
        assert len(reasons) <= 3 and weights == sorted(weights, reverse=True) and sum(weights) <= 1 + 1e-9
        assert all(reason.meaning == features.FEATURES[reason.feature] for reason in reasons)
    assert module.explain(alerts_of(transient(n=2))) == [[]]


def test_decisions_change_scores(tmp_path):
    file = tmp_path / "folder" / "decisions.json"
    strange = alerts_of(*(transient(colour_mag=colour) for colour in (-1.6, -1.5, -1.4)))
    decided.write(file, features.matrix(strange.iloc[[0, 2]]), np.zeros(2))
    before, after = Anomaly().score(strange), Anomaly(file).score(strange)
    assert after["strange"][1] < before["strange"][1] - 0.05


def test_a_process_that_goes_on_sees_new_decisions(tmp_path, caplog):
    file = tmp_path / "decisions.json"
    for time_s, count in ((1, 0), (2, 2), (3, 1)):
        decided.write(file, np.zeros((count, len(features.NAMES))), np.ones(count))
        os.utime(file, (time_s, time_s))
        assert len(judge(str(file)).labels) == count and judge(str(file)) is judge(str(file))
    file.unlink()
    assert len(judge(str(file)).labels) == 0 and caplog.text == ""


@pytest.mark.parametrize(("value", "text"), [(0.001234, "0.00123"), (-12.345, "-12.3"), (12345.0, "12300"), (2.0, "2")])
def test_reasons_have_three_digits(value, text):
    assert Reason("a", "b", value, 0.5, 1.0).rounded == text


def test_the_setting_names_the_file(settings, tmp_path):
    settings.TOM_ALERCE_LIKE = {"ANOMALY_DECISIONS": str(tmp_path / "none.json")}
    assert Anomaly().decisions.endswith("none.json")
    assert len(judge(Anomaly().decisions).labels) == 0


@pytest.mark.parametrize("content", ["", "[]", '{"features": ["other"], "rows": [[1]], "labels": [1]}', '{"rows": 1}'])
def test_a_broken_file_is_as_none(tmp_path, content, caplog):
    file = tmp_path / "decisions.json"
    file.write_text(content)
    assert len(decided.read(str(file))[1]) == 0 and str(file) in caplog.text


def test_the_weights_are_small_and_of_these_features():
    content = json.loads(WEIGHTS.read_text())
    assert tuple(content["features"]) == features.NAMES and WEIGHTS.stat().st_size < 100_000
    assert all(len(row) == len(features.NAMES) for row in content["rows"])


def test_the_search_finds_a_group_of_rare_ones():
    crowd = np.concatenate([CROWD, RNG.normal([4, 0, 0, 3], 0.5, (12, 4)), RNG.uniform(-6, 6, (12, 4))])
    truth = np.arange(len(crowd)) // 12 == 300 // 12
    found = search.ask(search.ours(crowd, 0), truth, 60)
    assert found[-1] == 1 and np.all(np.diff(found) >= 0)


def test_a_process_goes_through_good_points_and_knows_what_it_does_not_know():
    mjd = np.arange(0, 40, 2.0)
    flux = 100 * np.exp(-((mjd - 20) ** 2) / 200)
    mean, spread = hidden.process(mjd, flux, np.full(20, 0.5), np.array([15.0, 25.0, 200.0]))
    np.testing.assert_allclose(mean[:2], 100 * np.exp(-25 / 200), atol=3)
    assert spread[0] < 5 < spread[2]


def test_figures_of_known_curves(monkeypatch):
    monkeypatch.setattr(evaluate, "sampling_auc", lambda data: (0.5, 0.4, 0.6))
    ours = np.linspace(0.71, 0.80, 10)[:, None]
    scores = {evaluate.OURS: ours} | {name: np.full((10, 1), 0.6) for name in evaluate.PEERS}
    figures = evaluate.figures(None, scores)
    assert figures["anomaly_recall_gain"][0] == pytest.approx(0.13)
    assert all(low <= value <= high for value, low, high in figures.values())


@pytest.mark.data
def test_real_light_curves_become_a_night_of_one_survey(data):
    table = hidden.examples(data, 1, ("tde_manyTDE",))
    curves = Curves.of(table)
    assert len(table) > 10 and set(table["label"]) == {"TDE"}
    assert np.unique(curves.flux_err_njy).size == 1 and set(np.unique(curves.band)) <= {1, 2}
    with pytest.raises(InputError, match="unknown_set"):
        hidden.examples(data, 1, ("unknown_set",))
    assert np.nanmax(curves.last(curves.is_detection) - curves.first(curves.is_detection)) <= hidden.KNOWN_DAYS[1]
