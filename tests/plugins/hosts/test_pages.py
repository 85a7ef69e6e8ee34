"""The panel shows the candidates, and only who may change a target may choose its host."""

import gzip
import io
from threading import Event

import numpy as np
import pytest
from astropy.io import fits
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse
from guardian.shortcuts import assign_perm
from PIL import Image
from tom_targets.models import Target, TargetExtra

from tests.plugins.hosts.conftest import moved
from tom_alerce_like.cosmology import kpc_per_arcsec
from tom_alerce_like.models import Alert, Candidate
from tom_alerce_like.plugins.hosts import search, surroundings, views
from tom_alerce_like.plugins.hosts.associate import associate
from tom_alerce_like.plugins.hosts.models import Host, HostLabel, HostSearch
from tom_alerce_like.plugins.hosts.panel import FURTHER, NONE, context
from tom_alerce_like.plugins.hosts.store import best, save


@pytest.fixture
def target(catalogue, new_target):
    place = moved(150.0, 2.0, 75.0, 0.0)
    target = new_target("t", *place, permissions="PRIVATE")
    save([target.pk], associate(*place, [catalogue], top=5))
    return target


@pytest.fixture
def hosts(target):
    hosts = list(Host.objects.filter(target_id=target.pk))
    assert len(hosts) == 2
    return hosts


def user_with(target, *permissions: str) -> User:
    user = User.objects.create_user("-".join(permissions) or "nobody")
    for permission in permissions:
        assign_perm(f"tom_targets.{permission}", user, target)
    return user


def post(client, user, row, action: str = "choose"):
    """Post to a page of a host or of a target."""
    client.force_login(user)
    return client.post(reverse(f"tom_alerce_like_hosts:{action}", args=[row.pk]))


def panel(target, user) -> str:
    request = RequestFactory().get("/")
    request.user = user
    return render_to_string("tom_alerce_like/hosts/panel.html", {"target": target, **context(target, user)}, request)


def test_choosing_makes_the_host(client, target, hosts):
    editor = user_with(target, "view_target", "change_target")
    reply = post(client, editor, hosts[1])
    assert (reply.status_code, reply.url) == (302, reverse("targets:detail", args=[target.pk]))
    assert Candidate.objects.get(pk=target.pk).host_name == hosts[1].name
    post(client, editor, hosts[0])
    assert list(Host.objects.filter(is_chosen=True)) == [hosts[0]]
    post(client, editor, hosts[0], "release")
    assert not Host.objects.filter(is_chosen=True).exists()


def test_none_of_these_takes_the_host_away_until_it_is_taken_back(client, target, hosts):
    editor = user_with(target, "view_target", "change_target")
    post(client, editor, hosts[0])
    assert Candidate.objects.get(pk=target.pk).host_name == hosts[0].name
    post(client, editor, target, "choose-none")
    assert Candidate.objects.get(pk=target.pk).host_name == ""
    assert not Host.objects.filter(is_chosen=True).exists()
    assert "None of these galaxies" in panel(target, editor)
    post(client, editor, target, "release-none")
    assert not HostLabel.objects.exists()
    first = best(hosts, HostSearch.objects.get(pk=target.pk).none)
    assert Candidate.objects.get(pk=target.pk).host_name == (first.name if first else "")


@pytest.mark.parametrize("permissions", [(), ("view_target",), ("change_target",)])
@pytest.mark.parametrize("action", ["choose", "release", "choose-none", "release-none", "search"])
def test_acting_needs_the_permissions_to_view_and_to_change_the_target(client, target, hosts, permissions, action):
    Host.objects.filter(pk=hosts[1].pk).update(is_chosen=True)
    before = [list(model.objects.values()) for model in (Host, HostSearch, HostLabel, Candidate)]
    row = hosts[0] if action in ("choose", "release") else target
    reply = post(client, user_with(target, *permissions), row, action)
    # the toolkit's middleware sends those whom a view forbids to the login page
    assert reply.status_code == 404 or reply.url.startswith("/accounts/login/")
    assert [list(model.objects.values()) for model in (Host, HostSearch, HostLabel, Candidate)] == before


