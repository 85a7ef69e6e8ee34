"""The toolkit's own URLs that reach our services and our facility, asked by people who may not."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from tom_dataproducts.models import ReducedDatum
from tom_observations.models import ObservationRecord

from tests.core.make import user
from tests.pages.test_who_may import SECRET, database, sent, world  # noqa: F401  (fixtures)
from tom_alerce_like.facilities.ocs.payload import default_params
from tom_alerce_like.models import Candidate

pytestmark = pytest.mark.django_db
NAME = "OCS-portal"
BROKER = "ALeRCE-multisurvey"
#: What is asked: method, URL and data, with the ids of the private target, of its record and of a saved query.
ASKED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "run a saved query": ("get", "/tom_dataservices/query/{query}/run/", {}),
    "update a target": (
        "post",
        "/tom_dataservices/query/update_data/",
        {"target": "{target}", "data_service": BROKER},
    ),
    "make a target": (
        "post",
        "/tom_dataservices/query/create_targets/",
        {"query_id": "", "data_service": BROKER, "selected_results": "0", "run": ""},
    ),
    "see the form": ("get", "/observations/OCS-portal/create/", {"target_id": "{target}"}),
    "validate": ("post", "/observations/OCS-portal/create/", {"validate": "1", "target_id": "{target}"}),
    "submit": ("post", "/observations/OCS-portal/create/", {"submit": "1", "target_id": "{target}"}),
    "submit by the API": ("api", "/api/observations/", {"target_id": "{target}"}),
    "cancel": ("get", "/observations/{record}/cancel/", {}),
    "cancel by the API": ("patch", "/api/observations/{record}/cancel/", {}),
    "update all states": ("get", "/observations/list/", {"update_status": "1"}),
    "update states": ("get", "/targets/{target}/", {"update_status": "1"}),
    "record by a link": (
        "get",
        "/observations/callback/",
        {"facility": NAME, "target_id": "{target}", "observation_id": "9"},
    ),
    "see the record": ("get", "/observations/{record}/", {}),
    "see the states of telescopes": ("get", "/observations/status/list/", {}),
}
#: The toolkit lets everybody who is logged in bring states up to date, as cron does; it tells them nothing.
LOGGED_IN_MAY = ("update all states", "update states", "see the states of telescopes")


@pytest.fixture
def ids(world, settings):  # noqa: F811
    settings.FACILITIES = {NAME: {"api_key": "k", "proposal": "P"}}
    target = Candidate.objects.get(object_id=SECRET).target
    record = ObservationRecord.objects.create(
        target=target, facility=NAME, parameters={"why": SECRET}, observation_id="8", status="PENDING"
    )
    return {
        "target": target.pk,
        "record": record.pk,
        "query": world["tom_alerce_like_brokers:run-saved"]["pk"],
    }


def ask(client: Any, what: str, ids: dict[str, int]) -> Any:
    method, url, data = ASKED[what]
    url, data = url.format(**ids), {name: value.format(**ids) for name, value in data.items()}
    form = {"facility": NAME, "observation_type": "FOLLOW_UP", **default_params(), **data}
    if method == "api":
        body = {"facility": NAME, "observation_type": "FOLLOW_UP", "observing_parameters": default_params(), **data}
        return client.post(url, body, content_type="application/json")
    if method == "patch":
        return client.patch(url)
    return client.post(url, form if NAME in url else data) if method == "post" else client.get(url, data)


def records() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (ObservationRecord, ReducedDatum)]


@pytest.mark.parametrize("what", ASKED)
@pytest.mark.parametrize("who", ["anonymous", "stranger"])
def test_who_may_not_learns_and_does_nothing(client, ids, sent, who, what):  # noqa: F811
    if who == "stranger":
        client.force_login(user("stranger"))
    before = (database(), records())
    response = ask(client, what, ids)
    assert response.status_code in (200, 302, 400, 401, 403, 404)
    assert SECRET not in response.content.decode()
    assert sent == [] or (who == "stranger" and what in LOGGED_IN_MAY)
    assert (database(), records()) == before


def test_the_owner_may_run_the_saved_query_on_the_toolkits_page(client, ids, sent):  # noqa: F811
    client.force_login(User.objects.get(username="owner"))
    client.get(reverse("tom_dataservices:run_saved", args=[ids["query"]]))
    assert sent
