"""`manage.py check` says what a missing catalogue switches off."""

import pytest

from tom_alerce_like.plugins.hosts.catalogue import configured
from tom_alerce_like.plugins.hosts.checks import host_catalogues
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


def test_the_setting_makes_each_catalogue_once(settings, catalogue):
    settings.TOM_ALERCE_LIKE = {"HOST_CATALOGUES": [catalogue.path, "vizier", "ned"]}
    assert [type(made) for made in configured()] == [GladeCatalogue, VizierCatalogue, NedCatalogue]
    assert all(first is second for first, second in zip(configured(), configured(), strict=True))
