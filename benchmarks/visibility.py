"""Visibility of 10,000 targets at three sites, ours against astropy: ``python -m benchmarks.visibility``."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from astropy import units as u
from astropy.coordinates import AltAz, EarthLocation, SkyCoord
from astropy.time import Time
from astropy.utils import iers
from numpy.typing import NDArray

from benchmarks.figure import figure
from tom_alerce_like.plugins.scheduling.sites import OCS_SITES, Site
from tom_alerce_like.plugins.scheduling.visibility import altitude, dark_grid, observable

N_TARGETS = 10_000
SITES = [site for site in OCS_SITES if site.name in ("Cerro Tololo", "Teide", "Haleakala")]
NIGHT_MJD = 61364.7


def sky(n: int) -> tuple[NDArray, NDArray]:
    """Return right ascensions and declinations in deg, even over the sphere."""
    random = np.random.default_rng(1)
    return random.uniform(0, 360, n), np.degrees(np.arcsin(random.uniform(-1, 1, n)))


def astropy_altitude(ra_deg: NDArray, dec_deg: NDArray, site: Site, mjd: NDArray) -> NDArray:
    """Return altitudes in deg without refraction (targets, times), as astropy's broadcast gives them."""
    place = EarthLocation.from_geodetic(site.longitude_deg, site.latitude_deg, site.elevation_m)
    frame = AltAz(obstime=Time(mjd, format="mjd")[None], location=place)
    return SkyCoord(ra_deg[:, None], dec_deg[:, None], unit=u.deg).transform_to(frame).alt.deg


def timed(function: Callable[[], Any]) -> tuple[Any, float]:
    """Return what a call gives and its wall time in s."""
    start = time.perf_counter()
    result = function()
    return result, time.perf_counter() - start


def main() -> None:
    """Print the time of the whole question, of the altitudes alone beside astropy's, and the largest difference."""
    warnings.simplefilter("error")
    iers.conf.auto_download = False
    ra_deg, dec_deg = sky(N_TARGETS)

    def night() -> list[NDArray]:
        return [observable(ra_deg, dec_deg, site, dark_grid(site, NIGHT_MJD)) for site in SITES]

    first_s = timed(night)[1]
    seen, seconds = timed(night)
    figure("visibility_first_call_s", first_s, "s")
    figure("visibility_times_per_site", sum(table.shape[1] for table in seen) / len(SITES), "times")

    grids = [dark_grid(site, NIGHT_MJD) for site in SITES]
    pairs = list(zip(SITES, grids, strict=True))
    ours, ours_s = timed(lambda: [altitude(ra_deg, dec_deg, site, grid) for site, grid in pairs])
    theirs, theirs_s = timed(lambda: [astropy_altitude(ra_deg, dec_deg, site, grid) for site, grid in pairs])
    figure("visibility_10000x3_s", seconds, "s", ("astropy altitudes alone", theirs_s))
    figure("visibility_altitude_s", ours_s, "s", ("astropy", theirs_s))
    error = max(float(np.abs(a - b)[b > 10].max()) for a, b in zip(ours, theirs, strict=True)) * 3600
    figure("visibility_error_arcsec", error, "arcsec")


if __name__ == "__main__":
    main()
