"""A TOM with its own target model, in a process of its own since the toolkit chooses the model at import."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    "owner/__init__.py": "",
    "owner/models.py": """
from django.db import models
from tom_targets.base_models import BaseTarget

class OwnTarget(BaseTarget):
    note = models.TextField(default="mine")
    class Meta:
        permissions = (("view_target", "View Target"), ("add_target", "Add Target"),
                       ("change_target", "Change Target"), ("delete_target", "Delete Target"))
""",
    "owner/settings.py": """
from tests.settings import *
INSTALLED_APPS = [*INSTALLED_APPS, "owner"]
TARGET_MODEL_CLASS = "owner.models.OwnTarget"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
MIGRATION_MODULES = {app.split(".")[-1]: None for app in INSTALLED_APPS}
MIGRATION_MODULES |= {"tom_alerce_like_" + app.split(".")[-1]: None for app in INSTALLED_APPS}
HOOKS = {"target_post_save": "owner.hooks.heard"}
""",
    "owner/hooks.py": """
names = []
def heard(target, created):
    names.append((target.name, target.note, created))
""",
    "night.py": """
import django
django.setup()
from django.contrib.auth.models import Group, User
from django.core.management import call_command
call_command("migrate", run_syncdb=True, verbosity=0)
from owner import hooks
from owner.models import OwnTarget
from tests.core.skies import BROKER, alert, batch
from tom_alerce_like.ingest import ingest
from tom_alerce_like.models import Candidate
user = User.objects.create_user("ada")
two = batch(alert("ZTF26a"), alert("ZTF26b", dec_deg=-9.0))
first = ingest(two, source=BROKER, user=user)
again = ingest(two, source=BROKER, user=user)
assert (first.targets, first.datums, first.errors) == (2, 2, 0), first.problems
assert (again.targets, again.datums, again.skipped) == (0, 0, 2)
assert sorted(hooks.names) == [("ZTF26a", "mine", True), ("ZTF26b", "mine", True)]
assert OwnTarget.objects.count() == Candidate.objects.count() == 2
assert user.has_perm("owner.change_target", OwnTarget.objects.get(name="ZTF26a"))
print("done")
""",
}


def test_targets_of_the_toms_own_model(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "owner.settings", "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    command = [sys.executable, str(tmp_path / "night.py")]
    outcome = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)
    assert outcome.stdout == "done\n", outcome.stdout + outcome.stderr
