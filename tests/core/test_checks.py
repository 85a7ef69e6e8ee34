"""``manage.py check`` says, with hints, what is switched off and what is misspelt."""

import io

import pytest
from django.core.checks import run_checks
from django.core.management import call_command

pytestmark = pytest.mark.django_db
OFF = {
    "tom_alerce_like_classifiers.I002": "ANOMALY_DECISIONS",
    "tom_alerce_like_brokers.I001": "ARCHIVE",
    "tom_alerce_like_facilities.I001": "api_key",
    "tom_alerce_like_hosts.I001": "HOST_CATALOGUES",
    "tom_alerce_like_tns.I001": "bot_id",
}


def ours():
    return {message.id: message for message in run_checks() if message.id.startswith("tom_alerce_like")}


def test_a_new_tom_is_told_what_each_missing_setting_switches_off():
    found = ours()
    assert set(found) == set(OFF)
    assert all(word in found[name].hint for name, word in OFF.items())
    assert all("off" in (message.msg + message.hint) or "not" in message.msg for message in found.values())


def test_the_command_prints_the_hints():
    said = io.StringIO()
    call_command("check", stderr=said, stdout=said)
    assert all(name in said.getvalue() and word in said.getvalue() for name, word in OFF.items())


def test_a_tom_without_our_settings_is_fine(settings):
    del settings.TOM_ALERCE_LIKE, settings.DATA_SERVICES, settings.FACILITIES
    assert set(ours()) == set(OFF)


def test_all_is_quiet_when_all_is_set(settings, tmp_path):
    settings.DATA_SERVICES = {"TNS": {"api_key": "k", "bot_id": "1", "bot_name": "b", "authors": "A. Author"}}
    settings.FACILITIES = {"OCS-portal": {"api_key": "k", "proposal": "P"}}
    hosts = {"HOST_CATALOGUES": ["ned"], "HOST_CACHE": str(tmp_path / "answers")}
    settings.TOM_ALERCE_LIKE = {"ARCHIVE": str(tmp_path), "ANOMALY_DECISIONS": "a.json", **hosts}
    assert ours() == {}


def test_a_misspelt_setting_is_named_with_those_that_there_are(settings):
    settings.TOM_ALERCE_LIKE = {"HOST_CATALOGS": ["ned"]}
    message = ours()["tom_alerce_like.W001"]
    assert "HOST_CATALOGS" in message.msg and "HOST_CATALOGUES" in message.hint


def test_settings_that_are_no_dict_are_an_error(settings):
    settings.TOM_ALERCE_LIKE = ["ARCHIVE"]
    assert [message.id for message in run_checks() if message.id == "tom_alerce_like.E001"]


def test_hidden_photometry_is_told(settings):
    settings.TARGET_PERMISSIONS_ONLY = False
    assert "view_photometryreduceddatum" in ours()["tom_alerce_like.W002"].hint
