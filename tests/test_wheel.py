"""The wheel in a TOM that the toolkit's own `tom_setup` makes, with no service to be reached."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def run(command: list, folder: Path, **kwargs) -> str:
    kwargs.setdefault("env", {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"})
    outcome = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, **kwargs)
    assert outcome.returncode == 0, outcome.stdout[-3000:] + outcome.stderr[-3000:]
    return outcome.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """A folder into which the wheel is installed, made from a copy of the checkout without links to it."""
    folder = tmp_path_factory.mktemp("wheel")
    wanted = ["setup.cfg", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE", "CHANGELOG.md"]
    leave = shutil.ignore_patterns("__pycache__", "brokers", "facilities", "plugins")
    shutil.copytree(ROOT / "tom_alerce_like", folder / "source" / "tom_alerce_like", ignore=leave)
    for name in ("brokers", "facilities", "plugins"):
        shutil.copytree(ROOT / name, folder / "source" / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in wanted:
        shutil.copy(ROOT / name, folder / "source" / name)
    run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder / "dist"], folder / "source")
    [wheel] = (folder / "dist").glob("*.whl")
    run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", folder / "site", wheel], folder)
    return folder / "site"


def test_only_our_name_lands_in_site_packages(installed):
    names = {path.name for path in installed.iterdir()}
    assert {name for name in names if not name.endswith(".dist-info")} == {"tom_alerce_like"}
    for name in ("brokers/__init__.py", "plugins/hosts/models.py", "facilities/ledger.py", "py.typed"):
        assert (installed / "tom_alerce_like" / name).is_file(), name
    assert list(installed.glob("tom_alerce_like/plugins/classifiers/transient/weights/*.onnx"))


def test_templates_static_files_and_migrations_are_in_the_wheel(installed):
    for folder in ("tom_alerce_like", "brokers", "facilities", "plugins"):
        base = ROOT / folder
        inside = installed / "tom_alerce_like" / ("" if folder == "tom_alerce_like" else folder)
        for kind in ("templates", "static", "migrations", "management"):
            for path in base.rglob(f"{kind}/**/*.*"):
                parts = path.relative_to(base).parts
                if "__pycache__" in parts or (
                    folder == "tom_alerce_like" and parts[0] in ("brokers", "facilities", "plugins")
                ):
                    continue
                assert (inside / path.relative_to(base)).is_file(), path


def test_every_page_answers_in_a_plain_tom_without_network(installed, tmp_path):
    run([sys.executable, "-m", "django", "startproject", "plain"], tmp_path)
    home = tmp_path / "plain"
    settings = home / "plain" / "settings.py"
    settings.write_text(settings.read_text().replace("INSTALLED_APPS = [", "INSTALLED_APPS = ['tom_setup',", 1))
    run([sys.executable, "manage.py", "tom_setup"], home, input="y\ncustom_code\n1\nn\n")
    with settings.open("a") as file:
        file.write("\nimport tom_alerce_like\nINSTALLED_APPS += tom_alerce_like.APPS\nALLOWED_HOSTS = ['testserver']\n")
        file.write(f"CACHES['default']['LOCATION'] = {str(tmp_path / 'cache')!r}\n")
    environment = {**os.environ, "PYTHONPATH": f"{installed}:{home}", "DJANGO_SETTINGS_MODULE": "plain.settings"}
    visited = run([sys.executable, "-P", ROOT / "tests" / "visit_plain_tom.py", str(installed)], home, env=environment)
    assert visited.count("200 ") >= 15, visited


def test_the_wheel_holds_no_tests_and_no_data(installed):
    [wheel] = (installed.parent / "dist").glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert not [name for name in names if "/tests/" in name or name.endswith((".avro", ".parquet", ".fits"))]
    assert wheel.stat().st_size < 18e6
