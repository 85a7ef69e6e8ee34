"""How well and how fast objects are judged by their light curves: ``python -m benchmarks.lightcurves``.

Unseen objects, or the shipped weights with ``WEIGHTS=shipped``: see `benchmarks.accuracy`. Modules are measured side
by side, one core each; what is timed runs alone, at the end.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

#: The longest first.
MODULES = (
    "classifiers.lightcurve.lsst",
    "classifiers.supernova_type",
    "classifiers.lightcurve",
    "classifiers.variable_star",
    "classifiers.kilonova",
    "classifiers.anomaly",
    "classifiers.early_sn_ia",
    "classifiers.microlensing",
    "forecast",
    "classifiers.features",
)
#: Libraries that would otherwise take every core for one module.
ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def accuracies() -> dict[str, float]:
    """Print the figures of every module, as they come, and return them."""
    from benchmarks import accuracy

    figures: dict[str, float] = {}
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        asked = {pool.submit(accuracy.measured, package): package for package in MODULES}
        for done in as_completed(asked):
            figures |= accuracy.show(asked[done], done.result())
    return figures


def speeds() -> dict[str, Callable[[], None]]:
    """Return what is timed beside peers, by name."""
    from benchmarks import features, fink_peers, lightcurve_speed
    from benchmarks.figure import DATA

    return {
        "features": features.speed,
        "lightcurve": lightcurve_speed.speed,
        "early_sn_ia": lambda: fink_peers.early_ia_ratio(DATA),
        "kilonova": lambda: fink_peers.kilonova_ratio(DATA),
    }


def main() -> None:
    """Print every figure of docs/modules that belongs to light curves, then the speed beside peers."""
    os.environ |= ONE_CORE
    from benchmarks import accuracy
    from tom_alerce_like.exceptions import InputError

    accuracy.check_weights()
    accuracy.worst_calibration(accuracies())
    for name, measure in speeds().items():
        try:
            measure()
        except (FileNotFoundError, InputError) as error:
            print(f"skipped: speed of {name}: {error}", flush=True)
        except Exception as error:  # the others are timed nevertheless
            traceback.print_exc()
            accuracy.FAILED.append(f"speed of {name}: {error}")
    accuracy.end()


if __name__ == "__main__":
    main()
