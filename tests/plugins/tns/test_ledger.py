"""The ledger: each report once, whatever TNS does."""

from __future__ import annotations

import contextlib
import random
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone
from tom_targets.models import Target, TargetName

from tests.plugins.tns.server import FAULTS, FakeTns
from tom_alerce_like.exceptions import InputError
from tom_alerce_like.plugins.tns import ledger, outcomes
from tom_alerce_like.plugins.tns import report as at_report
from tom_alerce_like.plugins.tns.account import Account
from tom_alerce_like.plugins.tns.client import Client
from tom_alerce_like.plugins.tns.models import Report, State

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(here):
    return Client(here, timeout_s=5)


def queue(target, account):
    draft = at_report.build([target], "V. Rubin", account)[target.pk]
    return ledger.queue(target, draft, None, account)


def later(hours):
    return timezone.now() + timedelta(hours=hours)


def state(row):
    row.refresh_from_db()
    return row.state


@pytest.fixture
def row(supernova, here):
    return queue(supernova(), here)


def test_a_report_is_sent_and_its_name_kept_as_an_alias(row, client, tns):
    ledger.send(client, [row])
    assert state(row) == State.SENT and row.report_id == 70001
    ledger.poll(client)
    assert state(row) == State.ACCEPTED and row.iau_name == "AT 2026xaa"
    assert row.target.name == "ZTF26aaaaaaa"
    assert list(TargetName.objects.values_list("target", "name")) == [(row.target.pk, "AT 2026xaa (sandbox)")]
    assert row.reply["100"]["objname"] == "2026xaa"


def test_a_production_name_is_kept_as_it_is(row, client, monkeypatch, here):
    monkeypatch.setattr(outcomes, "PRODUCTION_HOSTS", (here.environment,))
    ledger.settle(client)
    ledger.settle(client)
    assert TargetName.objects.get().name == "AT 2026xaa"


def test_an_alias_of_another_target_is_left_to_it(row, client, tns):
    other = Target.objects.create(name="AT 2026xaa (sandbox)", type="SIDEREAL", ra=1, dec=1)
    ledger.settle(client)
    ledger.settle(client)
    assert state(row) == State.ACCEPTED and f"already a name of target {other.pk}" in row.why
    assert not TargetName.objects.exists()


def test_pending_until_tns_has_processed_it(row, client, tns):
    tns.delay_polls = 2
    ledger.send(client, [row])
    for expected in (State.SENT, State.SENT, State.ACCEPTED):
        ledger.poll(client)
        assert state(row) == expected


def test_a_second_report_of_a_target_is_refused(row, here, supernova):
    with pytest.raises(InputError, match=r"ZTF26aaaaaaa was reported to .* before"):
        queue(row.target, here)


def test_a_second_report_is_refused_by_the_database_too(row, here, monkeypatch):
    monkeypatch.setattr(ledger, "conflict", lambda *args: "")
    with pytest.raises(IntegrityError):
        queue(row.target, here)


def test_another_target_at_the_same_place_is_refused(row, here, supernova):
    twin = supernova(1)
    Target.objects.filter(pk=twin.pk).update(ra=150.0003, dec=2.0)
    twin.refresh_from_db()
    with pytest.raises(InputError, match="ZTF26aaaaaaa was reported"):
        queue(twin, here)


def test_a_deleted_target_stays_reported(row, here, client, supernova):
    ledger.settle(client)
    ledger.settle(client)
    row.target.delete()
    assert Report.objects.get().internal_name == "ZTF26aaaaaaa"
    with pytest.raises(InputError, match="reported"):
        queue(supernova(), here)


def test_the_sandbox_does_not_stop_a_report_to_production(row):
    assert queue(row.target, Account("https://www.wis-tns.org", group_id="74")).state == State.QUEUED


def test_a_faulty_report_is_not_queued(supernova):
    with pytest.raises(InputError, match="reporting_groupid is missing"):
        queue(supernova(), Account())


@pytest.mark.parametrize("name", ["ZTF26aaaaaaa", ""])
def test_what_tns_has_already_is_not_sent(row, client, tns, name):
    tns.add("2026abc", 150.0, 2.0001, name, prefix="SN")
    ledger.send(client, [row])
    assert state(row) == State.KNOWN and row.iau_name == "SN 2026abc"
    assert tns.n_calls("set/bulk-report") == 0
    assert TargetName.objects.get().name == "SN 2026abc (sandbox)"


def test_tns_down_leaves_the_report_queued(row, client, tns):
    tns.read_faults = ["503"] * 4
    ledger.send(client, [row])
    assert state(row) == State.QUEUED and "answered 503" in row.why
    assert tns.n_calls("set/bulk-report") == 0


