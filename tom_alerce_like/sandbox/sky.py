"""Plain spherical astronomy, good to a fraction of a degree: enough for a simulated sky.

Angles are degrees, times MJD in UTC. Sun and Moon after the low-precision series of the Astronomical Almanac, for the
equinox of the date: against catalogue positions of J2000 that is 0.4 degrees in our days.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
J2000_MJD = 51544.5
GALACTIC_POLE_RA_DEG, GALACTIC_POLE_DEC_DEG = 192.85948, 27.12825
OBLIQUITY_DEG = 23.439


def separation_deg(ra1: ArrayLike, dec1: ArrayLike, ra2: ArrayLike, dec2: ArrayLike) -> Array:
    """Return the angle between positions (haversine, exact at small angles)."""
    first_ra, first_dec, second_ra, second_dec = (
        np.radians(np.asarray(value, float)) for value in (ra1, dec1, ra2, dec2)
    )
    haversine = np.sin((second_dec - first_dec) / 2) ** 2
    haversine = haversine + np.cos(first_dec) * np.cos(second_dec) * np.sin((second_ra - first_ra) / 2) ** 2
    return np.degrees(2 * np.arcsin(np.sqrt(np.clip(haversine, 0, 1))))


def shifted(ra: ArrayLike, dec: ArrayLike, east_arcsec: ArrayLike, north_arcsec: ArrayLike) -> tuple[Array, Array]:
    """Return positions moved by small offsets."""
    dec = np.asarray(dec, float)
    east_deg = np.asarray(east_arcsec, float) / 3600 / np.cos(np.radians(dec))
    return (np.asarray(ra, float) + east_deg) % 360, dec + np.asarray(north_arcsec, float) / 3600


def galactic_latitude_deg(ra: ArrayLike, dec: ArrayLike) -> Array:
    """Return b."""
    return 90 - separation_deg(ra, dec, GALACTIC_POLE_RA_DEG, GALACTIC_POLE_DEC_DEG)


def ecliptic_latitude_deg(ra: ArrayLike, dec: ArrayLike) -> Array:
    """Return the latitude above the ecliptic."""
    return 90 - separation_deg(ra, dec, 270.0, 90 - OBLIQUITY_DEG)


def _equatorial(longitude_deg: Array, latitude_deg: Array) -> tuple[Array, Array]:
    longitude, latitude, tilt = np.radians(longitude_deg), np.radians(latitude_deg), np.radians(OBLIQUITY_DEG)
    x = np.cos(latitude) * np.cos(longitude)
    y = np.cos(tilt) * np.cos(latitude) * np.sin(longitude) - np.sin(tilt) * np.sin(latitude)
    z = np.sin(tilt) * np.cos(latitude) * np.sin(longitude) + np.cos(tilt) * np.sin(latitude)
    return np.degrees(np.arctan2(y, x)) % 360, np.degrees(np.arcsin(z))


def sun(mjd: ArrayLike) -> tuple[Array, Array]:
    """Return RA and Dec of the Sun."""
    days = np.asarray(mjd, float) - J2000_MJD
    anomaly = np.radians(357.528 + 0.9856003 * days)
    longitude = 280.460 + 0.9856474 * days + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly)
    return _equatorial(longitude, np.zeros_like(longitude))


def moon(mjd: ArrayLike) -> tuple[Array, Array]:
    """Return RA and Dec of the Moon seen from the centre of the Earth (parallax adds up to one degree)."""
    centuries = (np.asarray(mjd, float) - J2000_MJD) / 36525
    longitude = 218.32 + 481267.881 * centuries
    for size, phase, rate in (
        (6.29, 135.0, 477198.87),
        (-1.27, 259.3, -413335.36),
        (0.66, 235.7, 890534.22),
        (0.21, 269.9, 954397.74),
        (-0.19, 357.5, 35999.05),
        (-0.11, 186.5, 966404.03),
    ):
        longitude = longitude + size * np.sin(np.radians(phase + rate * centuries))
    latitude = np.zeros_like(longitude)
    for size, phase, rate in (
        (5.13, 93.3, 483202.02),
        (0.28, 228.2, 960400.89),
        (-0.28, 318.3, 6003.15),
        (-0.17, 217.6, -407332.21),
    ):
        latitude = latitude + size * np.sin(np.radians(phase + rate * centuries))
    return _equatorial(longitude, latitude)


def hour_angle_deg(mjd: ArrayLike, ra: ArrayLike, longitude_deg: float) -> Array:
    """Return the hour angle in [-180, 180)."""
    sidereal = 280.46061837 + 360.98564736629 * (np.asarray(mjd, float) - J2000_MJD) + longitude_deg
    return (sidereal - np.asarray(ra, float) + 180) % 360 - 180


def altitude_deg(mjd: ArrayLike, ra: ArrayLike, dec: ArrayLike, longitude_deg: float, latitude_deg: float) -> Array:
    """Return the altitude above the horizon of a site."""
    hour_angle = np.radians(hour_angle_deg(mjd, ra, longitude_deg))
    dec, latitude = np.radians(np.asarray(dec, float)), np.radians(latitude_deg)
    sine = np.sin(dec) * np.sin(latitude) + np.cos(dec) * np.cos(latitude) * np.cos(hour_angle)
    return np.degrees(np.arcsin(np.clip(sine, -1, 1)))


def airmass(altitude: ArrayLike) -> Array:
    """Return the airmass (secant of the zenith distance); infinite below the horizon."""
    altitude = np.asarray(altitude, float)
    return np.where(altitude > 0.5, 1 / np.sin(np.radians(np.maximum(altitude, 0.5))), np.inf)
