"""The runner: many modules, one table, and one that fails stops nobody."""

import numpy as np
import pandas as pd
import pytest

from tests.conformance.module import ModuleConformance, random_alerts
from tom_alerce_like import module
from tom_alerce_like.alerts.schema import CLASSIFICATION_SCHEMA


class Brightness:
    """The simplest module: bright or not, silent where the magnitude is unknown."""

    name, version = "brightness", "3"
    columns, classes = ("mag",), ("bright", "faint")

    def score(self, alerts: pd.DataFrame) -> pd.DataFrame:
        mag = alerts["mag"].to_numpy(float)
        bright = np.where(np.isfinite(mag), 1 / (1 + np.exp(np.clip(mag - 2, -500, 500))), np.nan)
        return pd.DataFrame({"bright": bright, "faint": 1 - bright}, index=alerts.index)


class Broken(Brightness):
    name = "broken"

    def score(self, alerts: pd.DataFrame) -> pd.DataFrame:
        raise RuntimeError("no weights")


class TestBrightness(ModuleConformance):
    """The conformance class itself, with a module that anybody can read."""

    @pytest.fixture
    def module(self):
        return Brightness()


class Careless(Brightness):
    """Breaks a law that the parameter names."""

    def __init__(self, law: str) -> None:
        self.law = law

    def score(self, alerts: pd.DataFrame) -> pd.DataFrame:
        scores = super().score(alerts)
        if self.law == "order":
            return scores.sort_values("bright")
        if self.law == "batch":
            return scores - scores.mean() / 10
        if self.law == "input":
            alerts.loc[alerts.index[0], "mag"] = 0.0
        if self.law == "classes":
            return scores.rename(columns={"faint": "dim"})
        return scores * 2 if self.law == "range" else scores


@pytest.mark.parametrize(
    ("law", "test"),
    [
        ("order", "test_index_and_order_are_kept"),
        ("batch", "test_a_table_gives_what_single_rows_give"),
        ("input", "test_the_input_is_not_changed"),
        ("classes", "test_columns_are_the_classes_and_values_probabilities"),
        ("range", "test_columns_are_the_classes_and_values_probabilities"),
    ],
)
def test_the_conformance_class_catches_who_breaks_a_law(law, test):
    getattr(ModuleConformance(), test)(Brightness(), random_alerts(20))
    with pytest.raises(AssertionError):
        getattr(ModuleConformance(), test)(Careless(law), random_alerts(20))


def test_every_module_answers_in_the_words_of_the_table():
    alerts = random_alerts(10)
    scores = module.run(alerts, [Brightness()])
    judged = alerts["mag"].notna().sum()
    assert list(scores.columns) == CLASSIFICATION_SCHEMA.names
    assert len(scores) == 2 * judged
    assert set(scores["source"]) == {module.LOCAL} and set(scores["version"]) == {"3"}
    first = scores[scores["class_name"] == "bright"].set_index("object_id")["probability"]
    expected = Brightness().score(alerts)["bright"].set_axis(alerts["object_id"]).dropna()
    pd.testing.assert_series_equal(first, expected, check_names=False, check_index_type=False)


def test_a_module_that_fails_does_not_stop_the_others(caplog):
    alerts = random_alerts(10)
    scores = module.run(alerts, [Broken(), Brightness()])
    pd.testing.assert_frame_equal(scores, module.run(alerts, [Brightness()]))
    assert "broken" in caplog.text and "10 alerts" in caplog.text


@pytest.mark.parametrize(("alerts", "modules"), [(random_alerts(3), []), (random_alerts(3), [Broken()])])
def test_no_scores_are_an_empty_table(alerts, modules):
    scores = module.run(alerts, modules)
    assert scores.empty and list(scores.columns) == CLASSIFICATION_SCHEMA.names


def test_no_alerts_are_an_empty_table():
    assert module.run(random_alerts(3).iloc[:0], [Brightness()]).empty


def test_modules_are_made_once(settings):
    path = f"{__name__}.Brightness"
    settings.TOM_ALERCE_LIKE = {"MODULES": [path, path]}
    first, second = module.enabled()
    assert first is second is module.enabled()[0]