@pytest.mark.parametrize("fault", ["429", "401"])
def test_not_taken_means_queued_again(row, client, tns, fault):
    tns.faults = [fault]
    ledger.send(client, [row])
    assert state(row) == State.QUEUED and row.why
    ledger.settle(client)
    ledger.settle(client)
    assert state(row) == State.ACCEPTED and row.attempts == 2 and tns.accepted == {"ZTF26aaaaaaa": 1}


@pytest.mark.parametrize("fault", ["504 after commit", "drop after commit", "truncated", "html"])
def test_received_though_it_looked_lost(row, client, tns, fault):
    tns.faults = [fault]
    ledger.send(client, [row])
    assert state(row) == State.UNKNOWN
    ledger.settle(client)
    assert state(row) == State.ACCEPTED and row.why == "found at TNS by a search"
    assert tns.n_calls("set/bulk-report") == 1


def test_late_processing_is_waited_for(row, client, tns):
    tns.faults = ["late"]
    ledger.send(client, [row])
    ledger.settle(client, later(3))
    assert state(row) == State.UNKNOWN
    tns.tick()
    ledger.settle(client, later(4))
    assert state(row) == State.ACCEPTED and tns.accepted == {"ZTF26aaaaaaa": 1}


def test_a_black_hole_is_resolved_by_a_search(row, client, tns):
    tns.faults = ["black hole"]
    ledger.send(client, [row])
    ledger.poll(client)
    assert state(row) == State.SENT
    ledger.settle(client, later(2))
    assert state(row) == State.ACCEPTED


def test_a_swallowed_report_may_be_sent_anew_but_not_by_itself(row, client, tns, here):
    tns.faults = ["swallowed"]
    ledger.send(client, [row])
    for hours in (2, 7, 8):
        ledger.settle(client, later(hours))
    assert state(row) == State.REFUSED and "no trace" in row.why
    assert tns.n_calls("set/bulk-report") == 1
    again = queue(row.target, here)
    ledger.settle(client)
    ledger.settle(client)
    assert state(again) == State.ACCEPTED


def test_a_process_that_died_while_sending_is_not_repeated(row, client, tns, monkeypatch):
    def die(reports):
        Client.submit(client, reports)
        raise KeyboardInterrupt

    monkeypatch.setattr(client, "submit", die)
    with pytest.raises(KeyboardInterrupt):
        ledger.send(client, [row])
    assert state(row) == State.SENDING
    monkeypatch.undo()
    ledger.settle(client)
    assert state(row) == State.SENDING  # the process may still be alive
    ledger.settle(client, later(1))
    assert state(row) == State.ACCEPTED and tns.n_calls("set/bulk-report") == 1


def test_sending_is_written_before_the_call(row, client, monkeypatch):
    seen = []
    monkeypatch.setattr(client, "submit", lambda reports: seen.append(state(row)) or 1)
    ledger.send(client, [row])
    assert seen == [State.SENDING]


def test_two_processes_send_a_report_once(row, client, tns, monkeypatch):
    def overtaken(reports):
        ledger.send(Client(client.account), [Report.objects.get(pk=row.pk)])
        return Client.submit(client, reports)

    monkeypatch.setattr(client, "submit", overtaken)
    ledger.send(client, [row, Report.objects.get(pk=row.pk)])
    assert tns.n_calls("set/bulk-report") == 1


def test_404_then_400(row, client, tns):
    tns.delay_polls = 1
    tns.forced_entries = [{"non_detection": {"obsdate": [{"1": {"message": "must precede", "message_id": 1}}]}}]
    ledger.send(client, [row])
    ledger.poll(client)
    assert state(row) == State.SENT
    ledger.poll(client)
    assert state(row) == State.REFUSED and row.why == "1: must precede"


def test_code_5_identical_is_looked_up(row, client, tns):
    tns.forced_entries = [{"5": {"message": "An identical AT report exists", "message_id": 5}}]
    ledger.send(client, [row])
    ledger.poll(client)
    assert state(row) == State.UNKNOWN and "identical" in row.why
    tns.add("2026abc", 150.0, 2.0, "ZTF26aaaaaaa")
    ledger.settle(client)
    assert state(row) == State.ACCEPTED and row.iau_name == "AT 2026abc"


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ({"101": {"message": "exists", "objname": "2026abc", "prefix": "SN"}}, "SN 2026abc"),
        ({"121": {"message": "prefix changed", "new_object_name": "SN 2026abc"}}, "SN 2026abc"),
    ],
)
def test_codes_101_and_121_give_the_name(row, client, tns, entry, name):
    tns.forced_entries = [entry]
    ledger.settle(client)
    ledger.poll(client)
    assert state(row) == State.ACCEPTED and row.iau_name == name


