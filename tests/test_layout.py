"""The wheel holds what the checkout holds, under one name."""

import configparser
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("brokers", "facilities", "plugins")


def declared_packages() -> set[str]:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    return set(config["options"]["packages"].split())


def packages_on_disk() -> set[str]:
    found = set()
    for prefix, folder in [("tom_alerce_like", "tom_alerce_like"), *((f"tom_alerce_like.{f}", f) for f in FOLDERS)]:
        for file in (ROOT / folder).rglob("__init__.py"):
            inside = file.parent.relative_to(ROOT / folder)
            if not (folder == "tom_alerce_like" and inside.parts[:1] and inside.parts[0] in FOLDERS):
                found.add(".".join([prefix, *inside.parts]))
    return found


def test_every_package_is_declared():
    assert declared_packages() == packages_on_disk()


@pytest.mark.parametrize("folder", FOLDERS)
def test_links_point_to_the_folders(folder):
    link = ROOT / "tom_alerce_like" / folder
    assert link.is_symlink() and link.resolve() == ROOT / folder


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_refuses_a_wrong_name(folder):
    with pytest.raises(ImportError, match=f"import tom_alerce_like.{folder}"):
        importlib.import_module(folder)
