"""What the light curve says."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from scipy.special import ndtr

from tom_alerce_like.plugins.priority.criteria.ramp import ramp
from tom_alerce_like.plugins.priority.criterion import Criterion, Values


@dataclass(frozen=True)
class Rising(Criterion):
    """The probability that it brightens by more than ``mag_per_day``, from the slope of the last points.

    See `tom_alerce_like.plugins.priority.rise`; NaN without two points, or a point and a non-detection, of one band.
    """

    mag_per_day: float = 0.05
    label: str = "rising"

    def value(self, table: pd.DataFrame) -> Values:
        excess = table["rise_mag_per_day"] - self.mag_per_day
        return ndtr((excess / table["rise_err_mag_per_day"]).to_numpy(float))


@dataclass(frozen=True)
class Young(Criterion):
    """1 up to ``full_days`` after the first detection, falling to 0 at ``none_days``."""

    full_days: float = 3.0
    none_days: float = 20.0
    label: str = "young"

    def value(self, table: pd.DataFrame) -> Values:
        return ramp(table["age_days"], zero=self.none_days, one=self.full_days)


@dataclass(frozen=True)
class Brightness(Criterion):
    """1 when the last detection lies between two magnitudes, falling to 0 over ``edge_mag`` beyond either."""

    bright_mag: float = 13.0
    faint_mag: float = 20.5
    edge_mag: float = 1.5
    label: str = "brightness"

    def value(self, table: pd.DataFrame) -> Values:
        not_faint = ramp(table["last_mag"], zero=self.faint_mag + self.edge_mag, one=self.faint_mag)
        return not_faint * ramp(table["last_mag"], zero=self.bright_mag - self.edge_mag, one=self.bright_mag)
