"""Three runs on the same alerts at once end as one."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import postgres

ROOT = Path(__file__).resolve().parents[2]
N_PROCESSES = 3


def start(what, environment, *arguments):
    command = [sys.executable, "-m", "tests.core.crowd", what, *arguments]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=ROOT, env=environment, **pipes)


def finish(process, word=""):
    out, err = process.communicate(word, timeout=300)
    assert process.returncode == 0, err
    return out


def crowd(environment, *arguments):
    finish(start("prepare", environment, *arguments))
    crowd = [start("ingest", environment, *arguments) for _ in range(N_PROCESSES)]
    for process in crowd:
        assert process.stdout.readline() == "ready\n"
    for process in crowd:
        process.stdin.write("go\n")
        process.stdin.flush()
    lines = [finish(process) for process in crowd]
    made = [[int(re.search(rf"{name}=(\d+)", line)[1]) for line in lines] for name in ("targets", "datums", "errors")]
    assert [sum(each) for each in made] == [600, 3600, 0]
    assert all("classified=1200 hosts=0 ranked=1200 requests=0 reports=0 errors=0" in line for line in lines), lines
    assert finish(start("count", environment, *arguments)) == "600 3600 600 600\n"


def test_on_sqlite(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"}
    crowd(environment, str(tmp_path / "tom.sqlite3"))


@pytest.mark.postgres
@pytest.mark.skipif(
    not postgres.program("initdb"), reason="no PostgreSQL server program (Debian: apt install postgresql)"
)
def test_on_postgresql():
    with postgres.server() as url:
        crowd({**os.environ, "TEST_DATABASE_URL": url})
