"""What several searches left is one answer: nothing is counted twice, and nothing is lost for a silent source."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from django.contrib.auth.models import User

from tests.plugins.hosts.conftest import moved
from tom_alerce_like.models import Candidate
from tom_alerce_like.plugins.hosts import labels
from tom_alerce_like.plugins.hosts.associate import Association, associate
from tom_alerce_like.plugins.hosts.models import Host, HostSearch
from tom_alerce_like.plugins.hosts.picture import Picture
from tom_alerce_like.plugins.hosts.redshift import mixture
from tom_alerce_like.plugins.hosts.store import best, none_probability, save

PLACE = 150.0, 2.0
PICTURES = [Picture(b"png", 30.0, "survey")]


@pytest.fixture
def target(new_target):
    return new_target("t", *PLACE)


@pytest.fixture
def said(catalogue):
    """Makes an association: galaxies as (catalogue, probability, arcsec towards north, further columns)."""
    base = associate(*PLACE, [catalogue], top=1)

    def make(*galaxies: tuple, answered: tuple[str, ...] = ()) -> Association:
        parts = []
        for rank, (name, probability, north_arcsec, *more) in enumerate(galaxies, start=1):
            ra_deg, dec_deg = moved(*PLACE, north_arcsec, 0.0)
            known = {"catalogue": name, "id": f"{name}-{rank}", "name": f"{name} {rank}", "ra_deg": ra_deg}
            known |= {"dec_deg": dec_deg, "rank": rank, "probability": probability, "offset_arcsec": north_arcsec}
            parts.append(base.candidates.iloc[:1].assign(**known | dict(*more)))
        none = np.array([1 - sum(galaxy[1] for galaxy in galaxies)])
        table = pd.concat(parts or [base.candidates.iloc[:0]], ignore_index=True)
        zero = np.zeros(1)
        return replace(base, candidates=table, hostless=zero, undetected=none, outside=zero, answered=answered)

    return make


@pytest.fixture
def person(db) -> User:
    return User.objects.create_user("alice")


def stored(target) -> dict[str, bool]:
    """The names of a target's candidates, and whether the newest search found them."""
    return dict(Host.objects.filter(target_id=target.pk).values_list("name", "is_current"))


def of_the_newest(target) -> float:
    hosts = list(Host.objects.filter(target_id=target.pk, is_current=True))
    return sum(host.probability for host in hosts) + HostSearch.objects.get(pk=target.pk).none


def test_a_catalogue_that_falls_silent_doubles_no_galaxy(target, said):
    """The same galaxy, doubtful, told by two catalogues of which one answers at a time."""
    assert save([target.pk], said(("deep", 0.6, 5.0), answered=("deep",))) == 0
    assert save([target.pk], said(("other", 0.6, 5.3), answered=("other",))) == 0
    assert stored(target) == {"other 1": True}
    assert of_the_newest(target) == pytest.approx(1)
    assert Candidate.objects.get(pk=target.pk).host_name == ""


def test_what_a_silent_catalogue_said_counts_no_longer_and_is_not_lost(target, said):
    before = said(("deep", 0.5, 5.0), ("deep", 0.3, 20.0), answered=("deep",))
    save([target.pk], before)
    assert save([target.pk], said(("other", 0.6, 40.0), answered=("other",))) == 0
    assert stored(target) == {"deep 1": False, "deep 2": False, "other 1": True}
    assert of_the_newest(target) == pytest.approx(1)
    hosts = list(Host.objects.filter(target_id=target.pk))
    assert best(hosts, 0.1).name == "other 1"
    assert none_probability(hosts, None) == pytest.approx(0.4)
    save([target.pk], replace(before, answered=("deep", "other")))
    assert stored(target) == {"deep 1": True, "deep 2": True}


def test_a_search_that_nobody_answered_changes_only_the_problems(target, said):
    save([target.pk], said(("deep", 0.9, 5.0), answered=("deep",)))
    before = Host.objects.values().get(), HostSearch.objects.values().get(), Candidate.objects.values().get()
    assert save([target.pk], said(), problems=("deep: busy",)) == 1
    after = Host.objects.values().get(), HostSearch.objects.values().get(), Candidate.objects.values().get()
    assert after == (before[0], before[1] | {"problems": ["deep: busy"]}, before[2])


