"""How fast the hierarchical classifier of light curves is: one object alone, and many."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from benchmarks.figure import figure
from tom_alerce_like.plugins.classifiers.curves import sets
from tom_alerce_like.plugins.classifiers.curves.curves import BANDS

#: Detections of one object, in g and r: the median of supernovae and variable stars in ZTF's packets.
N_POINTS = 16
MANY, ALONE = 5000, 500


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

    The quartile of fastest runs: on a shared machine others take the cache from the slower ones. With `N_POINTS`
    detections no period is looked for, which begins at `cycles.FEWEST`.
    """
    from tom_alerce_like.plugins.classifiers.lightcurve import LightcurveClassifier

    module = LightcurveClassifier()
    one = table(1)
    module.score(one)
    times = [_seconds(module, one) for _ in range(ALONE)]
    figure("lightcurve_ms", 1000 * float(np.quantile(times, 0.25)), "ms")
    many = table(MANY)
    figure("lightcurve_per_s", MANY / min(_seconds(module, many) for _ in range(3)), "objects/s")


def _seconds(module: object, alerts: pd.DataFrame) -> float:
    start = time.process_time()
    module.score(alerts)  # type: ignore[attr-defined]
    return time.process_time() - start


if __name__ == "__main__":
    speed()
