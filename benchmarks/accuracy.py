"""The figures of science modules: on unseen objects, or of the shipped weights on another folder of data.

Each module is trained again without the objects of one part, which it then judges. With ``WEIGHTS=shipped`` the
weights of the package judge the folder DATA instead, which must hold objects that they never saw for the figures to
mean anything. ``_low`` and ``_high`` are 95 per cent intervals from resampled objects.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.figure import DATA, figure
from tom_alerce_like.exceptions import InputError

Measured = Mapping[str, tuple[float, float, float]]
WEIGHTS = os.environ.get("WEIGHTS") or "trained"
SHIPPED = WEIGHTS == "shipped"
FAILED: list[str] = []
_FAILED = "failed:"


def check_weights() -> None:
    """Refuse a value of WEIGHTS that means nothing."""
    if WEIGHTS not in ("trained", "shipped"):
        raise SystemExit(f"WEIGHTS={WEIGHTS} means nothing: leave it out to train, or say WEIGHTS=shipped")


def scored(evaluate: Any, data: Path) -> Any:
    """Return a module's scores of the objects in ``data``."""
    return (evaluate.shipped if SHIPPED else evaluate.unseen)(data)


def measured(package: str, data: Path = DATA, judge: Any = scored) -> Measured | str:
    """Return the figures of the plugin ``package``; where the data lack what they need, the reason.

    A module that fails for another reason says so: the other figures are measured nevertheless.
    """
    try:
        evaluate = import_module(f"tom_alerce_like.plugins.{package}.evaluate")
        return evaluate.figures(data, judge(evaluate, data))
    except (FileNotFoundError, InputError) as error:
        return str(error)
    except Exception as error:
        traceback.print_exc()
        return f"{_FAILED} {error}"


def show(package: str, answer: Measured | str) -> dict[str, float]:
    """Print the figures of a module with their intervals and return their values; remember in `FAILED` who failed."""
    if isinstance(answer, str):
        if answer.startswith(_FAILED):
            FAILED.append(f"{package} {answer}")
        print(f"skipped: {package}: {answer}", flush=True)
        return {}
    for name, (value, low, high) in answer.items():
        unit = _unit(name)
        figure(name, value, unit)
        figure(f"{name}_low", low, unit)
        figure(f"{name}_high", high, unit)
    return {name: value for name, (value, _, _) in answer.items()}


def _unit(name: str) -> str:
    return next((unit for unit in ("mag", "nights", "nats") if name.endswith(f"_{unit}")), "fraction")


def worst_calibration(figures: Mapping[str, float]) -> None:
    """Print the largest calibration error of all."""
    errors: Iterable[float] = [value for name, value in figures.items() if name.endswith("_ece") and value == value]
    worst = max(errors, default=None)
    if worst is not None:
        figure("ece_max", worst, "fraction")


def end() -> None:
    """Fail where a module failed."""
    if FAILED:
        raise SystemExit(f"failed: {'; '.join(FAILED)}")
