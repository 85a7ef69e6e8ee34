"""What our apps add to the start of a TOM's web process: memory and time, with and without them."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np

from benchmarks.figure import ROOT, figure

RUNS = 5
_START = """
import json, resource, sys, time
start = time.perf_counter()
from django.conf import settings
import tests.settings as ours
if sys.argv[1] == "without":
    ours.INSTALLED_APPS = [app for app in ours.INSTALLED_APPS if not app.startswith("tom_alerce_like")]
import django
django.setup()
from django.core.handlers.wsgi import WSGIHandler
from django.urls import get_resolver
WSGIHandler()
get_resolver().reverse_dict
heavy = [name for name in ("torch", "onnxruntime", "sklearn") if name in sys.modules]
print(json.dumps([time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, heavy]))
"""


def start(which: str) -> tuple[float, float]:
    """Start a TOM ``with`` or ``without`` our apps; returns seconds and MiB."""
    command = [sys.executable, "-W", "ignore", "-c", _START, which]
    environment = {"DJANGO_SETTINGS_MODULE": "tests.settings", "PATH": "/usr/bin:/bin"}
    printed = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout
    seconds, mebibytes, heavy = json.loads(printed.splitlines()[-1])
    assert not heavy, f"loaded at the start: {heavy}"
    return seconds, mebibytes


def main() -> None:
    """Alternate the two, so that both meet the same machine."""
    measured = [(start("without"), start("with")) for _ in range(RUNS)]
    (without_s, without_mb), (with_s, with_mb) = np.min(measured, axis=0)
    figure("start_added_s", max(0.0, with_s - without_s), "s")
    figure("start_added_mb", with_mb - without_mb, "MiB")


if __name__ == "__main__":
    main()