def test_a_public_target_is_not_everybodys_to_change(client, target, hosts):
    Target.objects.filter(pk=target.pk).update(permissions="PUBLIC")
    user = user_with(target)
    assert post(client, user, hosts[0]).url.startswith("/accounts/login/")
    assert not Host.objects.filter(is_chosen=True).exists()
    assert not context(target, user)["may_choose"]


def test_anonymous_users_are_sent_to_the_login(client, hosts):
    reply = client.post(reverse("tom_alerce_like_hosts:choose", args=[hosts[0].pk]))
    assert reply.status_code == 302 and reply.url.startswith("/accounts/login/")
    assert not Host.objects.filter(is_chosen=True).exists()


@pytest.mark.parametrize("action", ["choose", "release", "choose-none", "release-none", "search"])
def test_nothing_acts_on_get(client, target, hosts, action):
    client.force_login(user_with(target, "view_target", "change_target"))
    row = hosts[0] if action in ("choose", "release") else target
    assert client.get(reverse(f"tom_alerce_like_hosts:{action}", args=[row.pk])).status_code == 405
    assert not Host.objects.filter(is_chosen=True).exists()


def test_an_unknown_host_is_not_found(client, target):
    client.force_login(user_with(target, "view_target", "change_target"))
    assert client.post(reverse("tom_alerce_like_hosts:choose", args=[999])).status_code == 404


def test_a_host_that_a_search_drops_meanwhile_leaves_no_label(client, target, hosts, monkeypatch):
    """It is still there when the view asks for it, and gone when the choice's turn comes."""
    editor = user_with(target, "view_target", "change_target")
    post(client, editor, hosts[0])
    before = HostLabel.objects.values().get()

    def meanwhile(user, pk):
        Host.objects.filter(pk=hosts[1].pk).delete()
        return target

    monkeypatch.setattr(views, "changeable_or_403", meanwhile)
    reply = post(client, editor, hosts[1])
    assert reply.status_code == 302 and HostLabel.objects.values().get() == before
    assert Host.objects.get(is_chosen=True) == hosts[0]
    assert ["nothing was changed" in str(message) for message in get_messages(reply.wsgi_request)][-1]


def test_the_transients_own_redshift_is_shown_in_place_of_the_mixture(catalogue, new_target, settings):
    settings.TOM_ALERCE_LIKE = {"HOST_CATALOGUES": [str(catalogue.path)]}
    target = new_target("own", *moved(150.0, 2.0, 3.0, 4.0))
    search.search([target.pk])
    user = user_with(target, "view_target")
    assert "over all candidates" in panel(target, user) and "of the transient itself" not in panel(target, user)
    for name, value in {"redshift": "0.04", "redshift_err": "0.001"}.items():
        TargetExtra.objects.create(target=target, key=name, value=value)
    html = panel(target, user)
    assert "z = 0.0400 ± 0.0010, of the transient itself" in html and "over all candidates" not in html
    kpc = 20 * float(kpc_per_arcsec(0.04))
    assert context(target, user)["sketch"].bar_words == f"20″ = {kpc:.2g} kpc"


def test_the_panel_ranks_and_sums(target, hosts):
    shown = context(target, user_with(target, "view_target"))
    assert shown["hosts"] == hosts and not shown["may_choose"]
    assert shown["none_probability"] + sum(host.probability for host in hosts) == pytest.approx(1)


