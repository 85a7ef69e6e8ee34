"""Replies of portal and TNS with any value in any place: no page fails, and both ledgers know what they sent."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from tom_targets.models import Target

from tests.plugins.tns.conftest import supernova  # noqa: F401  (a fixture)
from tom_alerce_like import http
from tom_alerce_like.facilities.models import FollowupRequest
from tom_alerce_like.facilities.ocs.payload import default_params
from tom_alerce_like.plugins.tns.models import Report
from tom_alerce_like.sandbox.server import Sandbox

pytestmark = pytest.mark.django_db(transaction=True)
BAD = (None, "", "x", "<b>", -1, 0, 3.5, 1e300, 10**30, 2**63, True, [], {}, [[]], [None], {"a": 1}, "9" * 30, "٣")
ROUNDS = 6


def places(value: Any, path: tuple = ()) -> Iterator[tuple]:
    """Give the path of each part of a reply."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value[:3]) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


def spoiled(reply: Any, rng: random.Random) -> Any:
    """Return a reply with one part replaced."""
    *way, last = (None, *rng.choice(list(places(reply))))
    box = {None: copy.deepcopy(reply)}
    part: Any = box
    for key in way:
        part = part[key]
    part[last] = rng.choice(BAD)
    return box[None]


def test_the_spoiler_reaches_every_part() -> None:
    reply = {"a": [{"b": 1}], "c": 2}
    seen = {repr(spoiled(reply, random.Random(seed))) for seed in range(400)}
    assert repr({"a": [{"b": 1}], "c": None}) in seen and repr({"a": [{"b": "x"}], "c": 2}) in seen and "True" in seen
    assert reply == {"a": [{"b": 1}], "c": 2}


@pytest.mark.parametrize("seed", range(2))
def test_no_reply_breaks_a_page_or_loses_a_request(
    seed: int,
    settings: Any,
    monkeypatch: Any,
    django_user_model: Any,
    supernova: Any,  # noqa: F811
) -> None:
    rng, real, is_on = random.Random(seed), http.fetch_json, [True]

    def fetch_json(*args: Any, **kwargs: Any) -> Any:
        reply = real(*args, **kwargs)
        return spoiled(reply, rng) if is_on[0] and rng.random() < 0.6 else reply

    monkeypatch.setattr(http, "fetch_json", fetch_json)
    client = Client()
    client.force_login(django_user_model.objects.create_superuser("astronomer"))
    with Sandbox(seed=1, n_objects=2) as sandbox:
        made = sandbox.settings()
        settings.DATA_SERVICES, settings.FACILITIES = made["DATA_SERVICES"], made["FACILITIES"]
        settings.TOM_ALERCE_LIKE = {"MAX_REQUESTS_PER_NIGHT": 100}
        targets = [supernova(number) for number in range(ROUNDS)]
        for target in targets:
            follow_up(client, target)
            report(client, target)
        is_on[0] = False
        call_command("alerce_followup", "--settle", "0", "--no-instruments")
        call_command("alerce_tns")
        booked = {group["name"] for group in sandbox.portal.bookings.groups.values() if group["state"] == "PENDING"}
    assert booked <= set(
        FollowupRequest.objects.exclude(state__in=["cancelled", "refused"]).values_list("name", flat=True)
    )
    assert len(sandbox.tns.register.transients) <= Report.objects.filter(attempts__gt=0).count()


def follow_up(client: Client, target: Target) -> None:
    form = {"target": target.pk, "confirm": "1", **default_params()}
    own = {"facility": "OCS-portal", "target_id": target.pk, "observation_type": "FOLLOW_UP", "validate": "1"}
    replies = [
        client.post(reverse("tom_alerce_like_facilities:request"), form),
        client.post("/observations/OCS-portal/create/", {**form, **own}),
    ]
    for row in FollowupRequest.objects.filter(target=target):
        urls = [reverse(f"tom_alerce_like_facilities:{action}", args=[row.pk]) for action in ("refresh", "cancel")]
        replies += [client.post(url, follow=True) for url in urls]
    assert {reply.status_code for reply in replies} <= {200, 302}


def report(client: Client, target: Target) -> None:
    url = reverse("tom_alerce_like_tns:report", args=[target.pk])
    draft = client.get(url).context
    sent = client.post(url, {**draft["form"].initial, "digest": draft["entry"]["digest"]}, follow=True)
    call_command("alerce_tns", verbosity=0)
    shown = [client.get(page) for page in ("/alerce/tns/", f"/alerce/targets/{target.pk}/alerts/")]
    assert [reply.status_code for reply in (sent, *shown)] == [200] * 3
