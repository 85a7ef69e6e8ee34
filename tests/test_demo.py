"""The demonstration as a stranger runs it: a night, a TOM that is served, and an end that leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from tom_alerce_like.demo import __main__ as demo
from tom_alerce_like.demo import ports

COMMAND = [sys.executable, "-m", "tom_alerce_like.demo"]


def test_a_port_that_is_taken_is_told_before_anything_is_made(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = subprocess.run(
            [*COMMAND, "--port", str(port), "--folder", "new"], cwd=tmp_path, capture_output=True, text=True
        )
    assert ended.returncode == 1
    assert f"Port {port} cannot be used" in ended.stderr and "make demo PORT=" in ended.stderr
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("known", ["", "observatory.example"])
def test_a_proxy_is_not_asked_for_this_machine(monkeypatch, known):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", known)
    ports.reach_directly()
    assert not requests.utils.get_environ_proxies("http://127.0.0.1:8000/")
    assert requests.utils.get_environ_proxies("http://elsewhere.example/")
    assert not known or not requests.utils.get_environ_proxies("http://observatory.example/")


@pytest.mark.parametrize(
    ("option", "place", "said"),
    [("alerts", "nothing", "does not exist"), ("catalogue", "nothing", "does not exist"), ("alerts", ".", "no alert")],
)
def test_files_that_are_not_there_are_told(capsys, tmp_path, option, place, said):
    with pytest.raises(SystemExit):
        demo.parse([f"--{option}", str(tmp_path / place)])
    assert said in capsys.readouterr().err


def lines(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stdout
    for line in process.stdout:
        yield line
        if line.startswith("Serving"):
            return


def test_a_night_is_served_and_ends_with_its_sandbox(tmp_path):
    port = ports.free()
    command = [*COMMAND, "--port", str(port), "--folder", "a new folder"]
    clean = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    # what it prints in between goes nowhere: a full pipe would stop it
    with subprocess.Popen(
        command, cwd=tmp_path, env=clean, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            said = "".join(lines(process))
            sandbox = re.search(r"what they received: (\S+)/\)", said)[1]
            assert requests.get(sandbox, timeout=10).ok
            assert "/accounts/login/" in page(f"http://127.0.0.1:{port}/alerce/candidates/").url
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)
    assert "errors=0" in said and not re.search(r"night: .*=0 ", said), said
    assert Path(tmp_path, "a new folder", "sandbox", "galaxies.parquet").is_file()
    with pytest.raises(requests.ConnectionError):
        requests.get(sandbox, timeout=10)


def page(url: str) -> requests.Response:
    """Return a page, as soon as the server listens."""
    with requests.Session() as session:
        session.mount(url, HTTPAdapter(max_retries=Retry(8, backoff_factor=0.1)))
        return session.get(url, timeout=30)