def test_a_reply_about_nothing_is_looked_up(row, client, tns):
    tns.forced_entries = [{}]
    ledger.send(client, [row])
    ledger.poll(client)
    assert state(row) == State.UNKNOWN and "says nothing" in row.why


def test_one_bad_entry_does_not_hide_the_others(supernova, here, client, tns):
    rows = [queue(supernova(number), here) for number in range(3)]
    names = [row.internal_name for row in rows]
    tns.forced_entries = [
        {"100": {"message": "", "objname": "2026abc"}, "internal_ids": {"internal_name": names[2]}},
        {"ra": [{"3": {"message": "required"}}], "internal_ids": {"internal_name": names[0]}},
    ]
    ledger.settle(client)
    ledger.poll(client)
    assert [state(row) for row in rows] == [State.REFUSED, State.UNKNOWN, State.ACCEPTED]


def test_without_echoed_names_the_order_counts(supernova, here, client, tns):
    rows = [queue(supernova(number), here) for number in range(3)]
    tns.forced_entries = [{"100": {"message": "", "objname": f"2026ab{letter}"}} for letter in "xyz"]
    ledger.send(client, reversed(rows))
    ledger.poll(client)
    assert [state(row) and row.iau_name for row in rows] == ["AT 2026abx", "AT 2026aby", "AT 2026abz"]


def test_more_than_a_hundred_go_in_two_submissions(supernova, here, client, tns, monkeypatch):
    monkeypatch.setattr(ledger, "MAX_REPORTS", 2)
    for number in range(3):
        queue(supernova(number), here)
    ledger.settle(client)
    sizes = [len(data["at_report"]) for path, data in tns.calls if path == "set/bulk-report"]
    assert sizes == [2, 1]


def test_a_report_that_tns_chokes_on_does_not_hold_up_the_others(supernova, here, client, tns):
    rows = [queue(supernova(number), here) for number in range(2)]
    tns.read_faults = ["500", "500"]
    ledger.settle(client)
    assert [state(row) for row in rows] == [State.QUEUED, State.QUEUED]
    tns.read_faults = []
    assert list(ledger._rows(client, State.QUEUED)) == [rows[1], rows[0]]


@pytest.mark.parametrize("seed", range(12))
def test_never_two_accepted_reports_of_one_target(supernova, service, settings, monkeypatch, seed):
    """Random faults at every call and dying processes, while users ask for a report again and again."""
    chance = random.Random(seed)
    monkeypatch.setattr(ledger, "MAX_REPORTS", 1)  # each report meets its own fault
    with FakeTns(is_strict=True) as tns:
        account = Account(**{**service, "base_url": tns.url})
        targets = [supernova(number) for number in range(4)]
        for hour in range(12):
            tns.faults = chance.choices([*FAULTS, "late", "late", "late", "late"], k=4)
            tns.read_faults = chance.choices(["500", "429", "drop", "html", "truncated"], k=chance.choice([0, 0, 0, 1]))
            tns.delay_polls = chance.randrange(3)
            ask_again(targets, account)
            settle(Mortal(account, chance), later(hour))
            if hour % 4 == 3:  # what comes late comes within `ledger.SETTLE`
                tns.tick()
        quiet(tns, account, targets)
        assert tns.accepted == {target.name: 1 for target in targets}
        assert Report.objects.filter(state__in=[State.ACCEPTED, State.KNOWN]).count() == len(targets)


class Mortal(Client):
    """A client whose process dies now and then, right after a call."""

    def __init__(self, account, chance):
        super().__init__(account, timeout_s=5, asking=tns_session())
        self._chance = chance

    def submit(self, reports):
        try:
            return super().submit(reports)
        finally:
            if self._chance.random() < 0.3:
                raise KeyboardInterrupt


def settle(client, now):
    with contextlib.suppress(KeyboardInterrupt):
        ledger.settle(client, now)


def tns_session():
    """A session without retries: retries would only hide the faults."""
    from tom_alerce_like import http

    return http.session(retries=0)


def ask_again(targets, account):
    for target in targets:
        try:
            queue(target, account)
        except InputError:
            assert Report.objects.filter(target=target).exists()


def quiet(tns, account, targets):
    """No more faults: everything must come to an end."""
    tns.faults, tns.read_faults, tns.delay_polls = [], [], 0
    tns.tick()
    for hours in (30, 40, 50):
        ask_again(targets, account)
        ledger.settle(Client(account), later(hours))
    ledger.settle(Client(account), later(60))
