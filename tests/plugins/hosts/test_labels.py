"""A person's word on a host is kept with what the machine had said, and can be taken away as a table."""

from __future__ import annotations

import csv
import io

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from tests.plugins.hosts.conftest import moved
from tom_alerce_like.plugins.hosts import labels
from tom_alerce_like.plugins.hosts.associate import associate
from tom_alerce_like.plugins.hosts.models import Host, HostLabel, HostSearch
from tom_alerce_like.plugins.hosts.store import save


@pytest.fixture
def target(catalogue, new_target):
    place = moved(150.0, 2.0, 75.0, 0.0)
    target = new_target("t", *place)
    save([target.pk], associate(*place, [catalogue], top=5))
    return target


@pytest.fixture
def person(db) -> User:
    return User.objects.create_user("alice")


def exported() -> list[dict[str, str]]:
    said = io.StringIO()
    call_command("alerce_host_labels", stdout=said)
    return list(csv.DictReader(io.StringIO(said.getvalue())))


def test_a_choice_remembers_what_the_machine_had_said(target, person):
    second = Host.objects.get(target_id=target.pk, rank=2)
    labels.choose(second, person)
    label = HostLabel.objects.get(pk=target.pk)
    assert (label.user, label.is_none, label.rank) == (person, False, 2)
    for name in ("name", "catalogue", "catalogue_id", "ra_deg", "dec_deg", "probability"):
        assert getattr(label, name) == getattr(second, name)
    assert label.version == HostSearch.objects.get(pk=target.pk).version != ""


def test_a_new_search_changes_no_label(catalogue, target, person):
    labels.choose(Host.objects.get(target_id=target.pk, rank=2), person)
    before = HostLabel.objects.values().get()
    save([target.pk], associate(150.0, 2.0, [catalogue], top=5))
    assert HostLabel.objects.values().get() == before


def test_the_newest_word_counts(target, person):
    first, second = Host.objects.filter(target_id=target.pk)
    labels.choose(first, person)
    labels.choose_none(target.pk, person)
    labels.choose(second, person)
    assert HostLabel.objects.get().name == second.name
    labels.choose_none(target.pk, person)
    label = HostLabel.objects.get()
    assert label.is_none and label.ra_deg is None
    assert label.probability == pytest.approx(1 - first.probability - second.probability)
    labels.release(target.pk)
    assert not HostLabel.objects.exists() and not Host.objects.filter(is_chosen=True).exists()


def test_none_stays_none_in_later_searches(catalogue, target, person):
    labels.choose_none(target.pk, person)
    assert save([target.pk], associate(150.0, 2.0, [catalogue], top=5)) == 0


def test_labels_are_exported(target, person, tmp_path):
    assert exported() == []
    labels.choose(Host.objects.get(target_id=target.pk, rank=1), person)
    [row] = exported()
    host = Host.objects.get(target_id=target.pk, rank=1)
    assert (row["target"], row["user"], row["is_none"]) == ("t", "alice", "False")
    assert float(row["ra_deg"]) == host.ra_deg and float(row["target_dec_deg"]) == pytest.approx(target.dec)
    assert float(row["probability"]) == host.probability
    file = tmp_path / "labels.csv"
    call_command("alerce_host_labels", output=str(file), stdout=io.StringIO())
    assert list(csv.DictReader(file.read_text().splitlines())) == [row]


def test_no_spreadsheet_runs_an_exported_name(target, person, tmp_path):
    host = Host.objects.get(target_id=target.pk, rank=1)
    for name, cell in {'=HYPERLINK("http://x")': '\'=HYPERLINK("http://x")', "@é": "'@é", "NGC 1": "NGC 1"}.items():
        Host.objects.filter(pk=host.pk).update(name=name, dec_deg=-2.5)
        labels.choose(Host.objects.get(pk=host.pk), person)
        file = tmp_path / "labels.csv"
        call_command("alerce_host_labels", output=str(file), stdout=io.StringIO())
        [row] = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
        assert (row["name"], row["dec_deg"]) == (cell, "-2.5")


def test_a_label_outlives_its_author(target, person):
    labels.choose_none(target.pk, person)
    person.delete()
    assert exported()[0]["user"] == ""


def test_a_folder_that_is_not_there_is_said(db, tmp_path):
    with pytest.raises(CommandError, match=r"absent"):
        call_command("alerce_host_labels", output=str(tmp_path / "absent" / "labels.csv"))
