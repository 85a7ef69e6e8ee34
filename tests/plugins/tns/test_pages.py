"""The pages: who may do what, and that only a POST sends."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from tom_targets.models import Target

from tests.plugins.tns.conftest import DISCOVERY, observe
from tom_alerce_like.models import Candidate
from tom_alerce_like.panels import candidate_actions, render
from tom_alerce_like.plugins.tns import tasks
from tom_alerce_like.plugins.tns.models import Report, State

pytestmark = pytest.mark.django_db


@pytest.fixture
def target(supernova):
    return supernova()


@pytest.fixture
def editor(observer, target):
    return observer("vera", "view", "change", targets=[target])


def page(target):
    return reverse("tom_alerce_like_tns:report", args=[target.pk])


def fields(response):
    """What the browser would send back."""
    html = response.content.decode()
    hidden = dict(re.findall(r'name="(digest\w*)" value="(\w+)"', html))
    return {"at_type": "1", "reporter": "V. Rubin", "remarks": "seen", **hidden}


def send(client, target, **changes):
    return client.post(page(target), {**fields(client.get(page(target))), **changes})


def test_preview_shows_the_report_and_sends_nothing(client, editor, target, here, tns):
    client.force_login(editor)
    response = client.get(page(target))
    html = response.content.decode()
    assert response.status_code == 200 and tns.calls == [] and not Report.objects.exists()
    for text in (
        "2026-11-03 08:18:38.998",
        "ZTF r &gt; 20.5000 AB mag",
        "NGC 1234",
        "Vera Rubin, A. Author",
        "sandbox",
    ):
        assert text in html
    assert "&quot;discovery_datetime&quot;" in html


def test_a_report_is_sent_with_the_user_s_words(client, editor, target, here, tns):
    client.force_login(editor)
    response = send(client, target, at_type="0", remarks="Look at this")
    row = Report.objects.get()
    assert response.status_code == 302 and row.state == State.SENT and row.user == editor
    (entry,) = tns.calls[-1][1]["at_report"].values()
    assert (entry["at_type"], entry["remarks"], entry["reporter"]) == ("0", "Look at this", "V. Rubin")
    listed = client.get(response.url).content.decode()
    assert "sent, reply pending" in listed and "alerce_tns" in listed


def test_reply_is_not_polled_in_the_request(client, editor, target, here, tns):
    client.force_login(editor)
    send(client, target)
    client.get(reverse("tom_alerce_like_tns:list"))
    client.get(page(target))
    assert tns.n_calls("get/bulk-report-reply") == 0


def test_a_report_is_not_sent_twice_by_two_clicks(client, editor, target, here, tns):
    client.force_login(editor)
    sent = fields(client.get(page(target)))
    client.post(page(target), sent)
    response = client.post(page(target), sent)
    assert "was reported to" in response.content.decode()
    assert tns.n_calls("set/bulk-report") == 1 and Report.objects.count() == 1


def test_data_that_changed_since_the_preview_are_shown_again(client, editor, target, here, tns):
    client.force_login(editor)
    seen = fields(client.get(page(target)))
    observe(target, DISCOVERY + timedelta(days=9), "g", mag=18.0)
    response = client.post(page(target), seen)
    assert "changed since you looked" in response.content.decode() and tns.calls == []
    assert client.post(page(target), fields(response)).status_code == 302


def test_anonymous_post_sends_nothing(client, target, here, tns):
    Target.objects.update(permissions="OPEN")
    for method in (client.get, client.post):
        response = method(page(target))
        assert response.status_code == 302 and "login" in response.url
    for name in ("list", "bulk", "bulk-send"):
        response = client.post(reverse(f"tom_alerce_like_tns:{name}"), {"target": target.pk, "reporter": "me"})
        assert response.status_code == 302 and "login" in response.url
    assert tns.calls == [] and not Report.objects.exists()


@pytest.mark.parametrize(
    ("actions", "permissions", "status"),
    # the toolkit turns "permission denied" into a message and a redirect
    [((), "PRIVATE", 404), (("view",), "PRIVATE", 302), ((), "PUBLIC", 302), ((), "OPEN", 302)],
)
def test_a_user_without_permission_can_neither_open_nor_send(
    client, observer, target, here, tns, actions, permissions, status
):
    Target.objects.update(permissions=permissions)
    client.force_login(observer("other", *actions, targets=[target]))
    assert client.get(page(target)).status_code == status
    assert client.post(page(target), {"reporter": "me"}).status_code == status
    client.post(reverse("tom_alerce_like_tns:bulk-send"), {"target": target.pk, "reporter": "me"})
    assert tns.calls == [] and not Report.objects.exists()


def test_the_csrf_token_is_required(client, editor, target, here, tns):
    client.handler.enforce_csrf_checks = True
    client.force_login(editor)
    client.post(page(target), fields(client.get(page(target))))
    assert tns.calls == [] and not Report.objects.exists()


def test_the_list_hides_reports_of_private_and_deleted_targets(client, observer, editor, target, here, supernova):
    client.force_login(editor)
    send(client, target)
    client.get(reverse("tom_alerce_like_tns:list"))  # shows the message, so that it is gone
    client.force_login(observer("other"))
    listed = reverse("tom_alerce_like_tns:list")
    assert target.name not in client.get(listed).content.decode()
    target.delete()
    assert "ZTF26aaaaaaa" not in client.get(listed).content.decode()
    client.force_login(observer("admin"))
    type(editor).objects.filter(username="admin").update(is_superuser=True)
    assert "ZTF26aaaaaaa" in client.get(listed).content.decode()


def test_tns_down_gives_a_page_and_a_queued_report(client, editor, target, here, tns):
    tns.read_faults = ["503"] * 10
    client.force_login(editor)
    response = send(client, target)
    assert Report.objects.get().state == State.QUEUED
    assert "not sent yet" in client.get(response.url).content.decode()


def test_tns_unreachable_all_pages_200(client, editor, target, settings, service):
    settings.DATA_SERVICES = {"TNS": {**service, "base_url": "http://127.0.0.1:9"}}
    client.force_login(editor)
    assert client.get(page(target)).status_code == 200
    assert client.get(reverse("tom_alerce_like_tns:list")).status_code == 200
    assert client.post(reverse("tom_alerce_like_tns:bulk"), {"target": target.pk}).status_code == 200


def test_without_credentials_preview_works_and_sending_does_not(client, editor, target, settings):
    settings.DATA_SERVICES = {"TNS": {"group_id": "74"}}
    client.force_login(editor)
    assert "no TNS credentials" in client.get(page(target)).content.decode()
    assert "Reports are off" in send(client, target).content.decode()
    assert not Report.objects.exists()


def test_production_is_shown_and_must_be_confirmed(client, editor, target, settings, service):
    settings.DATA_SERVICES = {"TNS": {**service, "base_url": "https://www.wis-tns.org"}}
    client.force_login(editor)
    html = client.get(page(target)).content.decode()
    assert "TNS PRODUCTION (www.wis-tns.org)" in html and "alert-danger" in html
    assert "This field is required" in send(client, target).content.decode()
    assert not Report.objects.exists()


def test_hostile_text_is_escaped(client, editor, target, here):
    Candidate.objects.update(host_name="<script>alert(1)</script>")
    client.force_login(editor)
    assert "<script>alert(1)" not in client.get(page(target)).content.decode()


def test_faulty_reports_cannot_be_sent(client, editor, target, here, tns):
    target.photometryreduceddatum_set.all().delete()
    client.force_login(editor)
    assert "0 photometry points" in client.get(page(target)).content.decode()
    send(client, target)
    assert tns.calls == [] and not Report.objects.exists()


def test_bulk_sends_the_chosen_in_one_submission(client, observer, supernova, here, tns):
    targets = [supernova(number) for number in range(4)]
    targets[3].photometryreduceddatum_set.all().delete()
    client.force_login(observer("vera", "view", "change", targets=targets))
    preview = client.post(reverse("tom_alerce_like_tns:bulk"), {"target": [target.pk for target in targets]})
    html = preview.content.decode()
    assert tns.calls == [] and all(target.name in html for target in targets) and "0 photometry points" in html
    chosen = {"target": [target.pk for target in targets[1:]], **fields(preview)}
    client.post(reverse("tom_alerce_like_tns:bulk-send"), chosen)
    sent = [data["at_report"] for path, data in tns.calls if path == "set/bulk-report"]
    assert [[entry["internal_name"] for entry in batch.values()] for batch in sent] == [[t.name for t in targets[1:3]]]
    assert set(Report.objects.values_list("target", "state")) == {(t.pk, "sent") for t in targets[1:3]}


def test_of_many_the_page_sends_the_first_and_the_command_the_others(
    client, observer, supernova, here, tns, monkeypatch
):
    monkeypatch.setattr("tom_alerce_like.plugins.tns.views.SENT_AT_ONCE", 2)
    targets = [supernova(number) for number in range(3)]
    client.force_login(observer("vera", "view", "change", targets=targets))
    chosen = {"target": [target.pk for target in targets]}
    preview = client.post(reverse("tom_alerce_like_tns:bulk"), chosen)
    page = client.post(reverse("tom_alerce_like_tns:bulk-send"), {**chosen, **fields(preview)}, follow=True)
    assert "to be sent" in page.content.decode()
    assert sorted(Report.objects.values_list("state", flat=True)) == ["queued", "sent", "sent"]
    call_command("alerce_tns")
    assert not Report.objects.filter(state="queued").exists() and tns.n_calls("set/bulk-report") == 2


def test_bulk_leaves_out_targets_that_the_user_may_not_change(client, observer, supernova, here):
    mine, other = supernova(0), supernova(1)
    client.force_login(observer("vera", "view", "change", targets=[mine]))
    response = client.post(reverse("tom_alerce_like_tns:bulk"), {"target": [mine.pk, other.pk, "x", "9" * 30, "²"]})
    assert mine.name in response.content.decode() and other.name not in response.content.decode()


@pytest.mark.parametrize("chosen", [[], ["999999"]])
def test_bulk_of_nothing(client, editor, here, chosen):
    client.force_login(editor)
    for name in ("bulk", "bulk-send"):
        response = client.post(
            reverse(f"tom_alerce_like_tns:{name}"), {"target": chosen, "reporter": "me"}, follow=True
        )
        assert "Choose 1 to 100 targets" in response.content.decode()
    assert client.get(reverse("tom_alerce_like_tns:bulk")).status_code == 302


def test_bulk_of_more_than_a_hundred(client, editor, target, here, monkeypatch):
    monkeypatch.setattr("tom_alerce_like.plugins.tns.views.MAX_REPORTS", 0)
    client.force_login(editor)
    response = client.post(reverse("tom_alerce_like_tns:bulk"), {"target": target.pk}, follow=True)
    assert "Choose 1 to 0 targets" in response.content.decode()


def test_a_task_worker_is_used_only_where_there_is_one(client, editor, target, here, tns, monkeypatch):
    assert not tasks.in_background()
    queued = []
    monkeypatch.setattr(tasks, "in_background", lambda: True)
    monkeypatch.setattr(type(tasks.settle), "enqueue", lambda task: queued.append(task))
    client.force_login(editor)
    send(client, target)
    assert queued == [tasks.settle]


def test_the_panel_of_a_target(rf, editor, observer, target, here, client):
    def panel(user):
        request = rf.get("/")
        request.user = user
        (html,) = [html for html in render(target, user, request) if "<h5>TNS</h5>" in html]
        return html

    assert page(target) in panel(editor) and "Not reported" in panel(editor)
    assert page(target) not in panel(observer("reader", "view", targets=[target]))
    client.force_login(editor)
    send(client, target)
    assert "sent, reply pending" in panel(editor) and page(target) not in panel(editor)
    Report.objects.update(iau_name="AT 2026abc", environment="www.wis-tns.org", state=State.ACCEPTED)
    assert "https://www.wis-tns.org/object/2026abc" in panel(editor)


def test_the_button_of_the_candidates_page():
    assert {"label": "Report to TNS", "url_name": "tom_alerce_like_tns:bulk"} in candidate_actions()
