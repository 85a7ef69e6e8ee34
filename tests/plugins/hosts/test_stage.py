"""The stage writes candidates, fills the summary, keeps a person's choice, and can be repeated."""

import io
from dataclasses import replace

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image
from tom_targets.models import TargetExtra

from tests.plugins.hosts.conftest import galaxy, moved, write
from tom_alerce_like.exceptions import ServiceUnavailable
from tom_alerce_like.models import Candidate
from tom_alerce_like.pipeline import Night
from tom_alerce_like.plugins.hosts import search, stage
from tom_alerce_like.plugins.hosts.associate import associate
from tom_alerce_like.plugins.hosts.fields import Fields
from tom_alerce_like.plugins.hosts.images import Seen
from tom_alerce_like.plugins.hosts.models import Host, HostSearch
from tom_alerce_like.plugins.hosts.picture import Picture
from tom_alerce_like.plugins.hosts.store import none_probability, publish, save
from tom_alerce_like.sky import separation_arcsec

SUMMARY = ("host_name", "host_offset_arcsec", "host_probability", "host_redshift", "host_redshift_kind")


def run(*targets) -> Night:
    night = Night(targets={target.pk for target in targets})
    stage.associate(night)
    return night


def state() -> list:
    return [list(Host.objects.order_by("pk").values()), list(Candidate.objects.order_by("pk").values(*SUMMARY))]


@pytest.fixture
def use(settings):
    def use(*entries: object) -> None:
        settings.TOM_ALERCE_LIKE = {"HOST_CATALOGUES": list(entries)}

    return use


def test_hosts_are_found_and_counted(use, catalogue, new_target):
    use(catalogue.path)
    near, far = new_target("near", *moved(150.0, 2.0, 3.0, 4.0)), new_target("far", 80.0, -60.0)
    night = run(near, far)
    assert (night.counts["hosts"], night.problems) == (1, [])
    summary = Candidate.objects.get(pk=near.pk)
    assert summary.host_name == "PGC 12345"
    assert summary.host_offset_arcsec == pytest.approx(5, abs=0.01)
    assert summary.host_redshift == HostSearch.objects.get(pk=near.pk).redshift == pytest.approx(0.03, abs=0.005)
    assert summary.host_probability > 0.99
    assert (Candidate.objects.get(pk=far.pk).host_name, Host.objects.filter(target_id=far.pk).count()) == ("", 0)


def test_twice_changes_nothing(use, catalogue, new_target):
    use(catalogue.path)
    targets = [new_target(f"t{north}", *moved(150.0, 2.0, north, 0.0)) for north in (0.0, 60.0, 90.0)]
    run(*targets)
    before = state()
    assert len(before[0]) >= 4
    run(*targets)
    assert state() == before


def test_a_persons_choice_stays(use, catalogue, new_target):
    use(catalogue.path)
    target = new_target("t", *moved(150.0, 2.0, 70.0, 0.0))
    run(target)
    second = Host.objects.get(target_id=target.pk, rank=2)
    Host.objects.filter(pk=second.pk).update(is_chosen=True)
    assert run(target).counts["hosts"] == 1
    assert Host.objects.get(pk=second.pk).is_chosen
    assert Candidate.objects.get(pk=target.pk).host_name == second.name


def test_a_choice_stays_when_the_catalogue_forgets_the_galaxy(use, catalogue, new_target, tmp_path):
    use(catalogue.path)
    target = new_target("t", 150.0, 2.0)
    run(target)
    Host.objects.filter(target_id=target.pk, rank=1).update(is_chosen=True)
    assert Host.objects.filter(target_id=target.pk).count() == 1
    (tmp_path / "other").mkdir()
    use(write(tmp_path / "other" / catalogue.path.name, [galaxy(300, 0)]))
    run(target)
    assert Candidate.objects.get(pk=target.pk).host_name == "PGC 12345"


def test_what_is_no_longer_a_candidate_goes(use, catalogue, new_target, tmp_path):
    use(catalogue.path)
    target = new_target("t", 150.0, 2.0)
    run(target)
    (tmp_path / "other").mkdir()
    use(write(tmp_path / "other" / catalogue.path.name, [galaxy(300, 0)]))
    assert run(target).counts["hosts"] == 0
    assert not Host.objects.exists()
    assert Candidate.objects.values(*SUMMARY).get() == dict.fromkeys(SUMMARY, None) | {
        "host_name": "",
        "host_redshift_kind": "",
    }


