"""Bad input through real pages and commands: a clear message, nothing lost, nothing executed."""

from __future__ import annotations

import gzip
import threading
import tracemalloc
from collections.abc import Iterator
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from tom_targets.models import Target

from tests.core.skies import alert, batch
from tests.plugins.tns.conftest import supernova  # noqa: F401  (a fixture)
from tom_alerce_like.alerts import files
from tom_alerce_like.brokers.models import QueryRun
from tom_alerce_like.clock import now_mjd
from tom_alerce_like.facilities.models import FollowupRequest, State
from tom_alerce_like.facilities.ocs.payload import default_params
from tom_alerce_like.ingest import ingest
from tom_alerce_like.models import Alert, Candidate, Classification
from tom_alerce_like.plugins.tns.models import Report
from tom_alerce_like.sandbox.server import Sandbox

pytestmark = pytest.mark.django_db
ALERCE, FINK, ARCHIVE = "ALeRCE-multisurvey", "Fink-multisurvey", "Alert-archive"
CLASSES = {ALERCE: {"ZTF": "SN", "LSST": "SN"}, FINK: {"ZTF": "SN candidate", "LSST": "extragalactic_new_candidate"}}


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox(seed=1, n_objects=60) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox, settings: Any) -> Iterator[Sandbox]:
    made = running.settings()
    settings.DATA_SERVICES, settings.FACILITIES = made["DATA_SERVICES"], made["FACILITIES"]
    settings.TOM_ALERCE_LIKE = {"TIMEOUT_S": 20.0}
    yield running
    running.faults.clear()


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create_superuser("astronomer")


@pytest.fixture
def client(user: User) -> Client:
    made = Client()
    made.force_login(user)
    made.get(reverse("tom_alerce_like:candidates"))  # what a first page imports is no reply's memory
    return made


def ask(client: Client, broker: str, page: str = "tom_alerce_like_brokers:query", **fields: Any) -> Any:
    """Send a query through our page, or the toolkit's."""
    url = reverse(page, args=[broker] if page.endswith(":query") else [])
    return client.post(url, {"data_service": broker, "survey": "ZTF", "max_rows": 20, **fields}, follow=True)


def night(broker: str, survey: str) -> dict[str, Any]:
    return {"survey": survey, "class_name": CLASSES[broker][survey], "last_mjd_min": f"{now_mjd() - 30}"}


# malformed coordinates and unknown classes

MALFORMED = [
    "12:30",
    "north",
    "400 0",
    "10 95",
    "25:00:00 +10:00:00",
    "nan nan",
    "10 10 10",
    "'; DROP TABLE",
    "1e999 0",
]


@pytest.mark.parametrize("centre", MALFORMED)
@pytest.mark.parametrize("broker", [ALERCE, FINK, ARCHIVE])
def test_malformed_coordinates_are_told_at_their_field(client: Client, sandbox: Sandbox, broker: str, centre: str):
    page = ask(client, broker, centre=centre, radius_arcsec="5")
    assert page.status_code == 200 and page.context["form"].errors.keys() == {"centre"}
    assert not QueryRun.objects.exists()


@pytest.mark.parametrize("centre", MALFORMED)
def test_malformed_coordinates_are_told_on_the_toolkits_page(client: Client, sandbox: Sandbox, centre: str):
    page = ask(client, ALERCE, "tom_dataservices:create", centre=centre, radius_arcsec="5")
    assert page.status_code == 200 and page.context["form"].errors.keys() == {"centre"}


@pytest.mark.parametrize("survey", ["ZTF", "LSST"])
@pytest.mark.parametrize("broker", [ALERCE, FINK])
def test_an_unknown_class_is_told(client: Client, sandbox: Sandbox, broker: str, survey: str):
    page = ask(client, broker, survey=survey, class_name="Supernowa <b>")
    assert page.status_code == 200 and "Supernowa &lt;b&gt;" in page.text and "alert-" in page.text
    assert "<b>" not in page.text


