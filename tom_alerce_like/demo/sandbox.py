"""The sandbox in a process of its own, as long as the demonstration lasts."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

PATIENCE_S = 60.0


@contextmanager
def running(site: Path, port: int, folder: Path) -> Iterator[str]:
    """Run ``manage.py alerce_sandbox`` of the TOM in ``site``; gives its URL once it answers."""
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "manage.py", "alerce_sandbox", "--port", str(port), "--folder", str(folder)]
    clean = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    with subprocess.Popen(command, cwd=site, env=clean, stdout=subprocess.DEVNULL) as process:
        try:
            _wait(url, process)
            yield url
        finally:
            process.terminate()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            requests.get(url, timeout=2)
            return
        except requests.ConnectionError:
            time.sleep(0.2)
    raise SystemExit(f"the sandbox did not start at {url}")
