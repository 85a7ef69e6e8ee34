"""Make the TOM of the demonstration, as a new user would: the toolkit's own set-up, then our few settings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PROJECT = "demo_tom"
#: What `tom_setup` asks: go on, name of the custom app, sidereal targets, no hints.
_ANSWERS = "y\ncustom_code\n1\nn\n"

_SETTINGS = """\
# Written anew by each demonstration; `settings.py` reads it last.
from tom_common.default_settings import TOMTOOLKIT_INSTALLED_APPS

from tom_alerce_like import APPS

INSTALLED_APPS = [*TOMTOOLKIT_INSTALLED_APPS, "custom_code", *APPS]
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
CACHES = {{"default": {{"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": {cache!r}}}}}
# pages without internet: Bootstrap from our copy instead of a CDN
BOOTSTRAP5 = {{
    "css_url": {{"url": "/static/tom_alerce_like/vendor/bootstrap.min.css"}},
    "javascript_url": {{"url": "/static/tom_alerce_like/vendor/bootstrap.bundle.min.js"}},
}}
TOM_FACILITY_CLASSES = []
LOGGING = {{"version": 1, "disable_existing_loggers": False, "root": {{"level": "ERROR"}}}}
DATA_SERVICES = {services!r}
FACILITIES = {facilities!r}
TOM_ALERCE_LIKE = {ours!r}
"""


def create(folder: Path) -> Path:
    """Make a TOM on SQLite below ``folder``, unless there is one, and return its place; takes a few seconds."""
    home = folder / PROJECT  # `tom_setup` wants a folder of the project's own name
    if not (home / "manage.py").exists():
        folder.mkdir(parents=True, exist_ok=True)
        _run([sys.executable, "-m", "django", "startproject", PROJECT], folder)
        settings = home / PROJECT / "settings.py"
        text = settings.read_text()
        settings.write_text(text.replace("INSTALLED_APPS = [", "INSTALLED_APPS = [\n    'tom_setup',", 1))
        _run([sys.executable, "manage.py", "tom_setup"], home, _ANSWERS)
    return home


def configure(home: Path, services: dict[str, Any], facilities: dict[str, Any], ours: dict[str, Any]) -> None:
    """Write the settings of this run and start with an empty database: each demonstration is a night of its own."""
    text = _SETTINGS.format(cache=str(home / "cache"), services=services, facilities=facilities, ours=ours)
    (home / "local_settings.py").write_text(text)
    (home / "db.sqlite3").unlink(missing_ok=True)
    _run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], home)


def _run(command: list[str], folder: Path, answers: str = "") -> None:
    # the new TOM's own settings, whatever TOM this shell works with
    clean = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    outcome = subprocess.run(command, cwd=folder, env=clean, input=answers, capture_output=True, text=True)
    if outcome.returncode:
        raise SystemExit(f"{' '.join(command[1:])} failed:\n{outcome.stdout}\n{outcome.stderr}")
