"""Our own pages of follow-up requests."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.template.loader import render_to_string
from django.test import Client
from django.urls import get_resolver, reverse
from guardian.shortcuts import remove_perm

from tom_alerce_like.facilities import ledger, urls, views
from tom_alerce_like.facilities.models import FollowupRequest, State
from tom_alerce_like.facilities.ocs.payload import default_params
from tom_alerce_like.facilities.panels import followup

pytestmark = pytest.mark.django_db
FORM = reverse("tom_alerce_like_facilities:request")
LIST = reverse("tom_alerce_like_facilities:list")


@pytest.fixture
def client(astronomer):
    made = Client()
    made.force_login(astronomer)
    return made


@pytest.fixture
def made(portal, target, astronomer):
    return ledger.submit(target, default_params(), astronomer, "because it rises")


def data(*targets: Any, **changes: Any) -> dict[str, Any]:
    return {"target": [target.pk for target in targets], "confirm": "1", **default_params(), **changes}


def action(name: str, request: FollowupRequest) -> str:
    return reverse(f"tom_alerce_like_facilities:{name}", kwargs={"pk": request.pk})


def test_a_post_of_targets_shows_the_form_and_asks_for_nothing(portal, client, target, other_target):
    reply = client.post(FORM, {"target": [target.pk, other_target.pk]})
    assert target.name in reply.text and other_target.name in reply.text and "Submit 2 requests" in reply.text
    assert client.get(FORM, {"target": target.pk}).status_code == 200
    assert not portal.calls and not FollowupRequest.objects.exists()


def test_confirmed_it_asks_for_each_target_once(portal, client, target, other_target):
    posted = data(target, other_target, why="both rise")
    for _ in range(2):
        assert client.post(FORM, posted, follow=True).redirect_chain == [(LIST, 302)]
    assert len(portal.groups) == 2
    assert set(FollowupRequest.objects.values_list("state", "why")) == {(State.ACCEPTED, "both rise")}
    page = client.get(LIST).text
    assert target.name in page and "accepted" in page and "both rise" in page


def test_errors_name_field_and_target_and_nothing_is_booked(portal, client, target, other_target):
    portal.errors = {"requests": [{"configurations": [{"instrument_configs": [{}, {"exposure_time": ["too long"]}]}]}]}
    reply = client.post(FORM, data(target, other_target))
    assert reply.context["form"].errors["exposure_s_2"] == [
        f"{target.name}: too long",
        f"{other_target.name}: too long",
    ]
    assert not portal.groups


def test_local_errors_make_no_call(portal, client, target):
    reply = client.post(FORM, data(target, ipp_value=9))
    assert reply.context["form"].errors["ipp_value"] and not portal.calls


def test_targets_that_the_user_may_not_change_are_left_out(portal, client, astronomer, target, other_target, reader):
    stranger = Client()
    stranger.force_login(reader)
    assert stranger.post(FORM, data(target, other_target)).status_code == 404
    remove_perm("tom_targets.change_target", astronomer, other_target)
    reply = client.post(FORM, data(target, other_target), follow=True)
    assert "Left out: 1 targets" in reply.text and other_target.name not in reply.text
    assert len(portal.groups) == 1


@pytest.mark.parametrize("ids", [[], ["x"], ["999999"], ["-1"], ["9" * 40]])
def test_no_such_target(portal, client, ids):
    assert client.get(FORM, {"target": ids}).status_code == 404


def test_refresh_and_cancel_by_post(portal, client, made):
    portal.set_state(1, "COMPLETED")
    client.post(action("refresh", made))
    made.refresh_from_db()
    assert made.state == State.COMPLETED
    portal.set_state(1, "PENDING")
    client.post(action("refresh", made))
    client.post(action("cancel", made))
    made.refresh_from_db()
    assert made.state == State.CANCELLED and not portal.live()


def test_refresh_tells_when_the_portal_gives_no_answer(portal, client, made):
    portal.faults = ["500"]
    assert "answered 500" in client.post(action("refresh", made), follow=True).text


def test_nothing_acts_on_a_get(portal, client, made):
    portal.calls.clear()
    assert {client.get(action(name, made)).status_code for name in ("refresh", "cancel")} == {405}
    client.get(LIST)
    client.get(FORM, {"target": made.target_id})
    assert not portal.calls


def test_hostile_text_of_a_portal_is_text(portal, client, made):
    FollowupRequest.objects.update(last_error="<script>alert(1)</script>", why="<img src=x onerror=alert(1)>")
    page = client.get(LIST).text
    assert "<script>alert" not in page and "<img src=x" not in page and "&lt;script&gt;" in page


def test_every_page_refuses_strangers(portal, made, reader, django_user_model):
    """Walks every URL of this app: anonymous users are sent to log in, others neither see nor act."""
    stranger = django_user_model.objects.create_user("stranger")
    portal.calls.clear()
    for pattern in urls.urlpatterns:
        kwargs = {"pk": made.pk} if "pk" in pattern.pattern.converters else {}
        url = reverse(f"tom_alerce_like_facilities:{pattern.name}", kwargs=kwargs)
        for method in ("get", "post"):
            anonymous = getattr(Client(), method)(url, data(made.target))
            assert anonymous.status_code == 302 and anonymous.url.startswith("/accounts/login/")
            for user in (stranger, reader):
                client = Client()
                client.force_login(user)
                reply = getattr(client, method)(url, data(made.target))
                assert reply.status_code in (404, 405) or (pattern.name == "list" and reply.status_code in (200, 405))
                assert user is reader or made.why not in reply.text
    assert not portal.calls and FollowupRequest.objects.get().state == State.ACCEPTED


def test_a_posted_form_needs_the_csrf_token(portal, client, target, astronomer):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(astronomer)
    strict.post(FORM, data(target))
    assert not portal.groups


def test_the_pages_are_where_the_hooks_say():
    config = apps.get_app_config("tom_alerce_like_facilities")
    (button,) = config.candidate_actions()
    assert reverse(button["url_name"]) == "/alerce/followup/request/"
    (panel,) = config.alert_panels()
    assert panel["position"] == 50
    assert get_resolver().resolve(FORM).url_name == "request"


def test_the_panel_makes_no_call(portal, made, astronomer, reader):
    portal.calls.clear()
    mine, theirs = followup(made.target, astronomer), followup(made.target, reader)
    partial = "tom_alerce_like/facilities/panel.html"
    assert "Request follow-up" in render_to_string(partial, mine)
    assert "Request follow-up" not in render_to_string(partial, theirs)
    assert list(mine["requests"]) == [made] and not portal.calls


def test_no_page_that_calls_out_runs_in_one_transaction():
    for view in (views.RequestView, views.RefreshView, views.CancelView):
        assert view.as_view()._non_atomic_requests
