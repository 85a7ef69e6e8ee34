"""The night's last stage, the command, the task and the system checks."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from tom_dataproducts.models import PhotometryReducedDatum
from tom_targets.models import TargetName

from tests.plugins.tns.conftest import DISCOVERY
from tom_alerce_like.clock import to_mjd
from tom_alerce_like.models import Candidate
from tom_alerce_like.pipeline import Night
from tom_alerce_like.plugins.tns import ledger, stage, tasks
from tom_alerce_like.plugins.tns import report as at_report
from tom_alerce_like.plugins.tns.checks import tns_account
from tom_alerce_like.plugins.tns.models import Report, State

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def automatic(settings, monkeypatch):
    settings.TOM_ALERCE_LIKE = {"AUTO_REPORT": True}
    monkeypatch.setattr(stage, "PAUSES_S", (0.0, 0.0, 0.0))


def night(observer, targets, actions=("view", "change")):
    user = observer("robot", *actions, targets=targets)
    return Night(user=user, targets={target.pk for target in targets})


def names(tns):
    return [e["internal_name"] for path, data in tns.calls if "at_report" in data for e in data["at_report"].values()]


def test_the_night_reports_its_supernovae_in_one_submission(observer, supernova, here, tns):
    tonight = night(observer, [supernova(number) for number in range(5)])
    tns.delay_polls = 2
    stage.report(tonight)
    assert tonight.counts["reports"] == 5 and tonight.counts["errors"] == 0
    assert tns.n_calls("set/bulk-report") == 1 and TargetName.objects.count() == 5


def test_what_is_reported_is_not_reported_again(observer, supernova, here, tns):
    tonight = night(observer, [supernova()])
    stage.report(tonight)
    stage.report(tonight)
    assert tonight.counts["reports"] == 1 and len(names(tns)) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"class_name": "AGN"},
        {"class_name": "not SN"},
        {"class_name": ""},
        {"class_probability": 0.3},
        {"class_probability": None},
        {"n_detections": 1},
    ],
)
def test_only_probable_supernovae_seen_twice(observer, supernova, here, tns, fields):
    target = supernova()
    Candidate.objects.update(**fields)
    stage.report(night(observer, [target]))
    assert tns.calls == []


@pytest.mark.parametrize("name", ["SN", "SNIa", "SNIbc", "SLSN", "Early SN Ia candidate"])
def test_names_of_supernovae(observer, supernova, here, tns, name):
    stage.report(night(observer, [supernova(class_name=name)]))
    assert len(names(tns)) == 1


def test_targets_of_other_nights_and_without_permission_are_left_alone(observer, supernova, here, tns):
    tonight = night(observer, [supernova(0)])
    tonight.targets |= {supernova(1).pk}
    supernova(2)
    stage.report(tonight)
    assert names(tns) == ["ZTF26aaaaaaa"]


@pytest.mark.parametrize("switch", ["setting", "user", "credentials"])
def test_nothing_leaves_on_its_own(observer, supernova, here, tns, settings, switch):
    tonight = night(observer, [supernova()])
    if switch == "setting":
        settings.TOM_ALERCE_LIKE = {}
    elif switch == "user":
        tonight.user = None
    else:
        settings.DATA_SERVICES = {"TNS": {"base_url": tns.url, "group_id": "74"}}
    stage.report(tonight)
    assert tns.calls == [] and tonight.summary().endswith("reports=0 errors=0")


def test_the_cap_of_a_night_holds_over_its_runs_and_takes_the_best(observer, supernova, here, tns, settings):
    settings.TOM_ALERCE_LIKE = {"AUTO_REPORT": True, "MAX_REPORTS_PER_NIGHT": 2}
    targets = [supernova(number, priority=priority) for number, priority in enumerate([0.1, None, 0.9, 0.5])]
    tonight = night(observer, targets)
    stage.report(tonight)
    stage.report(tonight)
    assert sorted(names(tns)) == [targets[2].name, targets[3].name]


def test_an_object_seen_long_before_is_left_to_a_person(observer, supernova, here, tns):
    tonight = night(observer, [supernova(first_mjd=to_mjd(DISCOVERY) - 300)])
    stage.report(tonight)
    assert tns.calls == [] and "the survey saw it first on 2026-01-07" in tonight.problems[0]
    assert tonight.counts["errors"] == 0


def test_a_refused_report_and_a_lost_answer_are_errors(observer, supernova, here, tns):
    tns.forced_entries = [{"reporter": [{"3": {"message": "required"}}]}]
    tonight = night(observer, [supernova()])
    stage.report(tonight)
    assert tonight.counts["reports"] == 0 and "refused: 3: required" in tonight.problems[0]


def test_tns_down_costs_one_error_and_nothing_else(observer, supernova, here, tns):
    tns.read_faults = ["503"] * 20
    tonight = night(observer, [supernova(0), supernova(1)])
    stage.report(tonight)
    assert tonight.counts["errors"] == 1
    assert set(Report.objects.values_list("state", flat=True)) == {State.QUEUED}


def queued(target, here):
    return ledger.queue(target, at_report.build([target], "V. Rubin", here)[target.pk], None, here)


def test_the_command_sends_and_polls(supernova, here, tns):
    queued(supernova(), here)
    out = StringIO()
    call_command("alerce_tns", stdout=out)
    call_command("alerce_tns", stdout=out)
    first, second = out.getvalue().splitlines()
    assert first == "tns: queued=0 sending=0 sent=1 unknown=0 accepted=0 known=0 refused=0"
    assert second == "tns: queued=0 sending=0 sent=0 unknown=0 accepted=1 known=0 refused=0"


def test_the_command_goes_on(supernova, here, tns, monkeypatch):
    pauses = iter([None, None])

    def sleep(seconds):
        if seconds == 60 and next(pauses, "stop") == "stop":
            raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", sleep)
    queued(supernova(), here)
    with pytest.raises(KeyboardInterrupt):
        call_command("alerce_tns", every=60, stdout=StringIO())
    assert Report.objects.get().state == State.ACCEPTED


def test_the_command_without_credentials(settings):
    settings.DATA_SERVICES = {}
    with pytest.raises(CommandError, match="needs api_key"):
        call_command("alerce_tns")


def test_the_task_does_what_the_command_does(supernova, here, tns):
    row = queued(supernova(), here)
    tasks.settle.func()
    tasks.settle.func()
    row.refresh_from_db()
    assert row.state == State.ACCEPTED


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"api_key": ""}, ["tom_alerce_like_tns.I001"]),
        ({}, []),
        ({"base_url": "https://www.wis-tns.org"}, []),
        ({"base_url": "https://www.wis-tns.org", "authors": ""}, ["tom_alerce_like_tns.W001"]),
        ({"authors": ""}, []),
    ],
)
def test_system_checks_say_what_is_off(settings, service, changes, found):
    settings.DATA_SERVICES = {"TNS": {**service, **changes}}
    messages = tns_account(None)
    assert [message.id for message in messages] == found and all(message.hint for message in messages)


def test_checking_the_project_asks_tns_nothing(here, tns):
    call_command("check", stdout=StringIO(), stderr=StringIO())
    assert tns.calls == []


def test_an_object_that_only_faded_is_told_in_one_sentence(observer, supernova, here, tns):
    target = supernova()
    PhotometryReducedDatum.objects.filter(target=target).update(value={"is_positive": False})
    tonight = night(observer, [target])
    stage.report(tonight)
    [problem] = tonight.problems
    assert problem.endswith("nothing brighter than the reference image was seen that could be reported")
    assert names(tns) == [] and tonight.counts["errors"] == 0
