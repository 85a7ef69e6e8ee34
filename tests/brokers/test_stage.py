"""The night begins: saved queries and the archive become targets."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from tom_dataservices.models import DataServiceQuery
from tom_targets.models import Target

from tests.brokers.alerce_replies import Alerce
from tests.brokers.loopback import Loopback
from tests.conformance.broker import IDS
from tom_alerce_like.brokers.alerce.service import AlerceService
from tom_alerce_like.brokers.stage import pull
from tom_alerce_like.pipeline import Night

pytestmark = pytest.mark.django_db


@pytest.fixture
def alerce(settings: Any) -> Any:
    with contextlib.ExitStack() as stack:

        def start(n_objects: int) -> Loopback:
            server = stack.enter_context(Loopback(Alerce("ZTF", IDS["ZTF"][:n_objects])))
            roots = dict.fromkeys(("ztf_url", "lsst_url", "stamps_url"), server.url)
            settings.DATA_SERVICES = {AlerceService.name: roots}
            return server

        yield start


def save(**parameters: Any) -> DataServiceQuery:
    asked = {"survey": "ZTF", "class_name": "SN", **parameters}
    return DataServiceQuery.objects.create(name="SN", data_service=AlerceService.name, parameters=asked)


def test_saved_queries_become_targets(alerce: Any) -> None:
    alerce(3)
    query, night = save(), Night()
    pull(night)
    assert night.counts["alerts"] == night.counts["targets"] == 3 and night.counts["errors"] == 0
    assert night.targets == set(Target.objects.values_list("pk", flat=True))
    query.refresh_from_db()
    assert query.last_run == night.now


def test_the_next_night_asks_for_what_is_new(alerce: Any) -> None:
    server = alerce(3)
    save()
    pull(Night())
    asked = len(server.calls)
    pull(Night())
    first = server.calls[asked]
    assert float(first.params["lastmjd"][0]) > 61000
    # the objects were last seen long before the first run
    assert len(server.calls) == asked + 1


def test_what_fails_is_told_and_asked_again(alerce: Any) -> None:
    server = alerce(2)
    broken, night = save(survey="LSST"), Night()
    save()
    answer = server.answer
    server.answer = lambda call: b"{" if "list_objects" in call.path else answer(call)
    pull(night)
    assert night.counts["errors"] == 1 and night.counts["targets"] == 2
    broken.refresh_from_db()
    assert broken.last_run is None


def test_an_object_without_an_answer_is_asked_for_again(alerce: Any) -> None:
    server = alerce(3)
    query, night = save(), Night()
    answer = server.answer
    server.answer = lambda call: b"{" if f"{IDS['ZTF'][1]}/lightcurve" in call.path else answer(call)
    pull(night)
    assert night.counts["targets"] == 2 and night.counts["errors"] == 1
    server.answer = answer
    pull(Night())
    assert set(Target.objects.values_list("name", flat=True)) == set(IDS["ZTF"][:3])
    query.refresh_from_db()
    assert query.last_run is not None


def test_the_archive_is_read(settings: Any, data: Path) -> None:
    settings.TOM_ALERCE_LIKE = {"ARCHIVE": str(data / "ztf_alerts" / "packets")}
    night = Night()
    pull(night)
    assert night.counts["alerts"] == 25 and night.counts["errors"] == 0
    assert len(night.targets) == Target.objects.count() == night.counts["targets"] > 10


def test_an_archive_that_is_not_there_is_told(settings: Any) -> None:
    settings.TOM_ALERCE_LIKE = {"ARCHIVE": "/nowhere"}
    night = Night()
    pull(night)
    assert night.counts["errors"] == 1 and "ARCHIVE" in night.problems[0]


def test_without_queries_and_archive_nothing_happens() -> None:
    night = Night()
    pull(night)
    assert not night.counts and not night.targets
