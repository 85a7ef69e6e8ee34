"""Which galaxies and stars lie in the fields: places, magnitudes, redshifts, sizes and shapes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from astropy.cosmology import FlatLambdaCDM
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Sources are made in squares of this half width: larger than the image (60 arcsec), for the catalogue's sake.
HALF_WIDTH_ARCSEC = 85.0
_SQUARE_DEG2 = (2 * HALF_WIDTH_ARCSEC / 3600) ** 2

#: Quantiles of redshifts of hosts that people picked for ALeRCE before 2022-07-22, and of r magnitudes (absolute) of
#: hosts in the Bright Transient Survey.
_QUANTILES = np.array([0, 0.5, 1, 2.5, 5, 10, 16, 25, 40, 50, 60, 75, 84, 90, 95, 97.5, 99, 99.5, 100]) / 100
_HOST_REDSHIFT = (
    *(0.003, 0.0111, 0.0154, 0.0236, 0.0317, 0.0448, 0.0578, 0.0727, 0.0955, 0.1125),
    *(0.1293, 0.1611, 0.194, 0.243, 0.3541, 0.4699, 0.6083, 0.7011, 1.0),
)
_HOST_ABSOLUTE_MAG = (
    *(-24.2, -23.4, -23.23, -22.85, -22.59, -22.2, -21.96, -21.62, -21.04, -20.63),
    *(-20.12, -19.02, -18.1, -17.04, -15.69, -14.89, -13.97, -13.31, -12.0),
)

#: log10 of galaxies per square degree and magnitude: Yasuda et al. 2001 to r = 20, then Metcalfe et al. 2001.
_COUNT_MAG = np.array([12, 14, 16, 18, 20, 21, 22, 23, 24, 25.0])
_COUNT_LOG = np.array([-1.5, -0.3, 0.9, 1.97, 2.93, 3.33, 3.70, 4.06, 4.40, 4.70])
#: Median redshift of galaxies at a magnitude.
_MEDIAN_MAG = np.array([12, 16, 18, 20, 22, 24, 25.0])
_MEDIAN_REDSHIFT = np.array([0.008, 0.055, 0.13, 0.27, 0.5, 0.8, 0.95])

_STARS_PER_DEG2 = (1500.0, 12000.0)
_STAR_MAG = (12.0, 23.5)
_STAR_SLOPE = 0.18
_HOSTLESS = 0.015
#: Near hosts have a redshift in ALeRCE's tables more often than others: this share of the hosts lies among the farther
#: 70 %. With that and light radii 8 % larger than Shen's the offsets are ALeRCE's.
_FARTHER, _NEARER = 0.75, 0.3
_LARGER = 1.08
_COMPANION = 0.35
_NUCLEAR, _TAIL = 0.10, 0.04
#: Along each axis: 0.12 of the transient and a little more of the host in the tables that the offsets come from.
_ASTROMETRY_ARCSEC = 0.18

_COSMOLOGY = FlatLambdaCDM(H0=70, Om0=0.3)
_GRID = np.geomspace(1e-3, 4, 400)
_MODULUS = _COSMOLOGY.distmod(_GRID).value
_KPC_PER_ARCSEC = 1 / _COSMOLOGY.arcsec_per_kpc_proper(_GRID).value


def population(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return the sources of n fields, one row each: the field, the place relative to the transient, and what it is.

    ``row``, ``east_arcsec``, ``north_arcsec``, ``mag``, ``redshift`` (0 for a star), ``half_light_arcsec`` (along the
    major axis), ``axis_ratio``, ``pa_deg`` (north through east), ``bulge`` (share of the light), ``is_star``,
    ``is_host``.
    """
    hosts = draw_hosts(n, rng)
    parts = [hosts, _companions(hosts, rng), _field_galaxies(n, rng), _stars(n, rng)]
    return pd.concat(parts, ignore_index=True).sort_values("row", kind="stable", ignore_index=True)


