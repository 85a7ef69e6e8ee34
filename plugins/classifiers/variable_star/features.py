"""What the module reads of a light curve: the shape of its variation, never how bright the star is.

The level of brightness, the number of points and the length of the light curve say how a survey collected its stars and
are left out; amplitudes are read where the light curve is in magnitudes of the star as a whole.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers import features
from tom_alerce_like.plugins.classifiers.curves import Curves
from tom_alerce_like.plugins.classifiers.curves.curves import BANDS
from tom_alerce_like.plugins.classifiers.variable_star import cycle, series, slow, spread

#: Features with the unit magnitude, unknown of differences.
IN_MAGNITUDES = (
    *("log_amplitude_90", "log_amplitude_98", "log_std", "log_cycle_amplitude"),
    *(f"log_{speed}_{width_days:g}" for width_days in slow.WIDTHS_DAYS for speed in ("fast", "slow")),
)


def _of(one: series.Series) -> dict[str, float]:
    found = spread.features(one) | cycle.features(one) | slow.features(one)
    return found if one.in_magnitudes else found | dict.fromkeys(IN_MAGNITUDES, np.nan)


def _second_opinion(curves: Curves, in_magnitudes: NDArray[np.bool_]) -> pd.DataFrame:
    """Return what the project's general search finds of the period: where it and `cycle` differ is telling, too."""
    found = features.table(_without_constant(curves, ~in_magnitudes), ("period",), BANDS)
    found["period_days"] = np.log10(found["period_days"])
    return found.drop(columns="period_cycles")


def _without_constant(curves: Curves, rows: NDArray[np.bool_]) -> Curves:
    """Return the light curves with the flux of some rows about each band's median, so that no constant matters."""
    flux = pd.Series(curves.flux_njy)
    middle = flux.groupby([curves.row, curves.band]).transform("median")
    return replace(curves, flux_njy=np.where(rows[curves.row], flux - middle, flux))


@cache
def names() -> tuple[str, ...]:
    """Return the names of the features in their order."""
    days, zero = np.arange(40.0) * 1.3, np.zeros(40)
    one = series.Series(days, np.sin(days), np.full(40, 0.1), True)
    flag = np.ones(40, bool)
    curves = Curves(1, zero.astype(int), days, zero.astype(int), np.sin(days), zero + 1, zero, flag, flag)
    return (*_of(one), *_second_opinion(curves, flag[:1]))


def matrix(curves: Curves, in_magnitudes: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the features (n, `names`); rows of NaN for series that are too short.

    Light curves are taken one by one: each has its own times and thus its own grid of frequencies.
    """
    made = np.full((len(curves), len(names())), np.nan, np.float32)
    second = _second_opinion(curves, in_magnitudes).to_numpy()
    for row, one in series.of(curves, in_magnitudes):
        made[row] = [*_of(one).values(), *second[row]]
    made[~(np.abs(made) < 1e30)] = np.nan
    return made
