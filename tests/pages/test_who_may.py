"""Every URL of ours, asked by people who may not: nothing is told, nothing goes out, nothing changes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from tests.core.make import candidate, user
from tom_alerce_like.brokers.models import QueryRun
from tom_alerce_like.facilities.models import FollowupRequest
from tom_alerce_like.models import Alert, Classification
from tom_alerce_like.plugins.classifiers.models import Decision
from tom_alerce_like.plugins.crossmatch.models import CrossmatchJob
from tom_alerce_like.plugins.hosts.models import Host, HostLabel, HostSearch
from tom_alerce_like.plugins.scheduling.models import Block, Plan
from tom_alerce_like.plugins.tns.models import Report

pytestmark = pytest.mark.django_db
SECRET = "ZTF26secrets"
#: Anybody may load these: they hold nothing of the TOM.
OPEN = {"tom_alerce_like:plotly-js"}


def names(patterns: list, namespace: str = "") -> Iterator[tuple[str, dict]]:
    """Give (name with namespace, converters) of every URL of ours."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern.url_patterns, pattern.namespace or namespace)
        elif isinstance(pattern, URLPattern) and namespace.startswith("tom_alerce_like"):
            yield f"{namespace}:{pattern.name}", pattern.pattern.converters


URLS = dict(names(get_resolver().url_patterns))


@pytest.fixture
def world():
    """A private target of somebody else, with a row in every table."""
    from tom_dataservices.models import DataServiceQuery

    owner = user("owner")
    target = candidate(SECRET, priority_reason="because").target
    alert = Alert.objects.create(
        target=target, survey="ZTF", object_id=SECRET, alert_id="1", mjd=6e4, ra_deg=1, dec_deg=1, cutout_science=b"x"
    )
    host = Host.objects.create(
        target=target, rank=1, name="secret galaxy", catalogue="c", catalogue_id="1", ra_deg=1, dec_deg=1,
        offset_arcsec=1, dlr=1, probability=1,
    )  # fmt: skip
    HostSearch.objects.create(
        target=target, made=timezone.now(), hostless=0, undetected=0, outside=0, problems=["secret"], image=b"secret"
    )
    HostLabel.objects.create(target=target, user=owner, name="secret galaxy", probability=1)
    request = FollowupRequest.objects.create(
        facility="OCS-portal", target=target, user=owner, name=SECRET, state="accepted", remote_id="7",
        window_end=timezone.now(),
    )  # fmt: skip
    Report.objects.create(
        target=target, internal_name=SECRET, environment="sandbox", ra_deg=1, dec_deg=1, payload={}, state="queued"
    )
    Classification.objects.create(target=target, source="local", classifier="c", class_name="SN", probability=1)
    Classification.objects.create(
        target=target, source="local", classifier="anomaly_score", version="1.0", class_name="strange", probability=1
    )
    Decision.objects.create(target=target, user=owner, is_interesting=True, mjd=6e4)
    run = QueryRun.objects.create(user=owner, data_service="ALeRCE-multisurvey", parameters={}, rows=[])
    saved = DataServiceQuery.objects.create(
        name="secret query", data_service="ALeRCE-multisurvey", parameters={"owner": owner.pk, "survey": "ZTF"}
    )
    job = CrossmatchJob.begin(owner, "secret.csv", b"name,ra,dec\nsecret,1,1\n", 1)
    CrossmatchJob.objects.filter(pk=job.pk).update(state="done", result=job.content)
    plan = Plan.objects.create(start=timezone.now(), user=owner)
    Block.objects.create(plan=plan, target=target, site="CTIO", start=timezone.now(), end=timezone.now(), value=1)
    return {
        "tom_alerce_like:alerts-tab": {"pk": target.pk},
        "tom_alerce_like:verdicts": {"pk": target.pk},
        "tom_alerce_like:stamp": {"pk": alert.pk, "kind": "science"},
        "tom_alerce_like_brokers:query": {"service": "ALeRCE-multisurvey"},
        "tom_alerce_like_brokers:results": {"pk": run.pk},
        "tom_alerce_like_brokers:create": {"pk": run.pk},
        "tom_alerce_like_brokers:run-saved": {"pk": saved.pk},
        "tom_alerce_like_brokers:delete-saved": {"pk": saved.pk},
        "tom_alerce_like_classifiers:interesting": {"pk": target.pk},
        "tom_alerce_like_classifiers:ordinary": {"pk": target.pk},
        "tom_alerce_like_classifiers:open": {"pk": target.pk},
        **{f"tom_alerce_like_crossmatch:{name}": {"pk": job.pk} for name in ("job", "advance", "delete", "download")},
        "tom_alerce_like_facilities:refresh": {"pk": request.pk},
        "tom_alerce_like_facilities:cancel": {"pk": request.pk},
        "tom_alerce_like_hosts:choose": {"pk": host.pk},
        "tom_alerce_like_hosts:release": {"pk": host.pk},
        "tom_alerce_like_hosts:choose-none": {"pk": target.pk},
        "tom_alerce_like_hosts:release-none": {"pk": target.pk},
        "tom_alerce_like_hosts:search": {"pk": target.pk},
        "tom_alerce_like_hosts:sky": {"pk": target.pk},
        "tom_alerce_like_tns:report": {"pk": target.pk},
    }


@pytest.fixture
def sent(monkeypatch):
    """The calls to the outside that were tried."""
    calls = []

    def refuse(self, method, url, **kwargs):
        calls.append((method, url))
        raise requests.ConnectionError("no network in this test")

    monkeypatch.setattr(requests.Session, "request", refuse)
    return calls


def database() -> dict[str, list]:
    """Return the rows of every table of ours, and the targets."""
    models = [
        model for app in apps.get_app_configs() if app.label.startswith("tom_alerce_like") for model in app.get_models()
    ]
    models.append(apps.get_model("tom_targets", "BaseTarget"))
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def ask(client, method: str, name: str, world: dict):
    """Ask one URL; a POST names the private target in every way that our forms do."""
    pk = world["tom_alerce_like:alerts-tab"]["pk"]
    data = {"target": pk, "targets": pk, "confirm": "1", "send": "1", "submit": "1", "selected": SECRET}
    url = reverse(name, kwargs=world.get(name, {}))
    return client.post(url, data) if method == "post" else client.get(url, {"target": pk} if "request" in name else {})


def test_the_walk_meets_every_url(world):
    assert len(URLS) > 15
    assert {name for name, converters in URLS.items() if converters} == set(world)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", sorted(set(URLS) - OPEN))
def test_anonymous_users_get_the_login_page(client, world, sent, name, method):
    before = database()
    response = ask(client, method, name, world)
    assert (response.status_code, response.url.split("?")[0]) == (302, "/accounts/login/")
    assert sent == [] and database() == before


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", sorted(set(URLS) - OPEN))
def test_users_without_permission_learn_and_do_nothing(client, world, sent, name, method):
    client.force_login(user("stranger"))
    before = database()
    response = ask(client, method, name, world)
    assert response.status_code in (200, 302, 400, 403, 404, 405)
    body = response.content.decode()
    assert SECRET not in body and "secret" not in body
    assert sent == [] and database() == before
