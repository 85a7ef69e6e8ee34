"""From the light of sources and the visits of a survey to an alert table: noise, detections, limits."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tom_alerce_like.plugins.classifiers.curves import sets
from tom_alerce_like.plugins.classifiers.curves.curves import BANDS
from tom_alerce_like.plugins.classifiers.curves.simulate.cadence import Visits
from tom_alerce_like.plugins.classifiers.curves.simulate.light import Light

#: Part of the flux that calibration does not know.
FLOOR = {"ZTF": 0.025, "LSST": 0.007}
#: Limits of ZTF's packets are deeper than what the fit of a point source reaches.
_OPTIMISM = {"ZTF": 0.83, "LSST": 1.0}
#: Signal to noise at which half of the sources are found, and over how much this number rises.
_HALF = {"ZTF": (5.0, 0.3), "LSST": (5.4, 0.8)}
DAY_0_MJD = 60000.0


def observe(light: Light, visits: Visits, rng: np.random.Generator, least: int = 1) -> pd.DataFrame:
    """Return an alert table of the sources that were detected at least so often, one row each, with all their points.

    Column ``number`` is the source's; the reference time of every source is `DAY_0_MJD`. Points of ZTF that are no
    detection state a limit; those of LSST are forced photometry.
    """
    true = light(visits.row, visits.days, visits.band)
    error = np.hypot(visits.noise_njy / _OPTIMISM[visits.survey], FLOOR[visits.survey] * true)
    flux = true + error * rng.standard_normal(len(true))
    half, width = _HALF[visits.survey]
    detected = np.abs(flux) / error > half + width * rng.logistic(size=len(true)).clip(-4, 4)
    forced = visits.survey == "LSST"
    points = pd.DataFrame(
        {
            "object_id": visits.row,
            "mjd": DAY_0_MJD + visits.days,
            "band": np.array(list(BANDS))[visits.band],
            "flux_njy": np.where(detected | forced, flux, np.nan),
            "flux_err_njy": np.where(detected | forced, error, np.nan),
            "is_detection": detected,
            "is_forced": forced,
        }
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        limit = 31.4 - 2.5 * np.log10(5 * visits.noise_njy)
        points["mag"] = np.where(detected, 31.4 - 2.5 * np.log10(flux), limit)
        points["mag_err"] = np.where(detected, 2.5 / np.log(10) * error / flux, np.nan)
    seen = np.flatnonzero(np.bincount(visits.row[detected], minlength=visits.n) >= least)
    made = sets.table(points, pd.DataFrame({"object_id": seen}), visits.survey)
    return made.assign(number=seen, object_id=[f"{visits.survey}sim{number}" for number in seen])
