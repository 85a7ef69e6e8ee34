"""When a telescope class sees a target: dark sky, altitude, airmass, hour angle and distance to the Moon."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.sandbox import sky
from tom_alerce_like.sandbox.instruments import SITES

Row = dict[str, Any]
STEP_D = 5 / 1440
MAX_STEPS = 20_000
DARK_SUN_ALTITUDE_DEG = -18.0
HORIZON_DEG = 15.0
HOUR_ANGLE_LIMIT_DEG = 4.6 * 15
EPOCH_OF_UNIX_MJD = 40587.0


def mjd_of(moment: datetime) -> float:
    """Return the MJD of an aware moment."""
    return moment.timestamp() / 86400 + EPOCH_OF_UNIX_MJD


def intervals(site_code: str, target: Row, constraints: Row, start_mjd: float, end_mjd: float) -> list[tuple]:
    """Return (start_mjd, end_mjd) of each stretch in which a site sees the target, to five minutes."""
    steps = min(int((end_mjd - start_mjd) / STEP_D) + 1, MAX_STEPS)
    mjd = start_mjd + np.arange(steps) * STEP_D
    good = np.concatenate([[False], _visible(site_code, target, constraints, mjd), [False]])
    edges = np.flatnonzero(good[1:] != good[:-1])
    return [
        (float(mjd[first]), float(mjd[last - 1] + STEP_D)) for first, last in zip(edges[::2], edges[1::2], strict=True)
    ]


def _visible(site_code: str, target: Row, constraints: Row, mjd: NDArray[np.float64]) -> NDArray[np.bool_]:
    site = SITES[site_code]
    place = (site.longitude_deg, site.latitude_deg)
    altitude = sky.altitude_deg(mjd, target["ra"], target["dec"], *place)
    good = (altitude > HORIZON_DEG) & (sky.airmass(altitude) <= constraints["max_airmass"])
    good &= np.abs(sky.hour_angle_deg(mjd, target["ra"], site.longitude_deg)) < HOUR_ANGLE_LIMIT_DEG
    good &= sky.altitude_deg(mjd, *sky.sun(mjd), *place) < DARK_SUN_ALTITUDE_DEG
    moon_distance = sky.separation_deg(target["ra"], target["dec"], *sky.moon(mjd))
    return good & (moon_distance >= constraints["min_lunar_distance"])


def of_request(request: Row, windows: list[tuple[float, float]]) -> list[tuple[str, float, float]]:
    """Return (site, start_mjd, end_mjd) in which all targets of a request can be observed, longest first."""
    location = request["location"]
    sites = [
        code
        for code, site in SITES.items()
        if location["telescope_class"] in site.classes and (location.get("site") or code) == code
    ]
    configuration = request["configurations"][0]
    found = [
        (site, *stretch)
        for site in sites
        for window in windows
        for stretch in intervals(site, configuration["target"], configuration["constraints"], *window)
    ]
    return sorted(found, key=lambda row: row[1] - row[2])
