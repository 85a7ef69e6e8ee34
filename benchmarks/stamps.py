"""How well and how fast alerts are judged by their pixels: ``python -m benchmarks.stamps``.

Judges unseen objects: each module is trained five times, without the objects of one part, which it then judges. With
``WEIGHTS=shipped`` the weights of the package judge the folder DATA instead, which must hold objects that they never
saw for the figures to mean anything. ``_low`` and ``_high`` are 95 per cent intervals from resampled objects.
"""

from __future__ import annotations

import os
import traceback
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks import decode, stamp_speed
from benchmarks.figure import BRAAI_WEIGHTS, DATA, figure
from tom_alerce_like.exceptions import InputError

MODULES = ("braai", "real_bogus", "stamp", "streak", "star_galaxy")
WEIGHTS = os.environ.get("WEIGHTS") or "trained"
SHIPPED = WEIGHTS == "shipped"
FAILED: list[str] = []


def scored(name: str, evaluate: Any) -> Any:
    """Return a module's scores of the alerts in DATA."""
    if name == "braai":  # nothing is trained; a folder of other alerts need not hold the survey's weights
        return evaluate.shipped(DATA, BRAAI_WEIGHTS)
    if name == "real_bogus" and not SHIPPED:
        return evaluate.unseen(DATA, BRAAI_WEIGHTS)
    return (evaluate.shipped if SHIPPED else evaluate.unseen)(DATA)


def accuracy(name: str) -> dict[str, float]:
    """Print the figures of one module and return them; none where DATA lacks what they need."""
    evaluate = import_module(f"tom_alerce_like.plugins.classifiers.{name}.evaluate")
    try:
        measured = evaluate.figures(DATA, scored(name, evaluate))
    except (FileNotFoundError, InputError) as error:
        print(f"skipped: {name}: {error}", flush=True)
        return {}
    except Exception as error:  # the other figures are measured nevertheless
        traceback.print_exc()
        FAILED.append(f"{name}: {error}")
        return {}
    for label, (value, low, high) in measured.items():
        figure(label, value, "fraction")
        figure(f"{label}_low", low, "fraction")
        figure(f"{label}_high", high, "fraction")
    return {label: value for label, (value, _, _) in measured.items()}


def main() -> None:
    """Print every figure of docs/modules that belongs to pixels, then the speed beside peers."""
    if WEIGHTS not in ("trained", "shipped"):
        raise SystemExit(f"WEIGHTS={WEIGHTS} means nothing: leave it out to train, or say WEIGHTS=shipped")
    figures: dict[str, float] = {}
    for name in MODULES:
        figures |= accuracy(name)
    errors = [value for label, value in figures.items() if label.endswith("_ece")]
    if errors:
        figure("ece_max", float(np.nanmax(errors)), "fraction")
    decode.figures(DATA)
    stamp_speed.figures(DATA)
    if FAILED:
        raise SystemExit(f"failed: {'; '.join(FAILED)}")


if __name__ == "__main__":
    main()
