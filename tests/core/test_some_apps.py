"""A TOM that has only some of our apps: what is not there is not offered, and nothing else breaks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tom_alerce_like import APPS

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import sys
from tests import settings

settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app not in sys.argv[1].split()]
settings.DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
import django

django.setup()
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from tom_targets.models import Target

call_command("check")
call_command("migrate", run_syncdb=True, verbosity=0)
Target.objects.create(name="ZTF21aaxtctv", type="SIDEREAL", ra=150, dec=2)
client = Client()
client.force_login(User.objects.create_superuser("astronomer"))
for page in ("/", "/targets/1/", "/alerce/candidates/", "/alerce/targets/1/alerts/"):
    print(page, client.get(page).status_code)
call_command("alerce_run")
print([model.__name__ for model in apps.get_app_config("tom_alerce_like").get_models()])
"""


def tom_with(n_apps: int) -> subprocess.CompletedProcess:
    """Run the script in a TOM with the first ``n_apps`` of ours."""
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, " ".join(APPS[n_apps:])],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "tests.settings", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("n_apps", [1, 2, 5])
def test_a_tom_with_the_first_of_our_apps(n_apps: int) -> None:
    done = tom_with(n_apps)
    assert done.returncode == 0, done.stderr[-3000:]
    *pages, night, models = done.stdout.splitlines()[-6:]
    assert [line.split()[1] for line in pages] == ["200"] * 4
    assert night.startswith("night:") and "errors=0" in night
    # a model of an app that is not there would become one of the core's, without a table
    assert models == "['Classification', 'Alert', 'Candidate']"


def test_a_plan_without_facilities_is_refused_with_a_hint() -> None:
    done = tom_with(APPS.index("tom_alerce_like.plugins.scheduling") + 1)
    assert done.returncode != 0 and "tom_alerce_like_scheduling.E002" in done.stderr