def test_the_search_is_kept_beside_its_candidates(use, catalogue, new_target):
    use(catalogue.path)
    near, far = new_target("near", *moved(150.0, 2.0, 3.0, 4.0)), new_target("far", 80.0, -60.0)
    run(near, far)
    kept, nothing = HostSearch.objects.get(pk=near.pk), HostSearch.objects.get(pk=far.pk)
    assert (kept.answered, kept.problems, nothing.answered) == (["galaxies"], [], ["galaxies"])
    none = kept.hostless + kept.undetected + kept.outside
    assert none + sum(host.probability for host in Host.objects.filter(target=near)) == pytest.approx(1)
    assert nothing.hostless + nothing.undetected + nothing.outside == pytest.approx(1)
    assert kept.redshift_lo95 <= kept.redshift_lo68 <= kept.redshift <= kept.redshift_hi68 <= kept.redshift_hi95
    assert kept.redshift == pytest.approx(0.03, abs=0.01)
    assert nothing.redshift_hi68 - nothing.redshift_lo68 > 0.03
    for one in (kept, nothing):
        z, density = one.redshift_density["z"], one.redshift_density["density"]
        assert 2 < len(z) == len(density) <= 100 and z == sorted(z)
    host = Host.objects.get(target=near)
    assert (host.a_arcsec, host.b_arcsec, host.pa_deg) == pytest.approx((60 * 0.34, 30 * 0.34, 90.0), rel=1e-6)


def test_a_picture_stays_where_a_later_search_has_none(catalogue, new_target):
    first, second = new_target("a", 150.0, 2.0), new_target("b", 150.0, 2.0)
    keys, answer = [first.pk, second.pk], associate([150.0, 150.0], [2.0, 2.0], [catalogue], top=5)
    save(keys, answer, pictures=[Picture(b"1", 30.0, "one"), None])
    save(keys, answer, pictures=[None, Picture(b"2", 60.0, "two")])
    kept = {
        search.pk: (bytes(search.image), search.image_arcsec, search.image_source)
        for search in HostSearch.objects.all()
    }
    assert kept == {first.pk: (b"1", 30.0, "one"), second.pk: (b"2", 60.0, "two")}


def test_sources_of_images_are_known_by_their_places(catalogue, new_target):
    """An image's own ids are of one search; where an image was seen again, what it no longer shows goes."""
    target = new_target("a", 150.0, 2.0)
    answer = associate(150.0, 2.0, [catalogue], top=5)
    shown = answer.candidates.assign(catalogue="image", name="", id=["0-7"])
    save([target.pk], replace(answer, candidates=shown))
    save([target.pk], replace(answer, candidates=shown.assign(id=["3-1"])))
    host = Host.objects.get()
    assert (host.catalogue_id, host.name) == ("150.00000+2.00000", "source 150.00000+2.00000")
    save([target.pk], replace(answer, candidates=shown.iloc[:0]))
    assert Host.objects.count() == 1
    save([target.pk], replace(answer, candidates=shown.iloc[:0]), pictures=[Picture(b"", 30.0, "one")])
    assert not Host.objects.exists()


class Down:
    name, radius_arcsec, completeness, depth_mag = "galaxies", 60.0, 0.5, 20.0

    def cone(self, ra_deg, dec_deg, radius_arcsec):
        raise ServiceUnavailable("no answer")


def test_a_catalogue_that_fails_is_noted_and_takes_nothing_away(use, catalogue, new_target, monkeypatch):
    use(catalogue.path)
    target = new_target("t", 150.0, 2.0)
    run(target)
    before = state()
    monkeypatch.setattr(search, "configured", lambda: [Down()])
    night = run(target)
    assert night.problems == ["galaxies: no answer"]
    assert (night.counts["errors"], night.counts["hosts"]) == (1, 1)
    assert state() == before


def test_two_files_of_one_name_may_use_an_id_twice(use, new_target, tmp_path):
    (tmp_path / "other").mkdir()
    near = write(tmp_path / "galaxies.parquet", [galaxy(150.0, 2.0, glade_id=7)])
    far = write(tmp_path / "other" / "galaxies.parquet", [galaxy(*moved(150.0, 2.0, 40.0, 0.0), glade_id=7)])
    use(far, near)
    assert run(new_target("t", 150.0, 2.0)).counts["hosts"] == 1
    assert Host.objects.get().offset_arcsec == pytest.approx(0, abs=0.01)


def test_a_missing_file_is_noted(use, new_target, tmp_path):
    use(tmp_path / "absent.parquet")
    night = run(new_target("t", 150.0, 2.0))
    assert night.counts["errors"] == 1 and "absent.parquet" in night.problems[0]


