"""README.md says what is there, and its examples run as they stand in it."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.core.management import get_commands
from django.test import Client
from tom_dataproducts.models import PhotometryReducedDatum
from tom_observations.models import ObservationRecord
from tom_targets.models import Target

from tests.brokers.loopback import Call, Loopback
from tests.conformance.module import ModuleConformance
from tests.core import make
from tom_alerce_like import APPS, conf, module, scoring
from tom_alerce_like.alerts.schema import Batch, frame
from tom_alerce_like.brokers.query import Query
from tom_alerce_like.facilities import ledger, settle
from tom_alerce_like.facilities.models import FollowupRequest, State
from tom_alerce_like.ingest import ingest
from tom_alerce_like.models import Classification
from tom_alerce_like.pipeline import Night

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
PROSE = re.sub(r"^```.*?^```", "", README, flags=re.M | re.S)
MAKEFILE = (ROOT / "Makefile").read_text()
OBJECT = "ZTF26abcdefg"
NIGHT = {"start": "2026-11-20T20:00:00", "end": "2026-11-21T04:00:00"}


def section(title: str) -> str:
    """Return what stands under a heading, up to the next one of any level."""
    return re.split(r"^#+ ", PROSE.split(f"# {title}\n", 1)[1], maxsplit=1, flags=re.M)[0]


def first_cells(text: str) -> set[str]:
    """Return the names in code font in the first column of tables."""
    return {name for row in re.findall(r"^\| (`.*?) \|", text, re.M) for name in re.findall(r"`(\w+)", row)}


def written(path: str, word: str = "") -> str:
    """Return the example that begins with the name of its file, and has this word in it."""
    blocks = re.findall(r"```python\n(.*?)```", README, re.S)
    [found] = [block for block in blocks if block.startswith(f"# {path}\n") and word in block]
    return found


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Import a file of the package that README writes, here and in what tests start."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    def load(name: str) -> ModuleType:
        folder = tmp_path / "mypackage"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.py").write_text(written(f"mypackage/{name}.py"))
        return importlib.import_module(f"mypackage.{name}")

    yield load
    for name in [name for name in sys.modules if name.split(".")[0] == "mypackage"]:
        del sys.modules[name]
    module._loaded.pop("mypackage.bright.Bright", None)


def test_every_setting_is_in_the_table_and_no_other():
    assert first_cells(section("Settings")) == set(conf.DEFAULTS)


def test_every_command_is_in_the_table_and_no_other():
    ours = {name for name, app in get_commands().items() if app in APPS}
    assert first_cells(section("In your own TOM")) == ours


def test_every_verb_and_variable_of_make_is_told_and_no_other():
    verbs = set(re.search(r"^\.PHONY: (.*)", MAKEFILE, re.M)[1].split())
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.M)) == verbs
    variables = {*re.findall(r"^([A-Z]+) \?=", MAKEFILE, re.M), *re.findall(r"^export ([A-Z]+)", MAKEFILE, re.M)}
    assert variables <= set(re.findall(r"[A-Z]+", README))
    assert first_cells(PROSE.split("## ")[0]) <= variables


def test_every_file_that_it_names_is_there():
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    named = [path for path in re.findall(r"`((?:tom_alerce_like|tests|docs)/[\w/.]+)`", README)]
    assert links and named
    assert [path for path in [*links, *named] if not (ROOT / path).exists()] == []


class TestModule(ModuleConformance):
    """The example of a science module keeps the laws of science modules."""

    @pytest.fixture
    def module(self, package):
        return package("bright").Bright()


@pytest.mark.django_db
def test_the_module_judges_as_a_stage(package, settings):
    package("bright")
    exec(written("settings.py", "MODULES"), found := {})  # noqa: S102
    settings.TOM_ALERCE_LIKE = found["TOM_ALERCE_LIKE"]
    texts = {"survey": ["ZTF"] * 3, "object_id": ["ZTF26a", "ZTF26b", "ZTF26c"], "alert_id": list("123")}
    places = {"mjd": [61364.5] * 3, "ra_deg": [10.0, 20.0, 30.0], "dec_deg": [5.0] * 3}
    alerts = frame({**texts, **places, "band": ["r"] * 3, "mag": [17.0, 18.0, 19.0]})
    made = ingest(Batch(alerts), source="Alert-archive")
    night = Night(targets=set(made.target_ids.values()))
    scoring.classify(night)
    said = Classification.objects.filter(classifier="bright_score", class_name="bright").order_by("-probability")
    assert night.counts["classified"] == 3 and [round(row.probability, 2) for row in said] == [0.73, 0.5, 0.27]


def alerts_of(call: Call) -> list[dict[str, Any]]:
    """Answer as the example's broker: two alerts of one object, and one of another survey's."""
    rows = [
        {"survey": "ZTF", "oid": OBJECT, "id": n, "filter": "r", "mjd": 61364.5 + n, "ra": 150.0, "dec": 2.0}
        | {"mag": 18.5 + n, "e_mag": 0.1}
        for n in range(2)
    ]
    return rows if call.params["survey"] == ["ZTF"] else []


@pytest.mark.django_db
def test_the_broker_is_asked_and_its_answer_stored(package, settings):
    with Loopback(alerts_of) as server:
        settings.DATA_SERVICES = {"MyBroker": {"url": server.url}}
        broker = package("broker").MyBroker()
        found = broker.search(Query(survey="ZTF", class_name="SN"))
        assert found.alerts[["object_id", "mag"]].to_numpy().tolist() == [[OBJECT, 19.5]]
        assert len(broker.search(Query(survey="ZTF", class_name="SN", mag_max=19.0))) == 0
        assert len(broker.search(Query(survey="LSST", class_name="SN"))) == 0
        target = broker.to_target(broker.query_targets(broker.build_query_parameters({"class_name": "SN"}))[0])
    assert target.name == OBJECT
    points = PhotometryReducedDatum.objects.filter(target=target, source_name="MyBroker")
    assert sorted(points.values_list("brightness", flat=True)) == [18.5, 19.5]


def queue(call: Call, rows: list[dict[str, Any]]) -> Any:
    """Answer as the example's observatory, which keeps ``rows``."""
    if call.method == "POST":
        rows.append({**call.body, "id": len(rows) + 1, "state": "waiting"})
        return rows[-1]
    if call.path == "/queue":
        return [row for row in rows if row["name"] in call.params["name"]]
    return rows[int(call.path.rpartition("/")[2]) - 1]


