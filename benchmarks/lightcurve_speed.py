"""How fast the hierarchical classifier of light curves is: one object alone, and many."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from benchmarks.figure import figure
from tom_alerce_like.module import ScienceModule
from tom_alerce_like.plugins.classifiers.curves import sets
from tom_alerce_like.plugins.classifiers.curves.curves import BANDS

#: Detections of one object, in g and r: the median of supernovae and variable stars in ZTF's packets.
N_POINTS = 16
MANY, SERIES, IN_SERIES = 5000, 40, 20


def table(n: int, n_points: int = N_POINTS, seed: int = 0) -> pd.DataFrame:
    """Return n objects that rise and fall, seen every other night in g and r."""
    rng = np.random.default_rng(seed)
    row = np.repeat(np.arange(n), n_points)
    days = np.tile(np.arange(n_points) // 2 * 2.0, n) + rng.uniform(0, 0.1, n * n_points)
    flux = 60_000 * np.exp(-(((days - 8) / 10) ** 2)) * rng.lognormal(0, 0.05, len(days))
    points = pd.DataFrame(
        {
            "object_id": row.astype(str),
            "mjd": 60000 + days,
            "band": np.array(list(BANDS))[1 + np.tile(np.arange(n_points) % 2, n)],
            "flux_njy": flux,
            "flux_err_njy": 0.05 * flux + 500,
            "is_detection": True,
            "is_forced": False,
        }
    )
    return sets.table(points, pd.DataFrame({"object_id": np.arange(n).astype(str)}), "ZTF")


def speed() -> None:
    """Print the time of one object alone, from its row of the alert table to its probabilities, and of many.

    The best of several series: on a shared machine others take the cache from the rest. With `N_POINTS` detections no
    period is looked for, which begins at `cycles.FEWEST`.
    """
    from tom_alerce_like.plugins.classifiers.lightcurve import LightcurveClassifier

    module = LightcurveClassifier()
    one, many = table(1), table(MANY)
    module.score(one)
    figure("lightcurve_ms", 1000 * min(_seconds(module, one, IN_SERIES) for _ in range(SERIES)), "ms")
    figure("lightcurve_per_s", MANY / min(_seconds(module, many, 1) for _ in range(3)), "objects/s")


def _seconds(module: ScienceModule, alerts: pd.DataFrame, times: int) -> float:
    """Return the processor's time of one call, the mean of so many."""
    start = time.process_time()
    for _ in range(times):
        module.score(alerts)
    return (time.process_time() - start) / times


if __name__ == "__main__":
    speed()
