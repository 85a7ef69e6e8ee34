"""When targets can be observed: altitude, darkness, airmass and distance of the Moon, for many targets at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tom_alerce_like.plugins.scheduling.sites import Site
from tom_alerce_like.plugins.scheduling.sky import moon_vectors, star_vectors, sun_vectors, zenith_vectors

STEP_MIN = 5.0
_STEP_DAYS = STEP_MIN / 1440
# A night may begin up to a day from now and last up to a day (polar winter).
_SEARCH_DAYS = 2.0


@dataclass(frozen=True)
class Limits:
    """What makes a target observable.

    ``max_airmass`` is the secant of the zenith angle; ``sun_deg`` is the highest altitude of the Sun;
    ``max_hour_angle_deg`` is how far from the meridian a telescope follows.
    """

    max_airmass: float = 2.0
    min_moon_deg: float = 30.0
    sun_deg: float = -18.0
    max_hour_angle_deg: float = 180.0


LIMITS = Limits()


def altitude(ra_deg: ArrayLike, dec_deg: ArrayLike, site: Site, mjd: ArrayLike) -> NDArray:
    """Return altitudes in deg without refraction, (targets, times), of ICRS positions at times ``mjd`` (UTC).

    Times should lie within about a day of each other: stars are placed for their middle.
    """
    times = np.atleast_1d(np.asarray(mjd, float))
    sines = star_vectors(np.atleast_1d(ra_deg), np.atleast_1d(dec_deg), _middle(times)) @ zenith_vectors(site, times).T
    return np.degrees(np.arcsin(np.clip(sines, -1, 1)))


def moon_distance(ra_deg: ArrayLike, dec_deg: ArrayLike, site: Site, mjd: ArrayLike) -> NDArray:
    """Return distances from the Moon in deg, (targets, times), of ICRS positions at times ``mjd`` (UTC)."""
    times = np.atleast_1d(np.asarray(mjd, float))
    cosines = star_vectors(np.atleast_1d(ra_deg), np.atleast_1d(dec_deg), _middle(times)) @ moon_vectors(site, times).T
    return np.degrees(np.arccos(np.clip(cosines, -1, 1)))


def sun_altitude(site: Site, mjd: ArrayLike) -> NDArray:
    """Return the Sun's altitude in deg at times ``mjd`` (UTC)."""
    return np.degrees(np.arcsin(_sin_sun_altitude(site, np.atleast_1d(np.asarray(mjd, float)))))


def observable(
    ra_deg: ArrayLike, dec_deg: ArrayLike, site: Site, mjd: ArrayLike, limits: Limits = LIMITS
) -> NDArray[np.bool_]:
    """Tell when targets keep all ``limits``: (targets, times) for ICRS positions in deg and times ``mjd`` (UTC)."""
    times = np.atleast_1d(np.asarray(mjd, float))
    if not len(times):
        return np.zeros((len(np.atleast_1d(ra_deg)), 0), bool)
    stars = star_vectors(np.atleast_1d(ra_deg), np.atleast_1d(dec_deg), _middle(times))
    zeniths = zenith_vectors(site, times)
    kept = stars @ zeniths.T >= 1 / limits.max_airmass
    if limits.max_hour_angle_deg < 180:
        kept &= _near_meridian(stars, zeniths, limits.max_hour_angle_deg)
    kept &= stars @ moon_vectors(site, times).T <= np.cos(np.radians(limits.min_moon_deg))
    kept &= _sin_sun_altitude(site, times) <= np.sin(np.radians(limits.sun_deg))
    return kept


@lru_cache(maxsize=256)
def dark_time(site: Site, mjd: float, sun_deg: float = LIMITS.sun_deg) -> tuple[float, float] | None:
    """Return (start, end) in MJD of the night at ``mjd``, or of the next one within a day; None when it stays light.

    A night in progress starts at ``mjd``. The end is at most two days after ``mjd``. Good to a few seconds.
    """
    times = mjd + np.arange(0, _SEARCH_DAYS + _STEP_DAYS / 2, _STEP_DAYS)
    above_deg = sun_altitude(site, times) - sun_deg
    starts = np.flatnonzero(above_deg <= 0)
    if not len(starts) or times[starts[0]] > mjd + 1:
        return None
    first = int(starts[0])
    lights = np.flatnonzero(above_deg[first:] > 0)
    start = mjd if first == 0 else _crossing(times, above_deg, first)
    return start, (_crossing(times, above_deg, first + int(lights[0])) if len(lights) else float(times[-1]))


def dark_grid(site: Site, mjd: float, step_min: float = STEP_MIN) -> NDArray:
    """Return times (MJD) every ``step_min`` through tonight's `dark_time`; empty when it does not get dark."""
    night = dark_time(site, mjd)
    return np.arange(*night, step_min / 1440) if night else np.empty(0)


def observable_hours(
    ra_deg: ArrayLike, dec_deg: ArrayLike, sites: Sequence[Site], mjd: float, limits: Limits = LIMITS
) -> NDArray:
    """Return for how many hours of tonight each target is observable at each site: (targets, sites)."""
    hours = [observable(ra_deg, dec_deg, site, dark_grid(site, mjd), limits).sum(axis=1) for site in sites]
    return np.stack(hours, axis=1) * STEP_MIN / 60 if hours else np.zeros((len(np.atleast_1d(ra_deg)), 0))


def _sin_sun_altitude(site: Site, times: NDArray) -> NDArray:
    return np.einsum("tx,tx->t", sun_vectors(times), zenith_vectors(site, times))


def _near_meridian(stars: NDArray, zeniths: NDArray, max_hour_angle_deg: float) -> NDArray[np.bool_]:
    """Compare cosines of hour angles: angles between stars and zeniths along the equator."""
    lengths = np.outer(np.hypot(stars[:, 0], stars[:, 1]), np.hypot(zeniths[:, 0], zeniths[:, 1]))
    return stars[:, :2] @ zeniths[:, :2].T >= np.cos(np.radians(max_hour_angle_deg)) * lengths


def _middle(times: NDArray) -> float:
    return float(times.min() + times.max()) / 2


def _crossing(times: NDArray, values: NDArray, after: int) -> float:
    before = after - 1
    share = values[before] / (values[before] - values[after])
    return float(times[before] + share * (times[after] - times[before]))
