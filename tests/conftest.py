"""Fixtures that all tests share, and what is skipped where."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

# a busy machine must not fail a law; what continuous integration finds it finds again
hypothesis.settings.register_profile("patient", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis.settings.load_profile("patient")
DATA = Path(os.environ.get("DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real alerts and recorded replies; the test is skipped where it is absent."""
    if not DATA.is_dir():
        pytest.skip(f"no real data: {DATA} is not there (set the variable DATA)")
    return DATA


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave what needs a PostgreSQL database to tests/test_postgres.py, which starts one and runs these."""
    if os.environ.get("TEST_DATABASE_URL"):
        return
    # the longest first, beside which the other worker does the rest
    items.sort(key=lambda item: item.get_closest_marker("postgres") is None)
    left = [item for item in items if item.get_closest_marker("on_postgresql")]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail where continuous integration skipped something: there everything is installed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and exitstatus == 0 and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
