"""How well and how fast alerts are judged by their pixels: ``python -m benchmarks.stamps``.

Unseen objects, or the shipped weights with ``WEIGHTS=shipped``: see `benchmarks.accuracy`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks import accuracy, decode, stamp_speed
from benchmarks.figure import BRAAI_WEIGHTS, DATA

MODULES = ("braai", "real_bogus", "stamp", "streak", "star_galaxy")


def with_weights_of_the_survey(evaluate: Any, data: Path) -> Any:
    """Return the scores of a module that runs or learns from ZTF's own network."""
    judge = evaluate.shipped if accuracy.SHIPPED or not hasattr(evaluate, "unseen") else evaluate.unseen
    return judge(data, BRAAI_WEIGHTS)


def main() -> None:
    """Print every figure of docs/modules that belongs to pixels, then the speed beside peers."""
    accuracy.check_weights()
    figures: dict[str, float] = {}
    for name in MODULES:
        # a folder of other alerts need not hold the survey's weights
        own = name == "braai" or (name == "real_bogus" and not accuracy.SHIPPED)
        judge = with_weights_of_the_survey if own else accuracy.scored
        package = f"classifiers.{name}"
        figures |= accuracy.show(package, accuracy.measured(package, judge=judge))
    accuracy.worst_calibration(figures)
    decode.figures(DATA)
    stamp_speed.figures(DATA)
    accuracy.end()


if __name__ == "__main__":
    main()
