"""The panel shows the candidates, and only who may change a target may choose its host."""

import pytest
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse
from guardian.shortcuts import assign_perm
from tom_targets.models import Target

from tests.plugins.hosts.conftest import moved
from tom_alerce_like.models import Candidate
from tom_alerce_like.plugins.hosts.associate import associate
from tom_alerce_like.plugins.hosts.models import Host
from tom_alerce_like.plugins.hosts.panel import context
from tom_alerce_like.plugins.hosts.store import save


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


def post(client, user, host, action: str = "choose"):
    client.force_login(user)
    return client.post(reverse(f"tom_alerce_like_hosts:{action}", args=[host.pk]))


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


@pytest.mark.parametrize("permissions", [(), ("view_target",), ("change_target",)])
def test_choosing_needs_the_permissions_to_view_and_to_change_the_target(client, target, hosts, permissions):
    reply = post(client, user_with(target, *permissions), hosts[0])
    # the toolkit's middleware sends those whom a view forbids to the login page
    assert reply.status_code == 404 or reply.url.startswith("/accounts/login/")
    assert not Host.objects.filter(is_chosen=True).exists()


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


@pytest.mark.parametrize("action", ["choose", "release"])
def test_nothing_acts_on_get(client, target, hosts, action):
    client.force_login(user_with(target, "view_target", "change_target"))
    assert client.get(reverse(f"tom_alerce_like_hosts:{action}", args=[hosts[0].pk])).status_code == 405
    assert not Host.objects.filter(is_chosen=True).exists()


def test_an_unknown_host_is_not_found(client, target):
    client.force_login(user_with(target, "view_target", "change_target"))
    assert client.post(reverse("tom_alerce_like_hosts:choose", args=[999])).status_code == 404


def test_the_panel_ranks_and_sums(target, hosts):
    shown = context(target, user_with(target, "view_target"))
    assert shown["hosts"] == hosts and not shown["may_choose"]
    assert shown["none_probability"] + sum(host.probability for host in hosts) == pytest.approx(1)


def test_only_those_who_may_choose_see_the_button(target, hosts):
    url = reverse("tom_alerce_like_hosts:choose", args=[hosts[0].pk])
    assert url in panel(target, user_with(target, "view_target", "change_target"))
    assert url not in panel(target, user_with(target, "view_target"))


def test_a_hostile_name_stays_text(target, hosts):
    Host.objects.filter(pk=hosts[0].pk).update(name="<script>alert(1)</script>")
    html = panel(target, user_with(target, "view_target"))
    assert "<script>" not in html and "&lt;script&gt;" in html


def test_the_panel_without_candidates_says_why(new_target, settings):
    target = new_target("alone", 80.0, -60.0)
    user = user_with(target, "view_target")
    assert "HOST_CATALOGUES" in panel(target, user)
    settings.TOM_ALERCE_LIKE = {"HOST_CATALOGUES": ["ned"]}
    assert "No galaxy of the catalogues is near" in panel(target, user)
