"""The sandbox shares no code with its clients, else it would share their mistakes."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import tom_alerce_like.sandbox

FILES = sorted(Path(tom_alerce_like.sandbox.__file__).parent.glob("*.py"))
ALLOWED = {"numpy", "pandas", "pyarrow", "astropy", "fastavro"}


def imported(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide what is imported"
            names.add(node.module or "")
    return names


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_only_the_standard_library_numbers_and_itself(file):
    foreign = {
        name
        for name in imported(file)
        if not name.startswith("tom_alerce_like.sandbox")
        and name.split(".")[0] not in ALLOWED | set(sys.stdlib_module_names)
    }
    assert not foreign


def test_the_whole_package_is_looked_at():
    assert {"server.py", "night.py", "faults.py", "tns.py", "portal.py"} <= {file.name for file in FILES}