def test_what_is_shown_sums_to_one(target, hosts):
    """With the galaxies that are not kept, and without those that only an earlier search found."""
    user = user_with(target, "view_target")
    Host.objects.filter(pk=hosts[1].pk).update(is_current=False)
    left = 1 - hosts[0].probability
    for none in (left, 0.6 * left):
        HostSearch.objects.filter(pk=target.pk).update(hostless=none / 9, undetected=none / 3, outside=5 * none / 9)
        shown = context(target, user)
        current = [row for row in shown["rows"] if row.host.is_current]
        assert sum(row.probability for row in [*current, *shown["none_rows"]]) == pytest.approx(1, abs=1e-3)
        words = [row.words for row in shown["none_rows"]]
        assert words == [*NONE.values(), *([FURTHER] if none < left else [])]
        assert [row.host.pk for row in shown["rows"]] == [hosts[0].pk, hosts[1].pk]
    assert panel(target, user).count("of an earlier search") == 1


def test_an_old_candidate_is_numbered_behind_the_new_ones(target, hosts):
    Host.objects.filter(pk=hosts[0].pk).update(is_current=False)
    Host.objects.filter(pk=hosts[1].pk).update(rank=1)
    shown = context(target, user_with(target, "view_target"))
    assert [(host.pk, host.rank) for host in shown["hosts"]] == [(hosts[1].pk, 1), (hosts[0].pk, 2)]


@pytest.mark.parametrize(
    ("probability", "verdict"),
    [
        (0.97, "Almost surely <strong>"),
        (0.85, "Probably <strong>"),
        (0.78, "Perhaps <strong>"),
        (0.55, "No clear host: perhaps <strong>"),
        (0.3, "More probably <strong>none of these"),
    ],
)
def test_the_verdict_in_words(target, hosts, probability, verdict):
    Host.objects.filter(pk=hosts[0].pk).update(probability=probability)
    Host.objects.filter(pk=hosts[1].pk).update(probability=0)
    HostSearch.objects.filter(pk=target.pk).update(hostless=0, undetected=1 - probability, outside=0)
    assert verdict in panel(target, user_with(target, "view_target"))


def test_only_those_who_may_choose_see_the_button(target, hosts):
    url = reverse("tom_alerce_like_hosts:choose", args=[hosts[0].pk])
    assert url in panel(target, user_with(target, "view_target", "change_target"))
    assert url not in panel(target, user_with(target, "view_target"))


def test_a_hostile_name_stays_text(target, hosts):
    hostile = '"><script>alert(1)</script>'
    Host.objects.filter(pk=hosts[0].pk).update(name=hostile, why=hostile, catalogue=hostile)
    HostSearch.objects.filter(pk=target.pk).update(problems=[hostile], answered=[hostile], image_source=hostile)
    html = panel(target, user_with(target, "view_target"))
    assert "<script>" not in html and html.count("&lt;script&gt;") >= 6


def test_the_panel_without_candidates_says_why(new_target, settings):
    target = new_target("alone", 80.0, -60.0)
    user = user_with(target, "view_target")
    assert "HOST_CATALOGUES" in panel(target, user)
    settings.TOM_ALERCE_LIKE = {"HOST_CATALOGUES": ["ned"]}
    assert "No galaxy of the catalogues is near" in panel(target, user)


def test_a_search_on_demand_finds_and_says_what_failed(client, catalogue, new_target, settings, tmp_path):
    target = new_target("late", *moved(150.0, 2.0, 3.0, 4.0), permissions="PRIVATE")
    settings.TOM_ALERCE_LIKE = {"HOST_CATALOGUES": [str(catalogue.path), str(tmp_path / "absent.parquet")]}
    reply = post(client, user_with(target, "view_target", "change_target"), target, "search")
    assert reply.url == reverse("targets:detail", args=[target.pk])
    assert Candidate.objects.get(pk=target.pk).host_name == "PGC 12345"
    said = [str(message) for message in get_messages(reply.wsgi_request)]
    assert any("absent" in text for text in said) and "late: a host was found; answers came from galaxies." in said


