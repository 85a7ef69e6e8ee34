"""Against the package's own simulated TNS, which shares no code with the client."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tom_alerce_like.plugins.tns import ledger
from tom_alerce_like.plugins.tns import report as at_report
from tom_alerce_like.plugins.tns.account import account
from tom_alerce_like.plugins.tns.client import Client
from tom_alerce_like.plugins.tns.models import Report, State
from tom_alerce_like.sandbox.server import Sandbox

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def running():
    with Sandbox(seed=1, n_objects=2) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running, settings):
    settings.DATA_SERVICES = running.settings()["DATA_SERVICES"]
    running.tns.accept_old_keys = False
    running.tns.received.clear()
    running.tns.register.transients.clear()
    yield running
    running.faults.clear()


def queue(target):
    here = account()
    return ledger.queue(target, at_report.build([target], "V. Rubin", here)[target.pk], None, here)


def settle(times, hours=0):
    client = Client(account(), timeout_s=5)
    for _ in range(times):
        ledger.settle(client, timezone.now() + timedelta(hours=hours))


def test_tns_2_names_are_accepted(sandbox, supernova):
    rows = [queue(supernova(number)) for number in range(3)]
    settle(3)
    states = list(Report.objects.values_list("state", flat=True))
    assert states == [State.ACCEPTED] * 3 and len(sandbox.tns.received) == 1
    assert {row.iau_name.split()[1] for row in Report.objects.all()} == {
        transient.objname for transient in sandbox.tns.register.transients
    }
    assert len(rows) == 3


def test_an_lsst_report_is_accepted(sandbox, supernova):
    target = supernova(survey="LSST", object_id="313637921267122191")
    target.photometryreduceddatum_set.update(telescope="LSST", instrument="LSSTCam")
    queue(target)
    settle(3)
    assert Report.objects.get().state == State.ACCEPTED


def test_what_our_rules_let_through_the_simulated_tns_takes(sandbox, supernova):
    target = supernova(host_probability=0.1)
    target.photometryreduceddatum_set.filter(brightness=None).delete()
    queue(target)
    settle(3)
    assert Report.objects.get().state == State.ACCEPTED


@pytest.mark.parametrize(
    "fault",
    ["504_after_commit", "drop_after_commit", "late_commit", "truncated_json", "html", "black_hole", "429", "500"],
)
def test_each_fault_ends_in_one_object_or_an_honest_refusal(sandbox, supernova, fault):
    sandbox.faults.add("tns", fault, path="set/bulk-report", seconds=0.1)
    target = supernova()
    queue(target)
    settle(4)
    settle(1, hours=2)
    settle(1, hours=9)
    names = [report["internal_name"] for t in sandbox.tns.register.transients for report in t.reports]
    row = Report.objects.get()
    if fault == "500":  # nothing was done, which nobody can know
        assert row.state == State.REFUSED and names == [] and "no trace" in row.why
    else:
        assert row.state == State.ACCEPTED and names == [target.name]