@pytest.mark.django_db(transaction=True)
def test_the_facility_is_asked_once_and_followed(package, settings, monkeypatch):
    rows: list[dict[str, Any]] = []
    telescope = package("telescope")
    exec(written("settings.py", "FACILITY"), found := {})  # noqa: S102
    settings.TOM_FACILITY_CLASSES = found["TOM_FACILITY_CLASSES"]
    target = Target.objects.create(name=OBJECT, type="SIDEREAL", ra=150.0, dec=2.0)
    user = make.user("observer", "view", "change", target=target)
    with Loopback(lambda call: queue(call, rows)) as server:
        monkeypatch.setattr(telescope, "URL", f"{server.url}/queue")
        for _ in range(2):
            request = ledger.submit(target, {"exposure_s": 60.0, **NIGHT}, user, facility="MyTelescope")
        assert (request.state, len(rows), rows[0]["ra"]) == (State.ACCEPTED, 1, 150.0)
        rows[0]["state"] = "done"
        settle.reconcile(0)
    request.refresh_from_db()
    assert request.state == State.COMPLETED and ObservationRecord.objects.get().status == "done"


@pytest.mark.django_db(transaction=True)
def test_the_facility_has_its_page_in_the_toolkit(package, settings, monkeypatch):
    rows: list[dict[str, Any]] = []
    telescope = package("telescope")
    settings.TOM_FACILITY_CLASSES = ["mypackage.telescope.MyTelescope"]
    target = Target.objects.create(name=OBJECT, type="SIDEREAL", ra=150.0, dec=2.0)
    client = Client()
    client.force_login(make.user("observer", "view", "change", target=target))
    page = f"/observations/MyTelescope/create/?target_id={target.pk}"
    filled = {"facility": "MyTelescope", "target_id": target.pk, "observation_type": "IMAGING", "exposure_s": "60"}
    with Loopback(lambda call: queue(call, rows)) as server:
        monkeypatch.setattr(telescope, "URL", f"{server.url}/queue")
        assert client.get(page).status_code == 200
        assert client.post(page, {**filled, **NIGHT}).status_code == 302
    assert len(rows) == 1 and FollowupRequest.objects.get().state == State.ACCEPTED
    assert ObservationRecord.objects.get().observation_id == "1"
