"""Ranking candidates of the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.template.loader import render_to_string
from tom_dataproducts.models import PhotometryReducedDatum, SpectroscopyReducedDatum
from tom_observations.models import ObservationRecord
from tom_targets.models import Target

from tom_alerce_like.clock import to_mjd
from tom_alerce_like.exceptions import ConfigurationError
from tom_alerce_like.models import Candidate, Classification
from tom_alerce_like.pipeline import Night
from tom_alerce_like.plugins.priority import checks, panel, strategies
from tom_alerce_like.plugins.priority.criteria import Brightness, ClassProbability
from tom_alerce_like.plugins.priority.models import Priority
from tom_alerce_like.plugins.priority.stage import rank
from tom_alerce_like.plugins.priority.table import candidates

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)


def candidate(name: str, *, days_ago: float = 1.0, sn: float | None = 0.9, **fields) -> Target:
    target = Target.objects.create(name=name, type="SIDEREAL", ra=50.0, dec=-30.0)
    seen = to_mjd(NOW) - days_ago
    known = {"survey": "ZTF", "object_id": name, "ra_deg": 50.0, "dec_deg": -30.0, "last_mag": 18.0}
    Candidate.objects.create(target_id=target.pk, **{**known, "first_mjd": seen, "last_mjd": seen, **fields})
    if sn is not None:
        classify(target, "1", sn)
    return target


def classify(target: Target, version: str, sn: float) -> None:
    for name, probability in (("SN", sn), ("AGN", 1 - sn)):
        Classification.objects.create(
            target_id=target.pk,
            source="ALeRCE",
            classifier="stamp_classifier",
            version=version,
            class_name=name,
            probability=probability,
        )


def point(target: Target, days_ago: float, mag: float | None, limit: float | None = None) -> None:
    PhotometryReducedDatum.objects.create(
        target=target,
        timestamp=NOW - timedelta(days=days_ago),
        bandpass="g",
        brightness=mag,
        brightness_error=0.05 if mag else None,
        limit=limit,
        source_name="ALeRCE-multisurvey",
    )


def ranked(*targets: Target) -> Night:
    night = Night(now=NOW, targets={target.pk for target in targets})
    rank(night)
    return night


def test_a_young_rising_supernova_comes_first_and_says_why():
    good, old, agn = candidate("good"), candidate("old", days_ago=25.0), candidate("agn", sn=0.02)
    point(good, 3, None, limit=21.0)
    point(good, 1, 18.0)
    night = ranked(good, old, agn)
    assert night.counts["ranked"] == 3 and not night.problems
    order = Candidate.objects.order_by("-priority").values_list("object_id", flat=True)
    assert list(order) == ["good", "old", "agn"]
    best = Candidate.objects.get(object_id="good")
    assert best.priority > 0.4
    assert "P(SN) 0.9" in best.priority_reason and "rising 1" in best.priority_reason


def test_what_was_observed_falls_to_zero():
    spectrum, booked, failed = candidate("spectrum"), candidate("booked"), candidate("failed")
    SpectroscopyReducedDatum.objects.create(target=spectrum, timestamp=NOW, flux=[1.0], wavelength=[5000.0])
    for target, status in ((booked, "PENDING"), (failed, "WINDOW_EXPIRED")):
        ObservationRecord.objects.create(
            target=target, facility="X", parameters={}, observation_id=status, status=status
        )
    ranked(spectrum, booked, failed)
    values = dict(Candidate.objects.values_list("object_id", "priority"))
    assert values["spectrum"] == values["booked"] == 0 < values["failed"]


def test_only_the_newest_version_of_a_classifier_counts():
    target = candidate("renewed", sn=0.9)
    classify(target, "2", 0.3)
    assert ClassProbability()(candidates([target.pk], NOW)).tolist() == [0.3]
    Classification.objects.filter(version="1").update(mjd=61364.0)
    assert ClassProbability()(candidates([target.pk], NOW)).tolist() == [0.9]


def test_the_number_of_queries_does_not_grow(django_assert_num_queries):
    one = [candidate("a").pk]
    many = [*one, *(candidate(f"t{i}").pk for i in range(20))]
    for ids in (one, many):
        with django_assert_num_queries(5):
            assert len(candidates(ids, NOW)) == len(ids)


def test_ranking_twice_changes_nothing():
    target = candidate("again")
    ranked(target)
    before = Priority.objects.values_list("value", "reason", "parts").get()
    ranked(target)
    assert Priority.objects.values_list("value", "reason", "parts").get() == before


def test_a_candidate_with_nothing_known_is_still_ranked():
    bare = candidate("bare", last_mag=None, sn=None, first_mjd=None)
    assert ranked(bare).counts["ranked"] == 1
    assert "P(SN) unknown taken as 0.1" in Candidate.objects.get(object_id="bare").priority_reason


def test_a_strategy_of_ones_own_may_leave_a_target_unjudged(settings):
    settings.TOM_ALERCE_LIKE = {"STRATEGY": f"{__name__}.only_bright"}
    night = ranked(candidate("seen"), candidate("unseen", last_mag=None))
    assert night.counts["ranked"] == 1
    unseen = Candidate.objects.get(object_id="unseen")
    assert unseen.priority is None and unseen.priority_reason == "unknown = brightness unknown"
    assert Priority.objects.filter(strategy="only bright", version="7").count() == 2


only_bright = strategies.Strategy("only bright", "7", Brightness())


long_name, long_version = (strategies.Strategy(n * "x", v * "1", Brightness()) for n, v in ((51, 1), (1, 21)))


@pytest.mark.parametrize(
    "path",
    ["no.such.strategy", "tom_alerce_like.conf.get", f"{__name__}.long_name", f"{__name__}.long_version"],
)
def test_a_wrong_strategy_is_told(settings, path):
    settings.TOM_ALERCE_LIKE = {"STRATEGY": path}
    with pytest.raises(ConfigurationError, match="STRATEGY"):
        strategies.current()


def test_without_targets_the_recent_ones_are_ranked():
    candidate("recent"), candidate("old", days_ago=40.0)
    night = Night(now=NOW)
    rank(night)
    assert list(Priority.objects.values_list("target__name", flat=True)) == ["recent"]


def test_the_panel_shows_each_criterion():
    target, new = candidate("<b>bold</b>"), candidate("new")
    ranked(target)
    user = get_user_model().objects.create(username="someone")
    html = render_to_string("tom_alerce_like/priority/panel.html", panel.context(target, user))
    assert "P(SN) 0.9" in html and html.count("alerce-bar") >= 8
    assert "Not ranked yet" in render_to_string("tom_alerce_like/priority/panel.html", panel.context(new, user))


def test_the_check_reports_a_wrong_strategy(settings):
    assert checks.usable_strategy(None) == []
    settings.TOM_ALERCE_LIKE = {"STRATEGY": "no.such.strategy"}
    assert "no.such.strategy" in checks.usable_strategy(None)[0].msg
