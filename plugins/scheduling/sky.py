"""Where stars, Sun, Moon and zeniths point: unit vectors in the celestial intermediate frame (CIRS).

Stars are carried from ICRS to CIRS once, for one moment of a night; then only the Earth rotates (IERS Conventions 2010,
chapter 5). The altitude of a star is the angle between its vector and the zenith's, so that a whole night of many stars
is one matrix product. Left out: polar motion, diurnal aberration and the change of annual aberration within half a day,
together below 1 arcsec; refraction, on purpose.
"""

from __future__ import annotations

from functools import cache, lru_cache

import erfa
import numpy as np
from astropy.utils import iers
from numpy.typing import ArrayLike, NDArray

from tom_alerce_like.clock import JD_OF_MJD_0
from tom_alerce_like.plugins.scheduling.sites import Site

Vectors = NDArray[np.float64]  # (n, 3)

_DAY_S = 86400.0
# Only precession and the Earth's orbit need Terrestrial Time; being leap seconds off moves a star by 1e-5 arcsec.
_TT_MINUS_UTC_S = 69.184


def star_vectors(ra_deg: ArrayLike, dec_deg: ArrayLike, mjd: float) -> Vectors:
    """Return CIRS unit vectors (n, 3) at ``mjd`` (UTC) of stars with ICRS positions in deg (n,); NaN gives NaN."""
    with np.errstate(invalid="ignore"):
        return erfa.s2c(*erfa.atciqz(np.radians(ra_deg), np.radians(dec_deg), _astrometry(mjd)))


def zenith_vectors(site: Site, mjd: ArrayLike) -> Vectors:
    """Return the geodetic zenith of ``site`` as CIRS unit vectors (t, 3) at times ``mjd`` (UTC)."""
    return erfa.s2c(_local_angle(site, mjd), np.radians(site.latitude_deg))


def sun_vectors(mjd: ArrayLike) -> Vectors:
    """Return the Sun's direction from the geocentre (t, 3) at times ``mjd`` (UTC), good to 1 arcsec."""
    times = np.atleast_1d(np.asarray(mjd, float))
    earth = erfa.epv00(JD_OF_MJD_0, _tt(times))[0]["p"]
    return erfa.s2c(*erfa.atciqz(*erfa.c2s(-earth), _astrometry(float(times.mean()))))


def moon_vectors(site: Site, mjd: ArrayLike) -> Vectors:
    """Return the Moon's direction from ``site`` (t, 3) at times ``mjd`` (UTC), good to 1 arcmin."""
    times = np.atleast_1d(np.asarray(mjd, float))
    matrix = _astrometry(float(times.mean()))["bpn"]
    geocentric_km = erfa.moon98(JD_OF_MJD_0, _tt(times))["p"] @ matrix.T * erfa.DAU / 1000
    return _unit(geocentric_km - _site_vectors_km(site, times))


def _site_vectors_km(site: Site, mjd: NDArray) -> Vectors:
    x, y, z = erfa.gd2gc(1, 0.0, np.radians(site.latitude_deg), site.elevation_m) / 1000
    angle = _local_angle(site, mjd)
    return np.stack([x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle), z + 0 * angle], -1)


def _local_angle(site: Site, mjd: ArrayLike) -> NDArray:
    """Return the right ascension (CIRS, radians) that is on the meridian."""
    mjd = np.asarray(mjd, float)
    return erfa.era00(JD_OF_MJD_0, mjd + _dut1_s(mjd) / _DAY_S) + np.radians(site.longitude_deg)


@lru_cache(maxsize=64)
def _astrometry(mjd: float) -> NDArray:
    return erfa.apci13(JD_OF_MJD_0, _tt(mjd))[0]


@cache
def _earth_orientation() -> iers.IERS_A:
    """The table that astropy brings along, with a year of predictions: nothing is ever fetched."""
    return iers.IERS_A.open(iers.IERS_A_FILE)


def _dut1_s(mjd: NDArray) -> NDArray:
    """Return UT1 - UTC in s; beyond the table's last prediction, its last value."""
    return _earth_orientation().ut1_utc(JD_OF_MJD_0, mjd, return_status=True)[0].to_value("s")


def _tt(mjd: ArrayLike) -> NDArray:
    return np.asarray(mjd, float) + _TT_MINUS_UTC_S / _DAY_S


def _unit(vectors: Vectors) -> Vectors:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
