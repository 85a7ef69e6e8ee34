"""The stage that lets modules judge."""

import numpy as np
import pandas as pd
import pytest

from tests.core.skies import BROKER, alert, batch, judgement
from tom_alerce_like import scoring
from tom_alerce_like.ingest import ingest
from tom_alerce_like.models import Candidate, Classification
from tom_alerce_like.pipeline import Night

pytestmark = pytest.mark.django_db


class Brightness:
    """Calls what is brighter than 19.5 mag a supernova, and judges nothing below 21 mag."""

    name, version, columns, classes = "brightness", "2.0", ("mag",), ("SN", "other")

    def score(self, alerts: pd.DataFrame) -> pd.DataFrame:
        mag = alerts["mag"].to_numpy()
        bright = np.where(mag > 21, np.nan, (mag < 19.5).astype(float))
        return pd.DataFrame({"SN": bright, "other": 1 - bright}, index=alerts.index)


class Broken(Brightness):
    name = "broken"

    def score(self, alerts):
        raise RuntimeError("no weights")


class Unsure(Brightness):
    """Gives what is no probability, under a name that no column holds."""

    name = "unsure" * 20

    def score(self, alerts):
        return super().score(alerts) + 2


@pytest.fixture
def night(settings):
    settings.TOM_ALERCE_LIKE = {"MODULES": ["tests.core.test_scoring.Broken", "tests.core.test_scoring.Brightness"]}
    rows = [
        alert("ZTF26bright", 61001.0, mag=18.0),
        alert("ZTF26bright", 61000.0, mag=20.0),
        alert("ZTF26faint", dec_deg=-3.0, mag=20.0),
        alert("ZTF26dark", dec_deg=-6.0, mag=22.0),
    ]
    said = [judgement("ZTF26bright", "AGN", 0.99)]
    return Night(targets=set(ingest(batch(*rows, judgements=said), source=BROKER).target_ids.values()))


def test_modules_judge_the_newest_alert_of_each_target(night):
    scoring.classify(night)
    assert night.counts["classified"] == 2
    found = Classification.objects.filter(source="local").values_list(
        "target__name", "class_name", "probability", "mjd"
    )
    assert set(found) == {
        ("ZTF26bright", "SN", 1.0, 61001.0),
        ("ZTF26bright", "other", 0.0, 61001.0),
        ("ZTF26faint", "SN", 0.0, 61000.0),
        ("ZTF26faint", "other", 1.0, 61000.0),
    }
    assert set(Classification.objects.filter(source="local").values_list("classifier", "version")) == {
        ("brightness", "2.0")
    }


def test_the_judgement_is_shown(night):
    scoring.classify(night)
    shown = dict(Candidate.objects.values_list("object_id", "class_name"))
    assert shown == {"ZTF26bright": "SN", "ZTF26faint": "other", "ZTF26dark": ""}


def test_twice_changes_nothing(night):
    scoring.classify(night)
    before = list(Classification.objects.values_list())
    scoring.classify(night)
    assert list(Classification.objects.values_list()) == before


def test_scores_that_cannot_be_stored_are_named(night, settings):
    settings.TOM_ALERCE_LIKE = {"MODULES": ["tests.core.test_scoring.Unsure", "tests.core.test_scoring.Brightness"]}
    scoring.classify(night)
    assert night.counts["classified"] == 2 and night.counts["errors"] == 1
    assert "4 class probabilities left out" in night.problems[0]
    assert set(Classification.objects.filter(source="local").values_list("classifier", flat=True)) == {"brightness"}


def test_nothing_to_judge(night):
    empty = Night()
    scoring.classify(empty)
    assert empty.counts["classified"] == 0
    assert not Classification.objects.filter(source="local").exists()
