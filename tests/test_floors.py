"""Who may import whom: rooms stand on the core, and a room calls only rooms further down the chain."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CORE = "core"
#: The rooms, each above those that it may call; a night goes from brokers to reports in this order.
CHAIN = (
    "brokers",
    "plugins.crossmatch",
    "plugins.hosts",
    "plugins.forecast",
    "plugins.classifiers",
    "plugins.priority",
    "plugins.scheduling",
    "facilities",
    "plugins.tns",
)
ROOMS = ("brokers", "facilities", "plugins")


def floor(module: str) -> str:
    """Return the room of a module of ours, `CORE` for one that is in none."""
    inside = module.removeprefix("tom_alerce_like").removeprefix(".")
    return next((room for room in CHAIN if f"{inside}.".startswith(f"{room}.")), CORE)


def imported(source: str) -> set[str]:
    """Return the modules of ours that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide what is imported"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in names if name.split(".")[0] == "tom_alerce_like"}


def may_import(one: str, other: str) -> bool:
    if other in (CORE, one):
        return True
    return one != CORE and CHAIN.index(one) < CHAIN.index(other)


def climbs(module: str, source: str) -> set[str]:
    """Return what a module of ours imports and should not."""
    return {name for name in imported(source) if not may_import(floor(module), floor(name))}


def files() -> dict[str, Path]:
    """Return every file of ours by the name that it is imported by; the links in the core are left out."""
    found = {}
    for folder in ("tom_alerce_like", *ROOMS):
        for file in (ROOT / folder).rglob("*.py"):
            inside = file.relative_to(ROOT).with_suffix("").parts
            if folder == "tom_alerce_like" and inside[1] not in ROOMS:
                found[".".join(inside)] = file
            elif folder != "tom_alerce_like":
                found[".".join(("tom_alerce_like", *inside))] = file
    return found


def test_nobody_climbs():
    found = {name: climbs(name, file.read_text()) for name, file in files().items()}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_every_room_is_looked_at_and_has_its_place_in_the_chain():
    looked_at = {floor(name) for name in files()}
    assert looked_at == {CORE, *CHAIN}
    assert {f"plugins.{folder.parent.name}" for folder in (ROOT / "plugins").glob("*/__init__.py")} <= set(CHAIN)


@pytest.mark.parametrize(
    ("module", "line", "is_wrong"),
    [
        ("tom_alerce_like.summary", "from tom_alerce_like.plugins import hosts", True),
        ("tom_alerce_like.sandbox.portal", "import tom_alerce_like.facilities.ocs.portal", True),
        ("tom_alerce_like.plugins.hosts.stage", "from tom_alerce_like.brokers.known import known", True),
        ("tom_alerce_like.facilities.ledger", "def f():\n    import tom_alerce_like.plugins.priority", True),
        ("tom_alerce_like.plugins.scheduling.stage", "from tom_alerce_like.facilities import ledger", False),
        ("tom_alerce_like.plugins.hosts.stage", "from tom_alerce_like.pipeline import Night", False),
        ("tom_alerce_like.plugins.hosts.stage", "from tom_alerce_like.plugins.hosts import dlr", False),
    ],
)
def test_what_climbs(module, line, is_wrong):
    assert bool(climbs(module, line)) is is_wrong