def test_an_unknown_class_is_told_by_the_archive(client: Client, settings: Any, data: Any):
    settings.TOM_ALERCE_LIKE = {"ARCHIVE": str(data / "ztf_alerts" / "packets")}
    page = ask(client, ARCHIVE, class_name="Supernowa")
    assert page.status_code == 200 and "probability of Supernowa" in page.text


# damaged files


def test_good_files_among_bad_ones_are_ingested_and_the_bad_are_named(data: Any, tmp_path: Any, capsys: Any):
    packets = sorted((data / "ztf_alerts" / "packets").glob("*.avro"))[:3]
    for packet in packets:
        (tmp_path / packet.name).write_bytes(packet.read_bytes())
    whole = packets[0].read_bytes()
    table = tmp_path / "wrong.parquet"
    pd.DataFrame({"objectId": [1.5], "candidate": ["?"]}).to_parquet(table)
    bad = {
        **{f"cut_at_{size}.avro": whole[:size] for size in (3, 40, 5000, len(whole) - 1)},
        "empty.avro": b"",
        "page.avro": b"<html>maintenance</html>",
        "noise.avro": np.random.default_rng(1).bytes(5000),
        "frame.avro": b"\x00\x00\x00\x03\xe7" + bytes(50),
        "zipped.avro": gzip.compress(whole),
        "changed.avro": whole[:3000] + bytes(500) + whole[3500:],
        "cut.parquet": table.read_bytes()[:200],
        "empty.parquet": b"",
    }
    for name, content in bad.items():
        (tmp_path / name).write_bytes(content)
    call_command("alerce_ingest", str(tmp_path))
    said = capsys.readouterr()
    # the one that lacks only its last byte holds a whole alert, which is known already
    assert said.out.startswith("ingest: alerts=4 targets=3") and "skipped=1" in said.out
    assert all(name in said.err for name in [*bad, "wrong.parquet"])
    assert said.out.strip().endswith(f"errors={len(bad) + 1}")
    assert Alert.objects.count() == Candidate.objects.count() == 3


def test_names_that_a_terminal_would_obey_are_printed_harmless():
    summary = ingest(batch(alert("\x1b]0;gone\x07\x1b[2J")), source=ARCHIVE)
    assert summary.errors == 1 and "gone" in summary.problems[0] and summary.problems[0].isprintable()


def test_damaged_files_of_the_archive_are_told_on_the_page(client: Client, data: Any, tmp_path: Any, settings: Any):
    settings.TOM_ALERCE_LIKE = {"ARCHIVE": str(tmp_path)}
    packet = min((data / "ztf_alerts" / "packets").glob("*.avro"))
    (tmp_path / packet.name).write_bytes(packet.read_bytes())
    (tmp_path / "cut.avro").write_bytes(packet.read_bytes()[:5000])
    (name,) = [batch.alerts["object_id"][0] for batch in files.read(packet)]
    page = ask(client, ARCHIVE, object_ids=name)
    assert name in page.text and "cut.avro" in page.text and "truncated" in page.text


# a reply of a gigabyte

GIGABYTE = 1_000_000_000
BLOCK = b" " * 1_000_000
#: What may be held beside the reply itself: a buffer that grows holds a part twice.
LIMIT_BYTES = 1.5 * 64e6


