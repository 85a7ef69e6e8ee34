"""The parts that lean on the database, on PostgreSQL too."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import postgres

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = [
    "tests/core",
    "tests/brokers/test_pages.py",
    "tests/brokers/test_stage.py",
    "tests/facilities",
    "tests/plugins/hosts",
    "tests/plugins/priority",
    "tests/plugins/scheduling/test_night.py",
    "tests/plugins/tns",
]


@pytest.mark.postgres
@pytest.mark.skipif(
    not postgres.program("initdb"), reason="no PostgreSQL server program (Debian: apt install postgresql)"
)
def test_the_database_tests_pass_on_postgresql():
    with postgres.server() as url:
        environment = {**os.environ, "TEST_DATABASE_URL": url}
        own = "--ignore=tests/core/test_ingest_crowd.py"  # starts databases of its own
        command = [sys.executable, "-m", "pytest", "-q", "-m", "not browser and not postgres", own, *FOLDERS]
        outcome = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=1200)
    assert outcome.returncode == 0, outcome.stdout[-5000:] + outcome.stderr[-2000:]