def test_a_chosen_source_of_an_image_is_found_again_where_it_was(target, said, person):
    save([target.pk], said(("image", 0.4, 5.0), ("image", 0.3, 9.0)), pictures=PICTURES)
    first, second = Host.objects.filter(target_id=target.pk)
    labels.choose(second, person)
    save([target.pk], said(("image", 0.4, 9.4), ("image", 0.3, 5.2), ("image", 0.1, 9.9)), pictures=PICTURES)
    again = {host.pk: host for host in Host.objects.filter(target_id=target.pk)}
    assert len(again) == 3 and sum(host.is_chosen for host in again.values()) == 1
    assert (again[second.pk].is_chosen, again[second.pk].rank, again[second.pk].catalogue_id) == (
        True,
        1,
        second.catalogue_id,
    )
    assert (again[first.pk].rank, again[first.pk].offset_arcsec, again[first.pk].name) == (2, 5.2, first.name)
    assert Candidate.objects.get(pk=target.pk).host_offset_arcsec == 9.4


def test_a_chosen_galaxy_stays_the_same_when_another_catalogue_tells_of_it(target, said, person):
    save([target.pk], said(("deep", 0.4, 5.0), answered=("deep",)))
    chosen = Host.objects.get()
    labels.choose(chosen, person)
    save([target.pk], said(("other", 0.7, 5.4), ("other", 0.1, 7.0), answered=("other",)))
    host, neighbour = Host.objects.all()
    assert (host.pk, host.name, host.probability, host.is_chosen) == (chosen.pk, "deep 1", 0.7, True)
    assert neighbour.name == "other 2" and host.is_current


def test_of_two_rows_of_one_galaxy_the_chosen_one_stays(target, said, person):
    """As two catalogues wrote them before, of which one is silent now."""
    save([target.pk], said(("deep", 0.4, 5.0), ("other", 0.3, 20.0), answered=("deep", "other")))
    chosen, second = Host.objects.all()
    labels.choose(chosen, person)
    Host.objects.filter(pk=second.pk).update(dec_deg=chosen.dec_deg, catalogue_id="other-1")
    save([target.pk], said(("other", 0.7, 5.4), answered=("other",)))
    host = Host.objects.get()
    assert (host.pk, host.is_chosen, host.is_current, host.probability) == (chosen.pk, True, True, 0.7)


def test_a_choice_outlasts_searches_that_do_not_find_it(target, said, person):
    save([target.pk], said(("deep", 0.4, 5.0), answered=("deep",)))
    labels.choose(Host.objects.get(), person)
    for answered in (("deep",), ("other",)):
        assert save([target.pk], said(("other", 0.9, 30.0), answered=answered)) == 1
        assert Candidate.objects.get(pk=target.pk).host_name == "deep 1"
        assert Host.objects.filter(name="deep 1", is_chosen=True, is_current=False).exists()


@pytest.mark.parametrize(("kind", "is_mixed"), [("photo", True), ("", True), ("spec", False)])
def test_the_summary_has_the_redshift_that_knows_the_transients_brightness(target, said, person, kind, is_mixed):
    """A photometric redshift of 0.30 +- 0.15 of the host of a transient of 15 mag is too large."""
    z = {"redshift": 0.3, "redshift_err": 0.15, "redshift_kind": kind, "mag": 18.0}
    answer = said(("deep", 0.9, 5.0, z), ("deep", 0.05, 9.0, z | {"redshift": 0.05}), answered=("deep",))
    redshifts = mixture(answer.candidates, answer.none, [15.0])
    save([target.pk], answer, redshifts=redshifts)
    summary = Candidate.objects.get(pk=target.pk)
    mixed = redshifts.median[0], redshifts.err[0]
    expected = mixed if is_mixed else (0.3, 0.15)
    assert (summary.host_redshift, summary.host_redshift_err) == pytest.approx(expected)
    assert summary.host_redshift_kind == kind and (kind != "photo" or mixed[0] < 0.2)
    labels.choose(Host.objects.get(rank=1), person)
    assert Candidate.objects.get(pk=target.pk).host_redshift == pytest.approx(expected[0])
    labels.choose(Host.objects.get(rank=1), person)
    assert Candidate.objects.get(pk=target.pk).host_redshift == pytest.approx(expected[0])
    labels.choose(Host.objects.get(rank=2), person)
    summary.refresh_from_db()
    assert (summary.host_redshift, summary.host_redshift_err) == (0.05, 0.15)


def test_a_host_without_a_redshift_gets_none_from_a_guess(target, said):
    answer = said(("deep", 0.9, 5.0, {"redshift": np.nan, "redshift_kind": ""}), answered=("deep",))
    save([target.pk], answer, redshifts=mixture(answer.candidates, answer.none, [18.0]))
    assert HostSearch.objects.get().redshift > 0
    assert Candidate.objects.get(pk=target.pk).host_redshift is None
