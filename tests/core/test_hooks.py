"""Hooks of our apps: literals that never fail, since the toolkit drops in silence what raises, or fails with it."""

from __future__ import annotations

import io
import socket

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.core.management import call_command
from django.template.loader import get_template
from django.urls import URLPattern, get_resolver, reverse
from django.utils.module_loading import import_string

from tests.core.make import candidate
from tom_alerce_like import APPS

CONFIGS = [app for app in apps.get_app_configs() if app.name in APPS]
HOOKS = (
    *("nav_items", "target_detail_tabs", "data_services", "observation_facilities"),
    *("alert_panels", "candidate_actions", "light_curve_lines"),
)
ITEMS = [item for app in CONFIGS for hook in HOOKS if hasattr(app, hook) for item in getattr(app, hook)()]


@pytest.mark.parametrize("app", CONFIGS, ids=lambda app: app.label)
def test_hooks_give_the_same_literals_each_time_without_network(app, monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", lambda *args: pytest.fail("a hook used the network"))
    for hook in [getattr(app, name) for name in HOOKS if hasattr(app, name)]:
        assert hook() == hook() != []
        assert all(isinstance(value, str | int) for item in hook() for value in item.values())


def test_what_hooks_name_is_there():
    assert all(callable(import_string(item[key])) for item in ITEMS for key in ("class", "context") if key in item)
    assert all(get_template(item["partial"]) for item in ITEMS if "partial" in item)
    assert all(reverse(item["url_name"]) for item in ITEMS if "url_name" in item)


def test_an_attribute_error_would_hide_all_our_urls():
    for app in CONFIGS:
        for pattern in [one for root in getattr(app, "include_url_paths", list)() for one in root.url_patterns]:
            assert isinstance(pattern, URLPattern)
            kwargs = dict.fromkeys(pattern.pattern.converters, 1)
            assert reverse(f"{app.label}:{pattern.name}", kwargs=kwargs).startswith("/alerce/")


def test_urls_that_are_hidden_are_an_error_of_check(monkeypatch):
    assert not [message for message in run_checks() if message.id == "tom_alerce_like.E002"]
    monkeypatch.delitem(get_resolver().app_dict, "tom_alerce_like_tns")
    (message,) = [message for message in run_checks() if message.id == "tom_alerce_like.E002"]
    assert "tom_alerce_like.plugins.tns" in message.msg and "import tom_alerce_like.plugins.tns.urls" in message.hint


def test_the_tab_asks_for_nothing_itself_since_the_toolkit_makes_it_twice():
    (tab,) = apps.get_app_config("tom_alerce_like").target_detail_tabs()
    assert "context" not in tab


@pytest.mark.django_db
def test_the_menu_and_the_tab_stand_on_pages_of_the_toolkit(client, admin_client):
    target = candidate().target
    assert "Tonight&#x27;s plan" in (home := client.get("/").text) or "Tonight's plan" in home
    page = admin_client.get(f"/targets/{target.pk}/").text
    assert page.count(f'hx-get="/alerce/targets/{target.pk}/alerts/"') == 1


@pytest.mark.django_db
def test_plotly_is_inside_the_page_of_the_toolkit_and_not_again_in_our_tab(admin_client):
    target = candidate().target
    assert len(admin_client.get(f"/alerce/targets/{target.pk}/alerts/").content) < 50_000


@pytest.mark.django_db
def test_no_migration_is_missing_under_a_default_key_of_another_kind(settings):
    assert settings.DEFAULT_AUTO_FIELD == "django.db.models.AutoField"
    call_command("makemigrations", "--check", "--dry-run", stdout=io.StringIO())
