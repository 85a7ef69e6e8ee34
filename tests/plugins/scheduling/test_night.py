"""Stored plans, requests for their blocks, the plan's page and the panel of a target."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.template.loader import render_to_string
from django.utils import timezone
from guardian.shortcuts import assign_perm
from tom_targets.models import Target

from tom_alerce_like.clock import to_mjd
from tom_alerce_like.exceptions import ConfigurationError, InputError
from tom_alerce_like.models import Candidate
from tom_alerce_like.pipeline import Night
from tom_alerce_like.plugins.scheduling import checks, panel, planning, stage
from tom_alerce_like.plugins.scheduling.models import Block, Plan

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)
URL = "/alerce/plan/"


@pytest.fixture
def user():
    return get_user_model().objects.create_user("observer", password="x")


@pytest.fixture
def asked(monkeypatch):
    """What the ledger was asked, and the answers it gives by target name."""
    book = SimpleNamespace(calls=[], answers={})

    def ask(target, params, user, why):
        book.calls.append((target.name, params, user, why))
        answer = book.answers.get(target.name, "accepted")
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(state=answer, last_error="not visible" if answer == "refused" else "")

    monkeypatch.setattr(stage, "ask", ask)
    return book


def candidate(name: str, priority: float | None = 0.5, ra_deg: float = 50.0, now: datetime = NOW, **fields) -> Target:
    target = Target.objects.create(name=name, type="SIDEREAL", ra=ra_deg, dec=-30.0, permissions="PRIVATE")
    known = {"survey": "ZTF", "object_id": name, "ra_deg": ra_deg, "dec_deg": -30.0, "last_mjd": to_mjd(now) - 1}
    reason = f"{priority} = young"
    Candidate.objects.create(target_id=target.pk, priority=priority, priority_reason=reason, **{**known, **fields})
    return target


def planned(*targets: Target, user=None, now: datetime = NOW) -> Night:
    night = Night(now=now, user=user, targets={target.pk for target in targets})
    stage.plan(night)
    return night


def test_the_nights_targets_are_planned_and_say_why():
    good, other = candidate("good", 0.8), candidate("other", 0.4, ra_deg=70.0)
    candidate("not of this night", 0.9)
    night = planned(good, other, candidate("unranked", None), candidate("hopeless", 0.0))
    assert not night.problems
    assert set(Block.objects.values_list("target__name", flat=True)) == {"good", "other"}
    block = Block.objects.get(target=good)
    assert block.value == 0.8 and block.reason == "0.8 = young" and block.outcome == ""
    assert NOW <= block.start < block.end <= NOW + timedelta(days=1)
    assert (block.end - block.start).seconds >= planning.duration_s({"exposure_s_1": 120.0, "count_1": 3})


def test_exposures_and_overheads_make_the_duration():
    assert planning.duration_s({"exposure_s_1": 100.0, "count_1": 2, "exposure_s_2": 50.0}) == 110 + 2 * 130 + 80


def test_without_targets_the_recent_ones_are_planned():
    candidate("recent")
    candidate("long ago", last_mjd=to_mjd(NOW) - 40)
    planned()
    assert Block.objects.get().target.name == "recent"


def test_only_the_most_urgent_are_planned(monkeypatch):
    monkeypatch.setattr(planning, "MAX_TARGETS", 2)
    planned(*(candidate(f"t{i}", priority=0.1 * i) for i in range(1, 5)))
    assert set(Block.objects.values_list("target__name", flat=True)) == {"t3", "t4"}


def test_accepted_blocks_keep_their_time():
    first = candidate("first")
    planned(first)
    block = Block.objects.get()
    Block.objects.update(outcome="accepted")
    planned(*(candidate(f"t{i}") for i in range(120)), now=NOW + timedelta(minutes=1))
    others = Block.objects.filter(site=block.site).exclude(pk=block.pk)
    assert others.exists()
    assert not others.filter(start__lt=block.end, end__gt=block.start).exists()


@pytest.mark.parametrize(
    ("instrument", "without_it"),
    [
        ("1M0-SCICAM-SINISTRO", {"Haleakala", "Cerro Pachon"}),
        ("2M0-FLOYDS-SCICAM", {"Sutherland", "Teide", "Cerro Tololo", "Cerro Pachon", "McDonald"}),
    ],
)
def test_blocks_stand_where_the_instrument_is(settings, instrument, without_it):
    settings.TOM_ALERCE_LIKE = {"PLAN_REQUEST": {"instrument_type": instrument}}
    planned(*(candidate(f"t{i}", ra_deg=3.0 * i) for i in range(120)))
    found = set(Block.objects.values_list("site", flat=True))
    assert found and not found & without_it


def test_a_site_of_ones_own_may_leave_its_telescopes_out(settings):
    places = {"there": {"longitude_deg": 20.8, "latitude_deg": -32.4}, "other": {"telescopes": ["4m0"]}}
    places["other"] |= places["there"]
    settings.TOM_ALERCE_LIKE = {"SITES": places}
    planned(candidate("a"), candidate("b"))
    assert set(Block.objects.values_list("site", flat=True)) == {"there"}


def test_an_empty_night_makes_an_empty_plan():
    planned()
    assert Plan.objects.count() == 1 and not Block.objects.exists()


def test_nothing_is_asked_unless_the_setting_says_so(asked, user):
    stage.submit(planned(candidate("a"), user=user))
    assert asked.calls == []


def test_nothing_is_asked_without_a_user(asked, settings):
    settings.TOM_ALERCE_LIKE = {"AUTO_SUBMIT": True}
    night = planned(candidate("a"))
    stage.submit(night)
    assert asked.calls == [] and "user" in night.problems[0]


def test_blocks_are_asked_for_in_order_of_value_up_to_the_cap(asked, settings, user):
    settings.TOM_ALERCE_LIKE = {"AUTO_SUBMIT": True, "MAX_REQUESTS_PER_NIGHT": 2}
    night = planned(*(candidate(f"t{i}", priority=0.1 * i) for i in range(1, 5)), user=user)
    stage.submit(night)
    assert [call[0] for call in asked.calls] == ["t4", "t3"]
    assert night.counts["requests"] == 2 and night.counts["errors"] == 0
    _, params, by, why = asked.calls[0]
    assert by == user and "0.4 = young" in why and params["exposure_s_1"] > 0
    assert dict(Block.objects.values_list("target__name", "outcome"))["t4"] == "accepted"


def test_trouble_with_one_target_does_not_stop_the_next(asked, settings, user):
    settings.TOM_ALERCE_LIKE = {"AUTO_SUBMIT": True}
    asked.answers = {"t3": InputError("no such filter"), "t2": "refused"}
    night = planned(*(candidate(f"t{i}", priority=0.1 * i) for i in range(1, 4)), user=user)
    stage.submit(night)
    assert night.counts["requests"] == 1
    assert night.problems == ["t3: no such filter", "t2: refused not visible"]
    assert Block.objects.get(target__name="t2").outcome == "refused not visible"


def test_what_another_run_is_asking_for_is_no_trouble(asked, settings, user):
    settings.TOM_ALERCE_LIKE = {"AUTO_SUBMIT": True}
    asked.answers = {"t1": "sending"}
    night = planned(candidate("t1"), candidate("t2"), user=user)
    stage.submit(night)
    assert night.counts["requests"] == 1 and not night.problems
    assert Block.objects.get(target__name="t1").outcome == "sending"


def test_without_credentials_one_problem_is_enough(asked, settings, user):
    settings.TOM_ALERCE_LIKE = {"AUTO_SUBMIT": True}
    asked.answers = {"t2": ConfigurationError("no API key")}
    night = planned(candidate("t2", 0.9), candidate("t1", 0.1), user=user)
    stage.submit(night)
    assert night.problems == ["no API key"] and len(asked.calls) == 1


def test_what_was_asked_is_not_asked_again(asked, settings, user):
    settings.TOM_ALERCE_LIKE = {"AUTO_SUBMIT": True}
    night = planned(candidate("a"), user=user)
    stage.submit(night)
    stage.submit(night)
    assert len(asked.calls) == 1


def test_the_page_wants_a_login(client):
    assert "/accounts/login" in client.get(URL).url
    assert "/accounts/login" in client.post(URL).url
    assert not Plan.objects.exists()


def test_targets_of_others_are_only_busy_time(client, user):
    mine, secret = candidate("mine<script>"), candidate("secret", ra_deg=60.0)
    assign_perm("tom_targets.view_target", user, mine)
    planned(mine, secret)
    client.force_login(user)
    page = client.get(URL).content.decode()
    assert "mine&lt;script&gt;" in page and "mine<script>" not in page
    assert "secret" not in page and f"/targets/{secret.pk}/" not in page
    assert "1 block for targets that you may not see is shown as busy" in page
    assert page.count("alerce-busy") == 1


def test_a_post_plans_what_the_user_may_change(client, user):
    now = timezone.now()
    sky = [candidate(f"mine{hour}", ra_deg=15.0 * hour, now=now) for hour in range(24)]
    candidate("secret", now=now)
    for target in sky:
        assign_perm("tom_targets.view_target", user, target)
        assign_perm("tom_targets.change_target", user, target)
    client.force_login(user)
    assert client.get(URL).status_code == 200 and not Plan.objects.exists()
    assert client.post(URL).url == URL
    names = set(Block.objects.values_list("target__name", flat=True))
    assert names and names <= {target.name for target in sky}
    assert Plan.objects.get().user == user
    assert "mine" in client.get(URL).content.decode()


@pytest.mark.parametrize(
    "site", [{"P": {"longitude_deg": 1}}, {"P" * 51: {"longitude_deg": 1, "latitude_deg": 1}}, {"P": None}]
)
def test_wrong_sites_are_told_on_the_page_and_by_the_check(client, user, settings, site):
    settings.TOM_ALERCE_LIKE = {"SITES": site}
    assert "SITES" in checks.usable_sites(None)[0].msg
    assign_perm("tom_targets.change_target", user, candidate("a", now=timezone.now()))
    client.force_login(user)
    response = client.post(URL, follow=True)
    assert response.status_code == 200 and "SITES" in response.content.decode()


def test_who_may_only_look_cannot_replace_the_plan_of_others(client, user):
    assign_perm("tom_targets.view_target", user, candidate("a", now=timezone.now()))
    client.force_login(user)
    response = client.post(URL, follow=True)
    assert "no recent candidate that you may change" in response.content.decode() and not Plan.objects.exists()


def test_the_panel_draws_the_altitude_at_each_site(user):
    target = candidate("up")
    html = render_to_string("tom_alerce_like/scheduling/panel.html", panel.context(target, user))
    assert html.count("<polyline") == html.count("alerce-swatch") >= 4
    assert "Cerro Tololo" in html


def test_numbers_of_the_drawing_do_not_follow_the_language(user, settings):
    settings.USE_THOUSAND_SEPARATOR = True
    settings.LANGUAGE_CODE = "de"
    html = render_to_string("tom_alerce_like/scheduling/panel.html", panel.context(candidate("up"), user))
    view_box = html.split('viewBox="0 0 ')[1].split(" ")[0]
    assert int(view_box) > 600


def test_the_panel_says_when_nothing_can_be_drawn(user, settings):
    comet = Target.objects.create(name="comet", type="NON_SIDEREAL")
    assert "no fixed coordinates" in render_to_string(
        "tom_alerce_like/scheduling/panel.html", panel.context(comet, user)
    )
    settings.TOM_ALERCE_LIKE = {"SITES": {}}
    html = render_to_string("tom_alerce_like/scheduling/panel.html", panel.context(candidate("a"), user))
    assert "does not get dark" in html
