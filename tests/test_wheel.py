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

#: Run inside the plain TOM: migrate, make a target, ask every page of ours that needs no row, and the target page.
VISIT = """
import socket, sys
import django
django.setup()
import tom_alerce_like
assert tom_alerce_like.__file__.startswith(sys.argv[1]), tom_alerce_like.__file__

def refuse(self, address):
    raise OSError(f"no network: {address}")
socket.socket.connect = refuse

from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from tom_dataservices.dataservices import get_data_service_classes
from tom_targets.models import Target
from tom_alerce_like.models import Candidate

call_command("migrate", verbosity=0)
call_command("makemigrations", "--check", "--dry-run", verbosity=0)
call_command("check", verbosity=0)
target = Target.objects.create(name="ZTF26aaaaaaa", type="SIDEREAL", ra=150, dec=2)
Candidate.objects.create(target=target, survey="ZTF", object_id="ZTF26aaaaaaa", ra_deg=150, dec_deg=2, n_detections=1)
client = Client()
client.force_login(User.objects.create_superuser("root"))
ours = [r for r in get_resolver().url_patterns[0].url_patterns if getattr(r, "namespace", None) and r.namespace.startswith("tom_alerce_like")]
assert len(ours) >= 5, ours
pages = {"/", f"/targets/{target.pk}/", f"/alerce/targets/{target.pk}/alerts/", reverse("tom_alerce_like_tns:report", args=[target.pk])}
pages |= {f"{reverse('tom_alerce_like_facilities:request')}?target={target.pk}"}
pages |= {f"/observations/OCS-portal/create/?target_id={target.pk}"}
pages |= {reverse("tom_alerce_like_brokers:query", args=[name]) for name in get_data_service_classes() if "-" in name}
pages |= {f"/tom_dataservices/query/create/?data_service={name}" for name in get_data_service_classes() if "-" in name}
for resolver in ours:
    for pattern in resolver.url_patterns:
        if not pattern.pattern.converters:
            pages.add(reverse(f"{resolver.namespace}:{pattern.name}"))
posts = {reverse(f"tom_alerce_like_tns:{name}") for name in ("bulk", "bulk-send")} | {reverse("tom_alerce_like_facilities:request")}
for page in sorted(pages - posts):
    response = client.get(page)
    print(response.status_code, page)
    assert response.status_code == 200, (page, response.status_code)
"""


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
                if "__pycache__" in parts or (folder == "tom_alerce_like" and parts[0] in ("brokers", "facilities", "plugins")):
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
    visited = run([sys.executable, "-c", VISIT, str(installed)], home, env=environment)
    assert visited.count("200 ") >= 15, visited


def test_the_wheel_holds_no_tests_and_no_data(installed):
    [wheel] = (installed.parent / "dist").glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert not [name for name in names if "/tests/" in name or name.endswith((".avro", ".parquet", ".fits"))]
    assert wheel.stat().st_size < 5e6
