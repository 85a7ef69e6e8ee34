"""Our pages: ask, look, make targets, keep queries; each user sees their own."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tom_dataproducts.models import PhotometryReducedDatum
from tom_dataservices.models import DataServiceQuery
from tom_targets.models import Target

from tests.brokers.alerce_replies import Alerce
from tests.brokers.loopback import Loopback
from tests.conformance.broker import HOSTILE, IDS
from tom_alerce_like.brokers import saved
from tom_alerce_like.brokers.alerce.service import AlerceService
from tom_alerce_like.brokers.models import KEEP_RUNS, QueryRun

pytestmark = pytest.mark.django_db
ALERCE = AlerceService.name
FORM = {"data_service": ALERCE, "survey": "ZTF", "class_name": "SN"}


@pytest.fixture
def user() -> User:
    return User.objects.create(username="observer")


@pytest.fixture
def client(user: User) -> Client:
    made = Client()
    made.force_login(user)
    return made


@pytest.fixture
def alerce(settings: Any) -> Any:
    with contextlib.ExitStack() as stack:

        def start(n_objects: int = 3, class_name: str = "SN") -> Loopback:
            server = stack.enter_context(Loopback(Alerce("ZTF", IDS["ZTF"][:n_objects], class_name)))
            settings.DATA_SERVICES = {ALERCE: dict.fromkeys(("ztf_url", "lsst_url", "stamps_url"), server.url)}
            return server

        yield start


def ask(client: Client, **fields: Any) -> Any:
    return client.post(reverse("tom_alerce_like_brokers:query", args=[ALERCE]), {**FORM, **fields}, follow=True)


def shown(page: Any) -> list[str]:
    return re.findall(r'name="selected_results" value="([^"]+)"', page.content.decode())


def test_the_list_of_brokers_asks_nobody(client: Client, settings: Any) -> None:
    page = client.get(reverse("tom_alerce_like_brokers:index"))
    assert page.status_code == 200
    for name in ("ALeRCE (ZTF and LSST)", "Fink (ZTF and LSST)", "Archive"):
        assert name in page.content.decode()


def test_a_query_shows_its_objects_with_bars(client: Client, alerce: Any) -> None:
    alerce()
    page = ask(client)
    text = page.content.decode()
    assert page.status_code == 200 and sorted(shown(page)) == IDS["ZTF"][:3]
    assert "alerce-bar" in text and "width:90%" in text and "SN 0.90" in text


def test_the_page_works_without_javascript_and_is_enhanced_by_htmx(client: Client, alerce: Any) -> None:
    alerce(30)
    text = ask(client).content.decode()
    assert 'hx-boost="true"' in text and 'href="?page=2"' in text
    assert 'action="/alerce/query/results/' in text and 'method="post"' in text


def test_results_are_paged(client: Client, alerce: Any) -> None:
    alerce(60)
    page = ask(client)
    found = shown(page)
    for number in ("2", "3"):
        found += shown(client.get(page.request["PATH_INFO"], {"page": number}))
    assert sorted(found) == IDS["ZTF"] and len(set(found)) == 60


@pytest.mark.parametrize("number", ["0", "-1", "99", "x", "9" * 30])
def test_any_page_number_is_a_page(client: Client, alerce: Any, number: str) -> None:
    alerce()
    page = ask(client)
    assert len(shown(client.get(page.request["PATH_INFO"], {"page": number}))) == 3


def test_results_sort_by_column_both_ways(client: Client, alerce: Any) -> None:
    alerce()
    where = ask(client).request["PATH_INFO"]
    for name in ("object", "ra", "last", "first"):
        assert shown(client.get(where, {"sort": name})) == IDS["ZTF"][:3]
        assert shown(client.get(where, {"sort": f"-{name}"})) == IDS["ZTF"][:3][::-1]
    for name in ("mag", "class", "detections", "nonsense"):
        assert client.get(where, {"sort": name}).status_code == 200


def test_chosen_objects_become_targets_with_their_light_curves(client: Client, user: User, alerce: Any) -> None:
    alerce()
    page = ask(client)
    where = page.request["PATH_INFO"]
    reply = client.post(f"{where}create/", {"selected_results": IDS["ZTF"][:2]}, follow=True)
    assert set(Target.objects.values_list("name", flat=True)) == set(IDS["ZTF"][:2])
    assert PhotometryReducedDatum.objects.filter(target__name=IDS["ZTF"][0]).count() > 3
    text = reply.content.decode()
    assert "2 targets (2 new)" in text and text.count("/targets/") >= 4
    for target in Target.objects.all():
        assert user.has_perm(f"{Target._meta.app_label}.view_target", target)


def test_making_them_twice_changes_nothing(client: Client, alerce: Any) -> None:
    alerce()
    where = ask(client).request["PATH_INFO"]
    client.post(f"{where}create/", {"selected_results": IDS["ZTF"][:2]})
    before = PhotometryReducedDatum.objects.count()
    reply = client.post(f"{where}create/", {"selected_results": IDS["ZTF"][:2]}, follow=True)
    assert PhotometryReducedDatum.objects.count() == before and b"2 targets (0 new), 0 new" in reply.content


def test_objects_of_this_tom_are_marked_for_those_who_may_see_them(client: Client, user: User, alerce: Any) -> None:
    alerce()
    private = Target.objects.create(name=IDS["ZTF"][0], type="SIDEREAL", ra=0, dec=0)
    mine = Target.objects.create(name="AT2026qqq", type="SIDEREAL", ra=0, dec=0)
    mine.aliases.create(name=IDS["ZTF"][1])
    mine.give_user_access(user)
    text = ask(client).content.decode()
    assert f'href="/targets/{mine.pk}/"' in text and "AT2026qqq" in text
    assert f"/targets/{private.pk}/" not in text


def test_results_of_others_do_not_exist(client: Client, alerce: Any) -> None:
    alerce()
    where = ask(client).request["PATH_INFO"]
    other = Client()
    other.force_login(User.objects.create(username="other"))
    assert other.get(where).status_code == 404
    assert other.post(f"{where}create/", {"selected_results": IDS["ZTF"][:1]}).status_code == 404
    assert not Target.objects.exists()


def test_objects_that_are_not_in_the_result_are_not_made(client: Client, alerce: Any) -> None:
    alerce()
    where = ask(client).request["PATH_INFO"]
    reply = client.post(f"{where}create/", {"selected_results": [IDS["ZTF"][9]]}, follow=True)
    assert not Target.objects.exists() and b"Choose at least one" in reply.content


def test_a_service_that_is_down_is_a_message(client: Client, alerce: Any) -> None:
    server = alerce()
    where = ask(client).request["PATH_INFO"]
    server.fault = "html"
    page = ask(client)
    assert page.status_code == 200 and b"something that is not JSON" in page.content and b"alert(1)" not in page.content
    reply = client.post(f"{where}create/", {"selected_results": IDS["ZTF"][:2]}, follow=True)
    assert reply.status_code == 200 and b"No targets were made" in reply.content


def test_hostile_text_of_a_broker_is_escaped(client: Client, alerce: Any) -> None:
    alerce(class_name=HOSTILE)
    page = ask(client)
    assert HOSTILE not in page.content.decode() and b"&lt;script&gt;" in page.content


def test_a_bad_form_comes_back_with_its_messages(client: Client) -> None:
    page = ask(client, centre="somewhere", radius_arcsec=5)
    assert page.status_code == 200 and b"not a position" in page.content


def test_an_error_in_the_folded_part_unfolds_it(client: Client) -> None:
    assert b"<details open>" in ask(client, last_mjd_min="yesterday").content
    assert b"<details open>" not in client.get(reverse("tom_alerce_like_brokers:query", args=[ALERCE])).content


def test_what_was_left_out_is_told(client: Client, alerce: Any) -> None:
    alerce(12)
    assert b"narrow the query" in ask(client, max_rows=5).content


def test_an_unknown_broker_is_404(client: Client) -> None:
    assert client.get(reverse("tom_alerce_like_brokers:query", args=["Nobody"])).status_code == 404


def test_old_results_are_forgotten(user: User) -> None:
    QueryRun.keep(user, data_service=ALERCE, parameters={})
    QueryRun.objects.update(created=timezone.now() - timedelta(days=30))
    for _ in range(KEEP_RUNS + 3):
        newest = QueryRun.keep(user, data_service=ALERCE, parameters={})
    assert QueryRun.objects.count() == KEEP_RUNS and QueryRun.objects.filter(pk=newest.pk).exists()


# saved queries


def save(client: Client) -> DataServiceQuery:
    ask(client, query_save="on", query_name="Young SNe")
    return DataServiceQuery.objects.get()


def test_a_query_is_saved_where_the_toolkit_lists_queries(client: Client, user: User, alerce: Any) -> None:
    alerce()
    query = save(client)
    assert (query.name, query.data_service, query.parameters["owner"]) == ("Young SNe", ALERCE, user.pk)
    assert b"Young SNe" in client.get(reverse("tom_dataservices:query_list")).content
    assert b"Young SNe" in client.get(reverse("tom_alerce_like_brokers:index")).content


def test_a_saved_query_runs_again_by_post_only(client: Client, alerce: Any) -> None:
    alerce()
    where = reverse("tom_alerce_like_brokers:run-saved", args=[save(client).pk])
    assert client.get(where).status_code == 405
    assert sorted(shown(client.post(where, follow=True))) == IDS["ZTF"][:3]


def test_a_saved_query_runs_for_what_is_new(client: Client, alerce: Any) -> None:
    server = alerce()
    query = save(client)
    saved.ran(query, datetime(2026, 1, 10, tzinfo=UTC))
    client.post(reverse("tom_alerce_like_brokers:run-saved", args=[query.pk]), {"new": "1"})
    assert float(server.calls[-1].params["lastmjd"][0]) == pytest.approx(61050 - 2, abs=0.01)


def test_a_saved_query_of_a_service_that_is_down_is_a_message(client: Client, alerce: Any) -> None:
    server = alerce()
    query = save(client)
    server.fault = "truncated"
    page = client.post(reverse("tom_alerce_like_brokers:run-saved", args=[query.pk]), follow=True)
    assert page.status_code == 200 and b"Young SNe: " in page.content


def test_saved_queries_of_others_are_not_mine(client: Client, alerce: Any) -> None:
    alerce()
    query = save(client)
    other = Client()
    other.force_login(User.objects.create(username="other"))
    assert b"Young SNe" not in other.get(reverse("tom_alerce_like_brokers:index")).content
    for name in ("run-saved", "delete-saved"):
        assert other.post(reverse(f"tom_alerce_like_brokers:{name}", args=[query.pk])).status_code == 404
    where = reverse("tom_alerce_like_brokers:query", args=[ALERCE])
    assert other.get(where, {"saved": query.pk}).status_code == 404
    assert b"SN" in client.get(where, {"saved": query.pk}).content


def test_a_query_edited_on_the_toolkits_page_stays_mine(client: Client, user: User, alerce: Any) -> None:
    alerce()
    query = save(client)
    fields = {**FORM, "class_name": "AGN", "query_save": "on", "query_name": "AGN now"}
    client.post(reverse("dataservices:update", args=[query.pk]), fields)
    query.refresh_from_db()
    assert (query.name, query.parameters["owner"]) == ("AGN now", user.pk)


def test_a_saved_query_is_deleted(client: Client, alerce: Any) -> None:
    alerce()
    where = reverse("tom_alerce_like_brokers:delete-saved", args=[save(client).pk])
    assert client.get(where).status_code == 405
    client.post(where)
    assert not DataServiceQuery.objects.exists()


def test_anonymous_users_are_sent_to_log_in(client: Client, alerce: Any) -> None:
    server = alerce()
    query, run = save(client), QueryRun.objects.get()
    asked = len(server.calls)
    pages = [
        reverse("tom_alerce_like_brokers:index"),
        reverse("tom_alerce_like_brokers:query", args=[ALERCE]),
        reverse("tom_alerce_like_brokers:results", args=[run.pk]),
        reverse("tom_alerce_like_brokers:create", args=[run.pk]),
        reverse("tom_alerce_like_brokers:run-saved", args=[query.pk]),
        reverse("tom_alerce_like_brokers:delete-saved", args=[query.pk]),
    ]
    for page in pages:
        for reply in (Client().get(page), Client().post(page, {**FORM, "selected_results": IDS["ZTF"][:1]})):
            assert reply.status_code == 302 and reply["Location"].startswith("/accounts/login/")
    assert len(server.calls) == asked and not Target.objects.exists() and DataServiceQuery.objects.exists()