def test_without_catalogues_nothing_happens(use, new_target):
    use()
    night = run(new_target("t", 150.0, 2.0))
    assert not night.counts and not night.problems


def test_less_probable_than_none_is_no_host(catalogue, new_target):
    target = new_target("t", *moved(150.0, 2.0, 61.0, 0.0))
    assert save([target.pk], associate(150.0, moved(150.0, 2.0, 61.0, 0.0)[1], [catalogue], top=5)) == 0
    hosts = list(Host.objects.filter(target_id=target.pk))
    none = none_probability(hosts, HostSearch.objects.get(pk=target.pk))
    assert hosts and none > max(host.probability for host in hosts)
    assert none == pytest.approx(none_probability(hosts, None))
    assert publish([target.pk]) == 0


def test_queries_do_not_grow_with_the_targets(use, catalogue, new_target):
    use(catalogue.path)
    few = [new_target(f"a{number}", 150.0, 2.0 + number / 36000) for number in range(5)]
    many = [new_target(f"b{number}", 0.0, -30.0 + number / 36000) for number in range(40)]
    with CaptureQueriesContext(
        connection,
    ) as for_few:
        run(*few)
    with CaptureQueriesContext(connection) as for_many:
        run(*many)
    assert len(for_many) <= len(for_few)


class Images:
    """A source of images: a galaxy 5 arcsec north and 3 east of each place, and none of the last."""

    name = "simulated"

    def fields(self, ra_deg, dec_deg, redshift):
        y, x = (np.indices((480, 480)) - 239.5) * 0.25
        galaxy = 50 * np.exp(-np.hypot(y - 5, -x - 3) / 1.5)
        noise = np.random.default_rng(1).normal(0, 1, (len(ra_deg), 480, 480))
        pictures = (galaxy + noise).astype(np.float32)
        pictures[-1] = np.nan
        whose = (*[self.name] * (len(ra_deg) - 1), "")
        return Seen(Fields(pictures, ra_deg, dec_deg, redshift), whose, ("simulated: one is missing",))


def test_a_host_is_found_in_an_image_alone_and_the_picture_is_kept(use, new_target, monkeypatch):
    use()
    seen, unseen = new_target("seen", 150.0, 2.0), new_target("unseen", 151.0, 2.0)
    settings_of_images(monkeypatch, [Images()])
    night = run(seen, unseen)
    assert night.problems == ["simulated: one is missing"]
    kept = HostSearch.objects.get(pk=seen.pk)
    assert (kept.image_source, kept.image_arcsec, kept.answered) == ("simulated", 60.0, [])
    assert Image.open(io.BytesIO(bytes(kept.image))).size == (120, 120)
    assert not HostSearch.objects.get(pk=unseen.pk).image
    first = Host.objects.filter(target=seen).first()
    assert (first.catalogue, first.rank) == ("image", 1)
    apart = separation_arcsec(first.ra_deg, first.dec_deg, *moved(150.0, 2.0, 5.0, 3.0))
    assert apart < 0.5


def settings_of_images(monkeypatch, sources) -> None:
    monkeypatch.setattr(stage, "has_sources", lambda: (False, bool(sources)))
    monkeypatch.setattr(search.images, "configured", lambda target_ids: sources)


def test_images_that_do_not_come_cost_only_themselves(use, catalogue, new_target, settings):
    use(catalogue.path)
    settings.TOM_ALERCE_LIKE["HOST_IMAGES"] = ["no such survey"]
    target = new_target("t", 150.0, 2.0)
    night = run(target)
    assert night.counts["hosts"] == 1 and len(night.problems) == 1
    assert "no such survey" in night.problems[0]
    assert HostSearch.objects.get(pk=target.pk).problems == night.problems


def test_the_redshift_that_people_entered_is_weighed(use, catalogue, new_target, monkeypatch):
    given = {}
    monkeypatch.setattr(search, "associate", lambda *places, **said: given.update(said) or associate(*places, **said))
    use(catalogue.path)
    known, unknown = new_target("a", 150.0, 2.0), new_target("b", 150.0, 2.0)
    TargetExtra.objects.create(target=known, key="redshift", value="0.031")
    TargetExtra.objects.create(target=unknown, key="redshift", value="unknown")
    run(known, unknown)
    assert given["redshift"][0] == 0.031 and np.isnan(given["redshift"][1]) and np.isnan(given["redshift_err"]).all()
