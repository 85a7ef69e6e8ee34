"""Where simulated fields lie on the sky, and the way from a tangent plane to the sphere."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: One field in so many lies at RA 0, and one near a pole.
SPECIAL = 40
#: Everything else keeps so far from the poles.
HIGHEST_DEC_DEG = 85.0
ARCSEC = np.radians(1 / 3600)


def places(n: int, seed: int) -> tuple[Floats, Floats]:
    """Return RA and Dec (degrees) of n fields far apart: field k's place depends on k and the seed only.

    A two-dimensional golden-ratio sequence keeps the distances large; a field in 40 lies within 10 arcsec of RA 0, one
    in 40 on a spiral around a pole, starting 200 arcsec from it.
    """
    first = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(2**31,))).uniform(size=3)
    k = np.arange(n)
    golden = 1.32471795724474602596  # root of x**3 = x + 1: the two-dimensional golden ratio
    u, v = (first[0] + k / golden) % 1, (first[1] + k / golden**2) % 1
    ra, dec = 360 * u, np.degrees(np.arcsin((2 * v - 1) * np.sin(np.radians(HIGHEST_DEC_DEG))))
    turn = k // SPECIAL
    at_zero, at_pole = k % SPECIAL == 7, k % SPECIAL == 27
    dec[at_zero] = HIGHEST_DEC_DEG * (2 * ((first[2] + turn[at_zero] * 0.6180339887) % 1) - 1)
    ra[at_zero] = ((u[at_zero] - 0.5) * 20 / 3600 / np.cos(np.radians(dec[at_zero]))) % 360
    ring = turn[at_pole] // 2
    dec[at_pole] = np.where(turn[at_pole] % 2, 1, -1) * (90 - 0.25 * np.sqrt(ring + 0.05))
    ra[at_pole] = (ring * 137.50776405) % 360
    return ra, dec


def on_sphere(ra_deg: Floats, dec_deg: Floats, east_arcsec: Floats, north_arcsec: Floats) -> tuple[Floats, Floats]:
    """Return RA and Dec (degrees) of points of the plane that touches the sphere at (ra_deg, dec_deg)."""
    dec = np.radians(dec_deg)
    east, north = east_arcsec * ARCSEC, north_arcsec * ARCSEC
    along = np.cos(dec) - north * np.sin(dec)
    ra = ra_deg + np.degrees(np.arctan2(east, along))
    return ra % 360, np.degrees(np.arctan2(np.sin(dec) + north * np.cos(dec), np.hypot(east, along)))