def test_a_person_waits_only_so_long(new_target, monkeypatch):
    """A catalogue that hangs is left out, and the others' answers are kept."""
    release = Event()

    class Hanging:
        name, radius_arcsec, completeness, depth_mag = "hanging", 60.0, 0.5, 20.0

        def cone(self, ra_deg, dec_deg, radius_arcsec):
            release.wait(60)

    target = new_target("t", 150.0, 2.0)
    monkeypatch.setattr(search, "configured", lambda: [Hanging()])
    found = search.search([target.pk], limit_s=0.05)
    release.set()
    assert found.answered == () and found.problems[0].startswith("hanging: ")


def test_the_picture_is_for_those_who_may_view(client, target):
    HostSearch.objects.filter(pk=target.pk).update(image=b"\x89PNG", image_arcsec=30.0)
    url = reverse("tom_alerce_like_hosts:sky", args=[target.pk])
    client.force_login(user_with(target))
    assert client.get(url).status_code == 404
    viewer = user_with(target, "view_target")
    client.force_login(viewer)
    reply = client.get(url)
    assert (reply.content, reply["Content-Type"]) == (b"\x89PNG", "image/png")
    assert "private" in reply["Cache-Control"]
    assert url in panel(target, viewer)
    HostSearch.objects.filter(pk=target.pk).update(image=None)
    assert client.get(url).status_code == 404


def cutout(**at: int) -> bytes:
    """A template of ZTF with a lit pixel; x falls towards the east, y towards the north."""
    image = np.zeros((63, 63), np.float32)
    image[at["y"], at["x"]] = 100.0
    file = io.BytesIO()
    fits.PrimaryHDU(image).writeto(file)
    return gzip.compress(file.getvalue())


def test_the_alerts_own_cutout_is_shown_where_no_search_saw_an_image(client, target):
    known = {
        "target": target,
        "survey": "ZTF",
        "object_id": "t",
        "band": "r",
        "ra_deg": target.ra,
        "dec_deg": target.dec,
    }
    Alert.objects.create(alert_id="1", mjd=6e4, cutout_template=cutout(x=31 - 5, y=31 - 10), **known)
    viewer = user_with(target, "view_target")
    url = reverse("tom_alerce_like_hosts:sky", args=[target.pk])
    html = panel(target, viewer)
    assert url in html and "template of the alert" in html
    client.force_login(viewer)
    shown = np.asarray(Image.open(io.BytesIO(client.get(url).content)).convert("L"))
    row, column = (float(place.mean()) for place in np.nonzero(shown > shown.max() / 2))
    pixel, middle = 60 / len(shown), (len(shown) - 1) / 2
    assert ((middle - row) * pixel, (middle - column) * pixel) == pytest.approx((10.1, 5.05), abs=0.6)


def test_a_page_draws_no_cutout_to_learn_its_size(client, target, monkeypatch):
    known = {"target": target, "survey": "ZTF", "object_id": "t", "band": "r", "ra_deg": target.ra}
    Alert.objects.create(alert_id="1", mjd=6e4, cutout_template=cutout(x=31, y=31), dec_deg=target.dec, **known)
    monkeypatch.setattr(surroundings, "picture", None)
    viewer = user_with(target, "view_target")
    assert "template of the alert" in panel(target, viewer)
    monkeypatch.undo()
    assert surroundings.described(target, None) == surroundings._of_cutout(target)[1:]


def test_a_cutout_that_cannot_be_read_is_not_found(client, target):
    known = {
        "target": target,
        "survey": "ZTF",
        "object_id": "t",
        "band": "r",
        "ra_deg": target.ra,
        "dec_deg": target.dec,
    }
    Alert.objects.create(alert_id="1", mjd=6e4, cutout_template=b"no image", **known)
    viewer = user_with(target, "view_target")
    url = reverse("tom_alerce_like_hosts:sky", args=[target.pk])
    client.force_login(viewer)
    assert client.get(url).status_code == 404
