"""The host of a transient: its redshift, luminosity and size, and where in it the transient goes off."""

from __future__ import annotations

import numpy as np

from tom_alerce_like.plugins.hosts.simulate import galaxies
from tom_alerce_like.plugins.hosts.simulate.galaxies import Table

#: No host at all or one fainter than `FAINTEST_MAG`.
HOSTLESS_SHARE = 0.04
FAINTEST_MAG = 24.5
#: Hosts of 22 to 24.5 mag on top of what the redshifts give: more than there are, so that they can be learned.
FAINT_SHARE = 0.05
#: Galaxies of half-light radius 6 to 40 arcsec.
LARGE_SHARE = 0.004
#: Hosts of ALeRCE 2019-2022: median 0.119, 16 to 84 per cent 0.062 to 0.207, with a tail to 0.7.
REDSHIFT_MEDIAN, REDSHIFT_SPREAD, REDSHIFT_TAIL = 0.115, 0.55, 0.08
#: Hosts of the Bright Transient Survey: median -20.6, 5 per cent below -15.7.
LUMINOUS_SHARE, LUMINOUS, DWARF = 0.70, (-21.0, 0.75), (-18.5, 1.9)
#: Nuclear transients, transients beyond the light; the others follow an exponential disc.
NUCLEAR_SHARE, TAIL_SHARE = 0.08, 0.025
#: Error of the transient's place on each axis: median, and spread of its logarithm.
POSITION_ERR_ARCSEC, POSITION_ERR_SPREAD = 0.17, 0.4


def host(rng: np.random.Generator, large_share: float, faint_share: float) -> Table:
    """Return one host, placed so that the transient is at the origin; an empty table when there is none."""
    kind = rng.random()
    if kind < HOSTLESS_SHARE / 2:
        return {name: np.zeros(0) for name in galaxies.COLUMNS}
    redshift = np.array([_redshift(rng)])
    if kind < HOSTLESS_SHARE:
        return _around(rng, _galaxy(rng, rng.uniform(FAINTEST_MAG, 27.5, 1), redshift))
    if kind < HOSTLESS_SHARE + faint_share:
        return _around(rng, _galaxy(rng, rng.uniform(22.0, FAINTEST_MAG, 1), 1.5 * redshift))
    if kind < HOSTLESS_SHARE + faint_share + large_share:
        return _around(rng, _large(rng))
    mean, spread = LUMINOUS if rng.random() < LUMINOUS_SHARE else DWARF
    mag = rng.normal(mean, spread, 1) + galaxies.distance_modulus(redshift)
    return _around(rng, _galaxy(rng, np.where(mag > FAINTEST_MAG, rng.uniform(21, FAINTEST_MAG), mag), redshift))


def redshift_known(rng: np.random.Generator, host: Table) -> float:
    """Return what is known of a transient's redshift: for four in ten, to 0.001 or 0.005."""
    redshift = host["redshift"][0] if len(host["redshift"]) else _redshift(rng)
    return max(redshift + rng.normal(0, rng.choice([0.001, 0.005])), 0.001) if rng.random() < 0.4 else np.nan


def _redshift(rng: np.random.Generator) -> float:
    spread = 1.0 if rng.random() < REDSHIFT_TAIL else REDSHIFT_SPREAD
    return float(np.clip(REDSHIFT_MEDIAN * np.exp(spread * rng.standard_normal()), 0.004, 1.2))


def _galaxy(rng: np.random.Generator, mag: np.ndarray, redshift: np.ndarray) -> Table:
    absolute = mag - galaxies.distance_modulus(redshift)
    return galaxies.made(rng, mag, redshift, galaxies.is_early(rng, absolute), is_host=1.0)


def _large(rng: np.random.Generator) -> Table:
    """Return a nearby galaxy of given size: its magnitude follows from a mean surface brightness within that size."""
    radius, redshift = 6 * (40 / 6) ** rng.random(1), rng.uniform(0.002, 0.03, 1)
    mag = rng.normal(21.5, 0.9, 1).clip(19.5, 24.0) - 2.5 * np.log10(2 * np.pi * radius**2)
    table = _galaxy(rng, mag, redshift)
    return table | {"re_arcsec": radius, "bulge_size": np.minimum(table["bulge_size"], 0.35) * np.ones(1)}


def _around(rng: np.random.Generator, table: Table) -> Table:
    """Return the host displaced from the transient, which follows its light."""
    kind = rng.random()
    if kind < NUCLEAR_SHARE:
        radius = 0.0
    elif kind < NUCLEAR_SHARE + TAIL_SHARE:
        radius = table["re_arcsec"][0] * rng.uniform(2, 5)
    else:
        radius = table["re_arcsec"][0] / 1.678 * rng.gamma(2.0)
    along, angle = np.radians(table["pa_deg"][0]), rng.uniform(0, 2 * np.pi)
    major, minor = radius * np.cos(angle), radius * np.sin(angle) * table["axis_ratio"][0]
    error = POSITION_ERR_ARCSEC * np.exp(POSITION_ERR_SPREAD * rng.standard_normal()) * rng.standard_normal(2)
    east = major * np.sin(along) + minor * np.cos(along) + error[0]
    north = major * np.cos(along) - minor * np.sin(along) + error[1]
    return table | {"east_arcsec": np.array([east]), "north_arcsec": np.array([north])}