class Flood:
    """A service that answers everything with a gigabyte; ``sent`` is how much of it was taken."""

    def __init__(self, status: int) -> None:
        self.sent = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.send_response(status)
                self.send_header("Location", "/again")
                self.send_header("Content-Length", str(GIGABYTE))
                self.end_headers()
                try:
                    for _ in range(GIGABYTE // len(BLOCK)):
                        self.wfile.write(BLOCK)
                        outer.sent += len(BLOCK)
                except ConnectionError:
                    self.close_connection = True

            do_POST = do_GET

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> Flood:
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        tracemalloc.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.peak_bytes = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        self.server.shutdown()
        self.server.server_close()


@pytest.mark.parametrize("status", [200, 302, 400, 503])
@pytest.mark.parametrize("broker", [ALERCE, FINK])
def test_a_gigabyte_from_a_broker_is_a_message(client: Client, settings: Any, broker: str, status: int):
    with Flood(status) as flood:
        settings.DATA_SERVICES = {broker: {"ztf_url": flood.url, "lsst_url": flood.url}}
        page = ask(client, broker, class_name="SN")
    assert page.status_code == 200 and page.context["form"].non_field_errors()
    assert flood.peak_bytes < LIMIT_BYTES and flood.sent < GIGABYTE
    assert not QueryRun.objects.exists()


@pytest.mark.parametrize("status", [200, 302, 400])
def test_a_gigabyte_from_the_portal_is_a_message(client: Client, settings: Any, status: int):
    target = Target.objects.create(name="ZTF26aaaaaaa", type="SIDEREAL", ra=60.0, dec=-30.0)
    with Flood(status) as flood:
        settings.FACILITIES = {"OCS-portal": {"portal_url": flood.url, "api_key": "k", "proposal": "P"}}
        form = {"target": target.pk, "confirm": "1", **default_params()}
        page = client.post(reverse("tom_alerce_like_facilities:request"), form)
    assert page.status_code == 200 and page.context["form"].non_field_errors()
    assert flood.peak_bytes < LIMIT_BYTES and flood.sent < GIGABYTE
    assert not FollowupRequest.objects.exists()


def test_a_gigabyte_from_tns_leaves_the_report_queued(client: Client, settings: Any, supernova: Any):  # noqa: F811
    target = supernova()
    with Flood(200) as flood:
        account = {"api_key": "k", "bot_id": "1", "bot_name": "b", "group_id": "74"}
        settings.DATA_SERVICES = {"TNS": {**account, "base_url": flood.url}}
        url = reverse("tom_alerce_like_tns:report", args=[target.pk])
        draft = client.get(url).context
        page = client.post(url, {**draft["form"].initial, "digest": draft["entry"]["digest"]}, follow=True)
    assert "sent more than 64 MB" in page.text and Report.objects.get().state == "queued"
    assert flood.peak_bytes < LIMIT_BYTES and flood.sent < GIGABYTE


# hostile HTML


class Watch(HTMLParser):
    """Collects what a browser would run of the texts that the sandbox spoils."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._inside = tag if given.get("type") != "application/json" else ""
        self.runs += [f"{name}={value}" for name, value in attrs if name.startswith("on") and "alert(1)" in str(value)]

    def handle_data(self, data: str) -> None:
        if self._inside == "script" and 'alert("sandbox")' in data:
            self.runs.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""


def would_run(page: str) -> list[str]:
    watch = Watch()
    watch.feed(page)
    return watch.runs


def test_the_watch_sees_what_would_run():
    assert len(would_run('<p><script>alert("sandbox")</script><img src=x onerror=alert(1)></p>')) == 2
    assert not would_run("&lt;script&gt;alert(&quot;sandbox&quot;)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;")


@pytest.mark.parametrize("survey", ["ZTF", "LSST"])
@pytest.mark.parametrize("broker", [ALERCE, FINK])
def test_hostile_words_of_a_broker_run_nowhere(client: Client, sandbox: Sandbox, broker: str, survey: str):
    sandbox.faults.add("", "hostile_html", times=1000)
    results = ask(client, broker, **night(broker, survey))
    run = QueryRun.objects.get()
    assert run.rows
    chosen = {"selected_results": [row["object_id"] for row in run.rows[:3]]}
    made = client.post(reverse("tom_alerce_like_brokers:create", args=[run.pk]), chosen, follow=True)
    pages = [results, made, client.get(reverse("tom_alerce_like:candidates"))]
    pages.append(ask(client, broker, "tom_dataservices:create", **night(broker, survey)))
    targets = list(Target.objects.all())
    assert targets or (broker, survey) == (FINK, "ZTF"), "the word that marks detections of that broker is spoiled"
    assert not Classification.objects.filter(class_name__contains="<")
    if broker == ALERCE:  # of which classes are words
        assert "&lt;script&gt;" in results.text and "class probabilities left out" in made.text
    for target in targets:
        pages += [client.get(f"/targets/{target.pk}/"), client.get(f"/alerce/targets/{target.pk}/alerts/")]
        pages.append(client.get(reverse("tom_alerce_like_tns:report", args=[target.pk])))
        pages.append(client.get(reverse("tom_alerce_like_facilities:request"), {"target": target.pk}))
    assert [page.status_code for page in pages] == [200] * len(pages)
    assert [run for page in pages for run in would_run(page.text)] == []


@pytest.mark.parametrize("page", ["tom_alerce_like_brokers:query", "tom_dataservices:create"])
@pytest.mark.parametrize("fault", ["html", "500", "429", "truncated_json"])
def test_errors_of_a_broker_are_told_and_run_nowhere(client: Client, sandbox: Sandbox, fault: str, page: str):
    sandbox.faults.add("alerce", fault, times=9, seconds=0)
    reply = ask(client, ALERCE, page, **night(ALERCE, "ZTF"))
    assert reply.status_code == 200 and "127.0.0.1" in reply.text and "<h1>" not in reply.text.split("127.0.0.1")[1]


@pytest.fixture
def candidate(client: Client, sandbox: Sandbox) -> Target:
    """A supernova of the simulated night as a target."""
    run = QueryRun.objects.get(pk=ask(client, ALERCE, **night(ALERCE, "ZTF")).context["run"].pk)
    chosen = {"selected_results": [run.rows[0]["object_id"]]}
    client.post(reverse("tom_alerce_like_brokers:create", args=[run.pk]), chosen)
    return Target.objects.get()


def test_hostile_words_of_a_portal_run_nowhere(client: Client, sandbox: Sandbox, candidate: Target):
    sandbox.faults.add("portal", "hostile_html", times=1000)
    form = {"target": candidate.pk, "confirm": "1", **default_params(), "proposal": "NOT-MINE"}
    refused = client.post(reverse("tom_alerce_like_facilities:request"), form)
    own = {"facility": "OCS-portal", "target_id": candidate.pk, "observation_type": "FOLLOW_UP", "submit": "1"}
    toolkit = client.post("/observations/OCS-portal/create/", {**form, **own})
    for page in (refused, toolkit):
        assert page.status_code == 200 and "&lt;script&gt;" in page.text and would_run(page.text) == []
    assert not FollowupRequest.objects.exists()


def test_hostile_words_about_a_booking_run_nowhere(client: Client, sandbox: Sandbox, candidate: Target):
    form = {"target": candidate.pk, "confirm": "1", **default_params()}
    booked = client.post(reverse("tom_alerce_like_facilities:request"), form, follow=True)
    assert FollowupRequest.objects.get().state == State.ACCEPTED, booked.text
    sandbox.faults.add("portal", "hostile_html", times=1000)
    row = FollowupRequest.objects.get()
    for action in ("refresh", "cancel"):
        url = reverse(f"tom_alerce_like_facilities:{action}", args=[row.pk])
        page = client.post(url, follow=True)
        assert page.status_code == 200 and would_run(page.text) == []


def test_hostile_words_of_tns_run_nowhere_and_the_report_is_not_lost(
    client: Client, sandbox: Sandbox, candidate: Target
):
    url = reverse("tom_alerce_like_tns:report", args=[candidate.pk])
    draft = client.get(url)
    sandbox.faults.add("tns", "hostile_html", times=1000)
    form = {**draft.context["form"].initial, "digest": draft.context["entry"]["digest"]}
    sent = client.post(url, form, follow=True)
    call_command("alerce_tns")
    call_command("alerce_tns")
    pages = [sent, client.get(reverse("tom_alerce_like_tns:list"))]
    pages.append(client.get(f"/alerce/targets/{candidate.pk}/alerts/"))
    assert [would_run(page.text) for page in pages] == [[]] * 3
    assert Report.objects.get().target_id == candidate.pk and len(sandbox.tns.received) <= 1
