"""`manage.py check` says what a missing catalogue switches off."""

import pytest

from tom_alerce_like.plugins.hosts.catalogue import configured
from tom_alerce_like.plugins.hosts.checks import host_cache, host_catalogues, host_images
from tom_alerce_like.plugins.hosts.sources.glade import GladeCatalogue
from tom_alerce_like.plugins.hosts.sources.ned import NedCatalogue
from tom_alerce_like.plugins.hosts.sources.vizier import VizierCatalogue


@pytest.fixture
def messages(settings):
    def messages(*entries: object) -> list[str]:
        settings.TOM_ALERCE_LIKE = {"HOST_CATALOGUES": list(entries)}
        found = host_catalogues(None)
        assert all(message.hint for message in found)
        return [message.id.partition(".")[2] for message in found]

    return messages


def test_checks(messages, catalogue, tmp_path):
    assert messages() == ["I001"]
    assert messages(catalogue.path, "vizier", "ned") == []
    assert messages(tmp_path / "absent.parquet", "ned", tmp_path) == ["W001"]


def test_images_are_named(settings):
    settings.TOM_ALERCE_LIKE = {"HOST_IMAGES": ["stamps", "ps1"]}
    assert host_images(None) == []
    settings.TOM_ALERCE_LIKE = {"HOST_IMAGES": ["stamps", "PS2"]}
    [message] = host_images(None)
    assert message.id == "tom_alerce_like_hosts.W002" and "PS2" in message.msg and "ps1" in message.hint


@pytest.mark.parametrize(
    ("ours", "expected"),
    [
        ({}, []),
        ({"HOST_CATALOGUES": ["ned", "galaxies.parquet"]}, ["I002"]),
        ({"HOST_IMAGES": ["stamps"]}, []),
        ({"HOST_IMAGES": ["ps1"]}, ["I002"]),
        ({"HOST_IMAGES": ["ps1"], "HOST_CACHE": "{tmp}/made/later"}, []),
        ({"HOST_CACHE": "{tmp}/file"}, ["W003"]),
        ({"HOST_CACHE": "{tmp}/file/below"}, ["W003"]),
    ],
)
def test_answers_of_services_are_kept_somewhere(settings, tmp_path, ours, expected):
    (tmp_path / "file").touch()
    if "HOST_CACHE" in ours:
        ours = {**ours, "HOST_CACHE": ours["HOST_CACHE"].format(tmp=tmp_path)}
    settings.TOM_ALERCE_LIKE = ours
    found = host_cache(None)
    assert all(message.hint for message in found)
    assert [message.id.partition(".")[2] for message in found] == expected


def test_the_setting_makes_each_catalogue_once(settings, catalogue):
    settings.TOM_ALERCE_LIKE = {"HOST_CATALOGUES": [catalogue.path, "vizier", "ned"]}
    assert [type(made) for made in configured()] == [GladeCatalogue, VizierCatalogue, NedCatalogue]
    assert all(first is second for first, second in zip(configured(), configured(), strict=True))
