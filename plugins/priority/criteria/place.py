"""What the place on the sky says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tom_alerce_like.plugins.priority.criteria.ramp import ramp
from tom_alerce_like.plugins.priority.criterion import Criterion, Values
from tom_alerce_like.plugins.scheduling.sites import sites
from tom_alerce_like.plugins.scheduling.visibility import observable_hours

# North pole of the Galaxy, ICRS (Hipparcos catalogue, volume 1, section 1.5.3).
_POLE_RA_RAD, _POLE_DEC_RAD = np.radians([192.85948, 27.12825])


@dataclass(frozen=True)
class Visible(Criterion):
    """1 when some site of the setting SITES can observe it for ``enough_hours`` tonight, in proportion below."""

    enough_hours: float = 1.0
    label: str = "visible"

    def value(self, table: pd.DataFrame) -> Values:
        if table.empty:
            return np.empty(0)
        places = table["ra_deg"].to_numpy(float), table["dec_deg"].to_numpy(float)
        hours = observable_hours(*places, sites(), float(table["now_mjd"].iloc[0])).max(axis=1, initial=0)
        return np.where(np.isnan(places[0] + places[1]), np.nan, np.minimum(1, hours / self.enough_hours))


@dataclass(frozen=True)
class NearbyHost(Criterion):
    """1 up to the host's redshift ``full_z``, falling to 0 at ``none_z``; NaN without a redshift."""

    full_z: float = 0.03
    none_z: float = 0.15
    label: str = "nearby"

    def value(self, table: pd.DataFrame) -> Values:
        return ramp(table["host_redshift"], zero=self.none_z, one=self.full_z)


@dataclass(frozen=True)
class OutsidePlane(Criterion):
    """0 up to galactic latitude ``none_deg`` at either side, 1 from ``full_deg``."""

    none_deg: float = 5.0
    full_deg: float = 12.0
    label: str = "outside plane"

    def value(self, table: pd.DataFrame) -> Values:
        ra, dec = np.radians(table["ra_deg"].to_numpy(float)), np.radians(table["dec_deg"].to_numpy(float))
        sine = np.sin(dec) * np.sin(_POLE_DEC_RAD) + np.cos(dec) * np.cos(_POLE_DEC_RAD) * np.cos(ra - _POLE_RA_RAD)
        return ramp(np.degrees(np.arcsin(np.abs(sine).clip(max=1))), zero=self.none_deg, one=self.full_deg)
