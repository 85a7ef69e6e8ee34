"""How often the period is right.

A period counts as right where it or its half, third, quarter, double, triple or quadruple is within `TOLERANCE` of the
known one. Light curves cut short or thinned are not looked at here.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves import Curves, sets
from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.features.table import table

TOLERANCE = 0.01
_RATIOS = np.array([1, 2, 3, 4, 1 / 2, 1 / 3, 1 / 4])
SETS = ("sdss_s82_rrlyrae", "asas_variables")


def is_right(found_days: Floats, true_days: Floats, tolerance: float = TOLERANCE) -> NDArray[np.bool_]:
    """Return whether periods or simple harmonics of them are right, shape (n,)."""
    off = np.abs(np.asarray(found_days)[:, None] / (np.asarray(true_days)[:, None] * _RATIOS) - 1)
    return off.min(1) <= tolerance


def right(data: Path) -> NDArray[np.bool_]:
    """Return for each real variable with a known period whether ours is right."""
    alerts = sets.real(data, *SETS)
    alerts = alerts[alerts["period_days"].notna()]
    found = table(Curves.of(alerts), ["period"])["period_days"].to_numpy()
    return is_right(found, alerts["period_days"].to_numpy(float))


def figures(data: Path) -> dict[str, tuple[float, float, float]]:
    """Return ``period_fraction`` with its 95 % interval by bootstrap over objects."""
    good = right(data).astype(float)
    rng = np.random.default_rng(1)
    drawn = good[rng.integers(0, len(good), (1000, len(good)))].mean(1)
    low, high = np.quantile(drawn, (0.025, 0.975))
    return {"period_fraction": (float(good.mean()), float(low), float(high))}
