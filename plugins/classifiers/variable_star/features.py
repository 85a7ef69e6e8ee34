"""What the module reads of a light curve: the shape of its variation, never how bright the star is.

The level of brightness, the number of points and the length of the light curve say how a survey collected its stars and
are left out; amplitudes are read where the light curve is in magnitudes of the star as a whole.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.variable_star import cycle, series, spread

#: Features with the unit magnitude, unknown of differences.
IN_MAGNITUDES = ("log_amplitude_90", "log_amplitude_98", "log_std", "log_cycle_amplitude")


def _of(one: series.Series) -> dict[str, float]:
    found = spread.features(one) | cycle.features(one)
    return found if one.in_magnitudes else found | dict.fromkeys(IN_MAGNITUDES, np.nan)


@cache
def names() -> tuple[str, ...]:
    """Return the names of the features in their order."""
    days = np.arange(40.0) * 1.3
    return tuple(_of(series.Series(days, np.sin(days), np.full(40, 0.1), True)))


def matrix(curves: Curves, in_magnitudes: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the features (n, `names`); rows of NaN for series that are too short.

    Light curves are taken one by one: each has its own times and thus its own grid of frequencies.
    """
    made = np.full((len(curves), len(names())), np.nan, np.float32)
    for row, one in series.of(curves, in_magnitudes):
        made[row] = list(_of(one).values())
    made[~(np.abs(made) < 1e30)] = np.nan
    return made
