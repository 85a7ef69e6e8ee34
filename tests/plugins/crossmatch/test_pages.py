"""The page: a list goes in, is matched batch by batch, and comes out; each user sees his own alone."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.core.make import candidate, user
from tom_alerce_like.plugins.crossmatch import forms, jobs, matches, near, summary
from tom_alerce_like.plugins.crossmatch.cds import CdsCatalogue
from tom_alerce_like.plugins.crossmatch.local import LocalCatalogue
from tom_alerce_like.plugins.crossmatch.models import KEEP_JOBS, CrossmatchJob, CrossmatchPart, State

pytestmark = pytest.mark.django_db
LIST = b"name,ra,dec\n<b>one</b>,10.0,20.0001\nbad,here,\ntwo,0.0,0.0\nnone,100,5\n"
OPTIONS = {"ra": "1", "dec": "2", "radius_arcsec": "5", "catalogues": ["stars"]}


@pytest.fixture
def owner(db: None) -> Any:
    return user("owner")


@pytest.fixture
def client(owner: Any) -> Client:
    made = Client()
    made.force_login(owner)
    return made


def url(name: str, job: CrossmatchJob | None = None) -> str:
    return reverse(f"tom_alerce_like_crossmatch:{name}", args=[job.pk] if job else [])


def upload(client: Client, content: bytes = LIST, name: str = "list.csv") -> Any:
    return client.post(url("index"), {"file": SimpleUploadedFile(name, content)}, follow=True)


def newest() -> CrossmatchJob:
    return CrossmatchJob.objects.latest("pk")


def started(client: Client, **options: Any) -> CrossmatchJob:
    upload(client)
    client.post(url("job", newest()), {**OPTIONS, **options})
    return newest()


def finished(client: Client, **options: Any) -> CrossmatchJob:
    job = started(client, **options)
    for _ in range(20):
        answer = client.post(url("advance", job), headers={"HX-Request": "true"})
        if answer.headers.get("HX-Refresh"):
            break
    return newest()


def result(client: Client, job: CrossmatchJob) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(url("download", job)).text)))


def test_from_a_file_to_its_matches(client, named):
    page = upload(client)
    assert "&lt;b&gt;one&lt;/b&gt;" in page.text and "<b>one" not in page.text and "4 rows" in page.text
    assert page.context["form"]["ra"].value() == 1 and page.context["form"]["dec"].value() == 2
    job = newest()
    page = client.post(url("job", job), OPTIONS, follow=True)
    assert 'hx-post="' + url("advance", job) in page.text and 'role="progressbar"' in page.text
    first = client.post(url("advance", job), headers={"HX-Request": "true"})
    assert "1 of 1 batch asked, 3 matches so far" in " ".join(first.text.split()) and "HX-Refresh" not in first.headers
    last = client.post(url("advance", job), headers={"HX-Request": "true"})
    assert last.headers["HX-Refresh"] == "true" and newest().state == State.DONE
    rows = result(client, job)
    assert [(row["name"], row["stars_star"]) for row in rows] == [
        ("<b>one</b>", "near"), ("<b>one</b>", "far"), ("bad", ""), ("two", "wrapped"), ("none", "")
    ]  # fmt: skip
    page = client.get(url("job", job))
    assert "2 of 4 rows matched, 3 matches" in page.text and "line 3: no position" in page.text
    assert page.context["figure"]["data"][0]["y"] == [0, 0, 2] + [0] * 17 + [1] + [0] * 9 and "<b>one" not in page.text
    assert not CrossmatchPart.objects.exists()
    download = client.get(url("download", job))
    assert download["Content-Disposition"] == 'attachment; filename="list_xmatch.csv"'
    assert download["Content-Type"].startswith("text/csv") and "no-store" in download["Cache-Control"]


def test_without_javascript_a_button_goes_on(client, named):
    job = started(client)
    for _ in range(2):
        page = client.post(url("advance", job), follow=True)
    assert page.redirect_chain and "Download the result" in page.text


def test_matches_name_the_targets_that_the_user_may_see(client, owner, named):
    from guardian.shortcuts import assign_perm

    mine, hidden = candidate("ZTF26mine").target, candidate("ZTF26hidden").target
    for target in (mine, hidden):
        target.ra, target.dec = 10.0, 20.0
        target.save()
    assign_perm(f"{mine._meta.app_label}.view_target", owner, mine)
    page = client.get(url("job", finished(client)))
    assert reverse("targets:detail", args=[mine.pk]) in page.text and "ZTF26mine" in page.text
    assert "ZTF26hidden" not in page.text


def test_only_targets_near_the_matches_are_loaded(owner, monkeypatch):
    owner.is_superuser = True
    owner.save()
    for name, ra_deg in [("here", 10.0), ("there", 10.0004), ("same strip", 200.0), ("nowhere", None)]:
        target = candidate(name).target
        target.ra, target.dec = ra_deg, 20.0
        target.save()
    loaded: list[str] = []
    may_see = near.targets_for_user
    monkeypatch.setattr(
        near,
        "targets_for_user",
        lambda user, some, what: (loaded.extend(one.name for one in some), may_see(user, some, what))[1],
    )
    found = near.targets(owner, [10.0, 10.0004, 50.0], [20.0, 20.0, 20.0], 2.0)
    assert [[one.name for one in some] for some in found] == [["here", "there"], ["there", "here"], []]
    assert sorted(loaded) == ["here", "there"] and near.targets(owner, [], [], 2.0) == []


def test_two_services_and_one_that_fails(client, named, cds, monkeypatch):
    monkeypatch.setattr(CdsCatalogue, "batch_rows", 1)
    answer = cds.reply
    failing = (403, b"<INFO ID='QUERY_STATUS' value='ERROR'><![CDATA[<script>alert(1)</script>]]></INFO>")
    monkeypatch.setattr(cds, "reply", lambda asked: answer(asked) if len(cds.asked) < 2 else failing)
    job = finished(client, catalogues=["vsx", "stars"], vizier="J/ApJS/249/18/table2")
    assert job.state == State.DONE and job.failed == [0, 2]
    page = client.get(url("job", job))
    assert "refused the request (403)" in page.text and "around the first 2 positions" in page.text
    assert "nothing of it is in the result" in page.text and "<script>alert" not in page.text
    rows = result(client, job)
    assert rows[0]["vsx_main_id"] == rows[0]["stars_star"] == "near"
    assert [row["stars_star"] for row in rows] == ["near", "far", "", "wrapped", ""]


def test_a_service_that_is_down_is_told_in_words(client, named, monkeypatch):
    monkeypatch.setattr(CdsCatalogue.__init__, "__defaults__", (None, "http://127.0.0.1:9/"))
    job = finished(client, catalogues=["simbad"])
    page = client.get(url("job", job))
    assert "127.0.0.1:9 gives no answer" in page.text and job.state == State.DONE
    assert [row["name"] for row in result(client, job)] == ["<b>one</b>", "bad", "two", "none"]


def test_what_nobody_thought_of_ends_the_job_in_words(client, named, monkeypatch, caplog):
    monkeypatch.setattr(jobs.matching, "ask", lambda *args: 1 / 0)
    job = finished(client)
    assert job.state == State.FAILED and "ZeroDivisionError" in caplog.text
    page = client.get(url("job", job))
    assert "the server&#x27;s log says what" in page.text and "What to match it with" in page.text
    assert client.get(url("download", job)).status_code == 404
    monkeypatch.undo()


def test_too_many_matches(client, named, monkeypatch):
    monkeypatch.setattr(jobs, "MAX_MATCHES", 2)
    job = finished(client)
    assert "more than 2 matches" in client.get(url("job", job)).text and job.n_matches == 0


def test_a_list_may_be_matched_again(client, named):
    job = finished(client)
    page = client.post(url("job", job), {**OPTIONS, "radius_arcsec": "1", "nearest_only": "on", "matches_only": "on"})
    assert page.status_code == 302 and newest().state == State.RUNNING
    for _ in range(2):
        client.post(url("advance", job))
    assert [row["stars_star"] for row in result(client, job)] == ["near", "wrapped"]


def test_two_who_ask_at_once_do_the_work_once(client, named):
    job = started(client)
    CrossmatchJob.objects.update(busy_until=timezone.now() + timedelta(minutes=1))
    assert jobs.advance(job.pk) is False and newest().done == 0
    client.post(url("job", job), {**OPTIONS, "radius_arcsec": "1"})
    assert newest().options["radius_arcsec"] == 5.0, "a job that runs keeps its options"
    CrossmatchJob.objects.update(busy_until=timezone.now() - timedelta(seconds=1))
    assert jobs.advance(job.pk) is True and newest().done == 1, "who has died is no longer waited for"


def test_who_is_late_leaves_a_job_that_was_begun_again_alone(client, named, monkeypatch):
    job = started(client)
    ask = jobs.matching.ask

    def late(*args):
        # meanwhile others took this worker for dead and finished the job, and its owner began it again
        CrossmatchJob.objects.update(state=State.DONE)
        client.post(url("job", job), {**OPTIONS, "radius_arcsec": "1"})
        return ask(*args)

    monkeypatch.setattr(jobs.matching, "ask", late)
    assert jobs.advance(job.pk) is False
    assert newest().done == 0 and newest().busy_until is None and not CrossmatchPart.objects.exists()
    monkeypatch.undo()
    assert jobs.advance(job.pk) is True and newest().n_matches == 2


def test_what_kills_its_process_is_not_tried_for_ever(client, named, monkeypatch):
    job = started(client, vizier="J/ApJS/249/18/table2")

    def killed(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(jobs.matching, "ask", killed)
        for _ in range(jobs.MAX_ATTEMPTS):
            with pytest.raises(KeyboardInterrupt):
                jobs.advance(job.pk)
            assert jobs.advance(job.pk) is False, "it is waited for"
            CrossmatchJob.objects.update(busy_until=timezone.now() - timedelta(seconds=1))
        assert jobs.advance(job.pk) is True and newest().failed == [0] and newest().attempts == 0
    monkeypatch.setattr(
        jobs.matching, "ask", lambda *args: iter([jobs.Matches(np.empty(0, np.int64), np.empty(0), pd.DataFrame())])
    )
    assert jobs.advance(job.pk) is True
    with monkeypatch.context() as patch:
        patch.setattr(jobs.joined, "write", killed)
        for _ in range(jobs.MAX_ATTEMPTS):
            with pytest.raises(KeyboardInterrupt):
                jobs.advance(job.pk)
            CrossmatchJob.objects.update(busy_until=timezone.now() - timedelta(seconds=1))
        assert jobs.advance(job.pk) is False
    page = client.get(url("job", job))
    assert newest().state == State.FAILED and page.text.count("stopped without a word 2 times") == 2


def test_what_failed_is_told_before_bad_lines(client, named, monkeypatch):
    upload(client, b"name,ra,dec\none,10,20\n" + b"bad,,\n" * 30)
    monkeypatch.setattr(CdsCatalogue.__init__, "__defaults__", (None, "http://127.0.0.1:9/"))
    job = newest()
    client.post(url("job", job), {**OPTIONS, "catalogues": ["simbad"]})
    for _ in range(2):
        client.post(url("advance", job))
    text = " ".join(client.get(url("job", job)).text.split())
    assert 0 < text.index("127.0.0.1:9 gives no answer") < text.index("line 3: no position") and "and more." in text
    assert "simbad</strong>: not asked to the end" in text and "nothing within this radius" not in text


def test_a_result_beyond_measure_fails_in_words(client, named, monkeypatch):
    monkeypatch.setattr(jobs, "MAX_RESULT_MB", 1e-4)
    job = finished(client)
    assert job.state == State.FAILED and not CrossmatchPart.objects.exists()
    assert "the result has more than" in client.get(url("job", job)).text


def test_more_parts_of_a_batch_than_a_page_waits_for(client, named, monkeypatch):
    monkeypatch.setattr(matches, "MAX_PAIRS", 2)
    assert finished(client).n_matches == 3
    monkeypatch.setattr(jobs, "MAX_PARTS", 1)
    assert "too much lies around" in finished(client).faults[0]


def test_the_first_matches_are_of_every_catalogue(client, named, cds, monkeypatch):
    monkeypatch.setattr(summary, "FIRST", 2)
    monkeypatch.setattr(CdsCatalogue, "batch_rows", 1)
    monkeypatch.setattr(LocalCatalogue, "batch_rows", 1)
    job = finished(client, catalogues=["stars", "simbad"])
    assert [(match["row"], match["catalogue"]) for match in job.summary["first"]] == [(0, "stars"), (0, "simbad")]


def test_a_job_that_is_deleted_meanwhile(client, named, monkeypatch):
    job = started(client)
    ask = jobs.matching.ask

    def deleting(*args):
        CrossmatchJob.objects.all().delete()
        return ask(*args)

    monkeypatch.setattr(jobs.matching, "ask", deleting)
    assert client.post(url("advance", job)).status_code == 404
    assert not CrossmatchPart.objects.exists()


def test_a_task_worker_does_it_where_there_is_one(client, named, settings):
    from django_tasks import default_task_backend

    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend", "ENQUEUE_ON_COMMIT": False}}
    job = started(client)
    assert [task.args for task in default_task_backend.results] == [[job.pk]]
    page = client.get(url("job", job))
    assert "it goes on" in page.text and "delay:2s" in page.text
    client.post(url("advance", job))
    assert newest().done == 0, "the page only looks"
    for _ in range(2):
        task = default_task_backend.results[-1]
        task.task.func(*task.args)
    assert newest().state == State.DONE and len(default_task_backend.results) == 2
    ago = timezone.now() - timedelta(minutes=2)
    for number, busy_until in enumerate((ago, None), 3):
        CrossmatchJob.objects.update(state=State.RUNNING, busy_until=busy_until, queued=ago)
        for _ in range(2):
            client.post(url("advance", job))
        assert len(default_task_backend.results) == number, "a worker that died, or a lost task, is followed by one"
    CrossmatchJob.objects.update(busy_until=timezone.now() + timedelta(minutes=1), queued=ago)
    client.post(url("advance", job))
    assert len(default_task_backend.results) == 4, "somebody works on it"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"name,ra,dec\n", "0 rows"),
        (b"words only\n1\n", "only one column"),
        (b"PK\x03\x04\x00\x00", "null bytes"),
        (b'a,b\n"' + b"x" * 150_000 + b'",1\n', "line 2"),
    ],
)
def test_bad_files_are_told(client, named, content, why):
    page = upload(client, content)
    assert page.status_code == 200 and why in page.text and not CrossmatchJob.objects.exists()


def test_large_files_are_told(client, named, monkeypatch):
    monkeypatch.setattr(forms, "MAX_ROWS", 3)
    assert "takes 1 to 3" in upload(client).text
    monkeypatch.setattr(forms, "MAX_COLUMNS", 2)
    monkeypatch.setattr(forms, "MAX_ROWS", 4)
    assert "3 columns; the page takes up to 2" in upload(client).text
    monkeypatch.setattr(forms, "MAX_FILE_MB", 1e-5)
    assert "use manage.py alerce_xmatch" in upload(client).text
    assert not CrossmatchJob.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ra": "7"}, "ra"),
        ({"ra": ""}, "ra"),
        ({"ra": "2"}, "dec"),
        ({"radius_arcsec": "0"}, "radius_arcsec"),
        ({"radius_arcsec": "nan"}, "radius_arcsec"),
        ({"radius_arcsec": "99999"}, "radius_arcsec"),
        ({"catalogues": []}, "catalogues"),
        ({"catalogues": ["other"]}, "catalogues"),
        ({"vizier": "http://127.0.0.1/"}, "vizier"),
        ({"catalogues": ["simbad"], "radius_arcsec": "500"}, "__all__"),
        ({"vizier": "vizier:stars", "catalogues": ["stars"]}, "vizier"),
        ({"ra": "0"}, "__all__"),
    ],
)
def test_bad_options_are_told(client, named, change, field):
    upload(client)
    page = client.post(url("job", newest()), {**OPTIONS, **change})
    assert page.status_code == 200 and field in page.context["form"].errors
    assert newest().state == State.NEW and "<details open" in page.text


def test_lists_of_others_do_not_exist(client, named):
    job = finished(client)
    stranger = Client()
    stranger.force_login(user("stranger"))
    assert "list.csv" in client.get(url("index")).text and "list.csv" not in stranger.get(url("index")).text
    for name, method in [("job", "get"), ("job", "post"), ("advance", "post"), ("delete", "post"), ("download", "get")]:
        assert getattr(stranger, method)(url(name, job)).status_code == 404
    for name in ("advance", "delete"):
        assert client.get(url(name, job)).status_code == 405
    assert CrossmatchJob.objects.filter(pk=job.pk).exists()
    assert client.post(url("delete", job), follow=True).status_code == 200
    assert not CrossmatchJob.objects.exists()


def test_what_changes_needs_the_token(client, owner, named):
    job = started(client)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(owner)
    before = CrossmatchJob.objects.values().get()
    for name in ("index", "job", "advance", "delete"):
        answer = strict.post(url(name, None if name == "index" else job), OPTIONS)
        # the toolkit sends those without it to the login page
        assert answer.status_code == 302 and answer.url.startswith("/accounts/login/")
    assert CrossmatchJob.objects.values().get() == before


def test_old_lists_are_forgotten(client, owner, named):
    upload(client)
    old = newest()
    CrossmatchJob.objects.update(created=timezone.now() - timedelta(days=8))
    assert client.get(url("job", old)).status_code == 404 and "list.csv" not in client.get(url("index")).text
    said: list[str] = []
    with connection.execute_wrapper(lambda execute, sql, *rest: (said.append(sql), execute(sql, *rest))[1]):
        CrossmatchJob.objects.forget_old(owner)
    assert said and not any('"result"' in sql or '"content"' in sql for sql in said)
    for number in range(KEEP_JOBS + 2):
        upload(client, name=f"{number}.csv")
    assert CrossmatchJob.objects.count() == KEEP_JOBS and not CrossmatchJob.objects.filter(pk=old.pk).exists()


def test_pages_leave_the_contents_where_they_are(client, named, django_assert_max_num_queries):
    finished(client)
    with django_assert_max_num_queries(20):
        client.get(url("index"))
    with connection.execute_wrapper(lambda execute, sql, *rest: (said.append(sql), execute(sql, *rest))[1]):
        said: list[str] = []
        client.get(url("index"))
    assert not any('"result"' in sql or '"content"' in sql for sql in said)


def test_the_page_is_in_the_menu(client):
    assert f'href="{url("index")}"' in client.get(reverse("tom_alerce_like:candidates")).text


def test_a_catalogue_that_is_not_there_is_reported(settings, named):
    from tom_alerce_like.plugins.crossmatch.checks import xmatch_catalogues

    assert xmatch_catalogues(None) == []
    settings.TOM_ALERCE_LIKE = {"XMATCH_CATALOGUES": {"gone": "/no/such/file"}}
    assert [message.id for message in xmatch_catalogues(None)] == ["tom_alerce_like_crossmatch.W001"]
    settings.TOM_ALERCE_LIKE = {"XMATCH_CATALOGUES": ["/no/such/file"]}
    assert xmatch_catalogues(None) == []
