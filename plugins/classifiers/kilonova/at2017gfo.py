"""The one kilonova with a well-observed light curve, as ZTF would see it elsewhere and at other times."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tom_alerce_like.plugins.classifiers.curves import Curves, sets
from tom_alerce_like.plugins.classifiers.curves.curves import Floats
from tom_alerce_like.plugins.classifiers.curves.simulate import observe, ztf
from tom_alerce_like.plugins.classifiers.curves.simulate.light import Ints, Light, njy

NAME = "kilonova AT2017gfo"
#: GW170817, and the distance of its galaxy: Abbott+2017, doi:10.3847/2041-8213/aa91c9; Cantiello+2018.
MERGER_MJD, DISTANCE_MPC = 57982.5285, 40.7
#: Extinction of the Milky Way is left in the magnitudes: E(B-V) is 0.1.
_BIN_DAYS, _LAST_DAY = 0.25, 12.0
_BANDS = (1, 2, 3)


def seen(data: Path, n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return an alert table of the kilonova at 40 to 200 Mpc, evenly in distance, under n cadences of ZTF.

    Only copies that are detected are rows. Raises `FileNotFoundError` where the light curve is missing.
    """
    table = sets.real(data, "kilonova")
    chosen = table[table["object_id"] == NAME]
    if chosen.empty:
        raise FileNotFoundError(f"{NAME} is not in {data / 'lightcurves'}")
    light = dimmed(measured(Curves.of(chosen)), rng.uniform(40, 200, n))
    return observe(light, ztf(n, -20.0, 20.0, rng), rng)


def measured(curves: Curves) -> Light:
    """Return the light at its own distance: medians of a quarter of a day in each band, straight lines in between.

    Before the first measurement, half a day after the merger, there is no light; after the last it falls on.
    """
    days = curves.mjd - MERGER_MJD
    tracks = {}
    for band in _BANDS:
        here = curves.is_detection & (curves.band == band) & (days < _LAST_DAY)
        binned = pd.DataFrame({"day": days[here], "mag": curves.mag[here]}).groupby(days[here] // _BIN_DAYS).median()
        tracks[band] = binned["day"].to_numpy(), binned["mag"].to_numpy()

    def light(row: Ints, days: Floats, band: Ints) -> Floats:
        flux = np.zeros(len(row))
        for number, (day, mag) in tracks.items():
            slope = (mag[-1] - mag[-4]) / (day[-1] - day[-4])
            later = np.interp(days, day, mag) + np.maximum(slope, 0.3) * (days - day[-1]).clip(0)
            flux = np.where((band == number) & (days >= 0.45), njy(later), flux)
        return flux

    return light


def dimmed(light: Light, distance_mpc: Floats) -> Light:
    """Return the light at other distances, one for each object."""
    return lambda row, days, band: light(row, days, band) * (DISTANCE_MPC / distance_mpc[row]) ** 2