def draw_hosts(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return the hosts of n fields, of those that have one."""
    row = np.flatnonzero(rng.random(n) >= _HOSTLESS)
    absolute = np.interp(rng.random(len(row)), _QUANTILES, _HOST_ABSOLUTE_MAG)
    rank = rng.random(len(row))
    rank = np.where(rng.random(len(row)) < _FARTHER, _NEARER + (1 - _NEARER) * rank, rank)
    hosts = _galaxies(row, absolute, np.interp(rank, _QUANTILES, _HOST_REDSHIFT), rng)
    east, north = _explosions(hosts, rng)
    return hosts.assign(east_arcsec=-east, north_arcsec=-north, is_host=True)


def _explosions(hosts: pd.DataFrame, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return where the transients were seen, relative to the hosts: east and north, arcsec."""
    n, half_light = len(hosts), hosts["half_light_arcsec"].to_numpy()
    radius = rng.gamma(2, half_light / 1.678)
    kind = rng.random(n)
    radius = np.where(kind < _NUCLEAR, 0, radius)
    radius = np.where(kind > 1 - _TAIL, half_light * rng.uniform(2, 6, n), radius)
    angle = rng.uniform(0, 2 * np.pi, n)
    along, across = radius * np.cos(angle), radius * np.sin(angle) * hosts["axis_ratio"].to_numpy()
    turn = np.radians(hosts["pa_deg"].to_numpy())
    east, north = along * np.sin(turn) + across * np.cos(turn), along * np.cos(turn) - across * np.sin(turn)
    return east + rng.normal(0, _ASTROMETRY_ARCSEC, n), north + rng.normal(0, _ASTROMETRY_ARCSEC, n)


def _companions(hosts: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return neighbours at the hosts' redshifts, 10 to 150 kpc away, up to 1.5 mag brighter or 4 mag fainter."""
    chosen = hosts[rng.random(len(hosts)) < _COMPANION]
    n, redshift = len(chosen), chosen["redshift"].to_numpy()
    absolute = chosen["mag"].to_numpy() - _apparent(0.0, redshift) + rng.triangular(-1.5, 2.0, 4.0, n)
    made = _galaxies(chosen["row"].to_numpy(), absolute, redshift, rng)
    distance = rng.uniform(10, 150, n) / np.interp(redshift, _GRID, _KPC_PER_ARCSEC)
    angle = rng.uniform(0, 2 * np.pi, n)
    made["east_arcsec"] = chosen["east_arcsec"].to_numpy() + distance * np.sin(angle)
    made["north_arcsec"] = chosen["north_arcsec"].to_numpy() + distance * np.cos(angle)
    return made[np.maximum(abs(made["east_arcsec"]), abs(made["north_arcsec"])) < HALF_WIDTH_ARCSEC]


def _field_galaxies(n: int, rng: np.random.Generator) -> pd.DataFrame:
    mags = np.linspace(_COUNT_MAG[0], _COUNT_MAG[-1], 1301)
    below = np.cumsum(10 ** np.interp(mags, _COUNT_MAG, _COUNT_LOG)) * (mags[1] - mags[0])
    row = np.repeat(np.arange(n), rng.poisson(below[-1] * _SQUARE_DEG2, n))
    mag = np.interp(rng.random(len(row)) * below[-1], below, mags)
    # p(z) ~ z^2 exp(-(z / z0)^1.5): its median is 1.412 z0 (Baugh & Efstathiou 1993)
    redshift = np.interp(mag, _MEDIAN_MAG, _MEDIAN_REDSHIFT) / 1.412 * rng.gamma(2, size=len(row)) ** (2 / 3)
    redshift = np.clip(redshift, 0.002, 3.5)
    made = _galaxies(row, mag - _apparent(0.0, redshift), redshift, rng)
    return made.assign(**_anywhere(len(row), rng))


def _stars(n: int, rng: np.random.Generator) -> pd.DataFrame:
    density = np.exp(rng.uniform(*np.log(_STARS_PER_DEG2), n))
    row = np.repeat(np.arange(n), rng.poisson(density * _SQUARE_DEG2))
    bright, faint = 10 ** (_STAR_SLOPE * np.array(_STAR_MAG))
    mag = np.log10(rng.uniform(bright, faint, len(row))) / _STAR_SLOPE
    shape = {"half_light_arcsec": 0.0, "axis_ratio": 1.0, "pa_deg": 0.0, "bulge": 0.0, "redshift": 0.0}
    stars = pd.DataFrame({"row": row, "mag": mag, **shape, "is_star": True, "is_host": False})
    return stars.assign(**_anywhere(len(row), rng))


def _galaxies(row: NDArray, absolute: Floats, redshift: Floats, rng: np.random.Generator) -> pd.DataFrame:
    """Return galaxies of given luminosity and redshift, without places.

    Half-light radii of late types: Shen et al. 2003, MNRAS 343, 978, table 1, which are of the circle of equal area;
    smaller in the past. Discs are 0.2 thick and seen from anywhere.
    """
    n, brighter = len(row), 10 ** (-0.4 * (absolute + 20.91))
    log_kpc = -0.4 * 0.26 * absolute + (0.51 - 0.26) * np.log10(1 + brighter) - 1.71
    scatter = 0.27 + (0.45 - 0.27) / (1 + brighter**2)
    kpc = 10**log_kpc * np.exp(rng.normal(0, scatter)) * (1 + redshift) ** -0.75
    axis_ratio = np.sqrt(rng.random(n) ** 2 * (1 - 0.2**2) + 0.2**2)
    bulge = rng.beta(1.2, 3.0, n) * np.clip((-17 - absolute) / 4, 0, 1)
    return pd.DataFrame(
        {
            "row": row,
            "mag": _apparent(absolute, redshift),
            "redshift": redshift,
            "half_light_arcsec": _LARGER * kpc / np.sqrt(axis_ratio) / np.interp(redshift, _GRID, _KPC_PER_ARCSEC),
            "axis_ratio": axis_ratio,
            "pa_deg": rng.uniform(0, 180, n),
            "bulge": bulge,
            "is_star": False,
            "is_host": False,
        }
    )


def _apparent(absolute: Floats | float, redshift: Floats) -> Floats:
    """Return r magnitudes; the K correction of a late type is about its redshift (Chilingarian et al. 2010)."""
    return absolute + np.interp(redshift, _GRID, _MODULUS) + redshift


def _anywhere(n: int, rng: np.random.Generator) -> dict[str, Floats]:
    east, north = rng.uniform(-HALF_WIDTH_ARCSEC, HALF_WIDTH_ARCSEC, (2, n))
    return {"east_arcsec": east, "north_arcsec": north}
