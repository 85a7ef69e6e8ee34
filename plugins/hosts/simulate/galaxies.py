"""Which galaxies there are in a field: hosts, their companions and clusters, and those in front and behind.

Numbers from the literature: sizes by luminosity (Shen et al. 2003, MNRAS 343, 978); redshifts at a magnitude as
z**2 exp(-(z / z0)**1.5) (Efstathiou et al. 1991); counts in r as in the papers of the SDSS and of deep fields (Yasuda
et al. 2001, AJ 122, 1104; Metcalfe et al. 2001, MNRAS 323, 795). Hosts follow the redshifts of the hosts that ALeRCE's
astronomers chose and the absolute magnitudes of the hosts of the Bright Transient Survey.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.cosmology import distance_modulus_mag, kpc_per_arcsec

Floats = NDArray[np.float64]
Table = dict[str, Floats]

#: Columns of a table of sources; arcsec, r magnitudes (AB) and degrees. ``bulge_share`` of the light; ``re_arcsec``:
#: half-light semi-major axis of the disc; ``bulge_size``: the bulge's in units of the disc's; ``sersic`` of the bulge.
COLUMNS = (
    *("east_arcsec", "north_arcsec", "mag", "redshift", "re_arcsec", "axis_ratio", "pa_deg"),
    *("bulge_share", "bulge_size", "sersic", "is_star", "is_host"),
)
#: Half the side of the square of the sky around a transient that is filled with sources.
HALF_SIDE_ARCSEC = 90.0
#: Number of galaxies brighter than r per square degree (log10).
COUNT_MAG = np.array([13.0, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25])
COUNT_LOG = np.array([-0.9, 0.35, 0.95, 1.5, 2.05, 2.55, 3.02, 3.46, 3.87, 4.25, 4.62, 4.97])
#: Discs are larger than the half-light radius of disc and bulge together.
DISC = 1.17
#: Half of the galaxies of a magnitude lie below this redshift.
DEPTH_MAG, DEPTH_REDSHIFT = (
    np.array([13.0, 16, 18, 20, 22, 24, 25]),
    np.array([0.02, 0.06, 0.13, 0.26, 0.5, 0.75, 0.88]),
)


def distance_modulus(redshift: Floats) -> Floats:
    """Return apparent less absolute magnitude: distance modulus and, for the shifted band, 2.5 log10(1 + z)."""
    return distance_modulus_mag(redshift) + 2.5 * np.log10(1 + redshift)


def arcsec_per_kpc(redshift: Floats) -> Floats:
    """Return the angle under which a kiloparsec is seen."""
    return 1 / kpc_per_arcsec(redshift)


def made(rng: np.random.Generator, mag: Floats, redshift: Floats, early: Floats, is_host: float = 0.0) -> Table:
    """Return galaxies of given magnitudes and redshifts with sizes and shapes, at the origin."""
    n = len(mag)
    absolute = mag - distance_modulus(redshift)
    size = half_light_kpc(rng, absolute, early) * arcsec_per_kpc(redshift) * (1 + redshift) ** -0.6
    size *= np.where(rng.random(n) < 0.06, rng.uniform(1.6, 3.0, n), 1.0)  # low surface brightness
    inclined = np.hypot(rng.random(n), rng.uniform(0.1, 0.3, n)).clip(0.12, 1)
    axis_ratio = np.where(early > 0, rng.uniform(0.45, 1.0, n), inclined)
    size *= DISC / np.sqrt(np.maximum(axis_ratio, 0.5))  # the radii of the paper are those of circles of equal area
    bright_arcsec = 10 ** (-0.2 * (mag - 16.5))  # smaller ones would be stars of more than 16.5 mag in a square arcsec
    share = np.where(early > 0, rng.choice([0.6, 0.8, 1.0], n), np.maximum(rng.uniform(-0.3, 0.5, n), 0))
    return {
        "east_arcsec": np.zeros(n),
        "north_arcsec": np.zeros(n),
        "mag": mag,
        "redshift": redshift,
        "re_arcsec": np.clip(np.maximum(size, 0.35 * bright_arcsec), 0.08, 45.0),
        "axis_ratio": axis_ratio,
        "pa_deg": rng.uniform(0, 180, n),
        "bulge_share": share,
        "bulge_size": np.where(share == 1, 1.0, rng.uniform(0.15, 0.5, n)),
        "sersic": np.where(early > 0, 4.0, rng.choice([1.0, 2.0, 4.0], n)),
        "is_star": np.zeros(n),
        "is_host": np.full(n, is_host),
    }


def half_light_kpc(rng: np.random.Generator, absolute: Floats, early: Floats) -> Floats:
    """Return half-light radii (kpc) of galaxies of absolute magnitude M_r, with their scatter."""
    late = -1.71 - 0.4 * 0.26 * absolute + 0.25 * np.log10(1 + 10 ** (-0.4 * (absolute + 20.91)))
    elliptical = np.maximum(-0.4 * 0.60 * absolute - 4.63, -0.25 - 0.06 * (absolute + 18))
    scatter = np.where(early > 0, 0.30, 0.27 + 0.20 / (1 + 10 ** (-0.6 * (absolute + 20.5))))
    return 10 ** np.where(early > 0, elliptical, late) * np.exp(scatter * rng.standard_normal(len(absolute)))


def is_early(rng: np.random.Generator, absolute: Floats) -> Floats:
    """Return 1 where a galaxy is elliptical: a quarter of the luminous ones."""
    return (rng.random(len(absolute)) < np.interp(absolute, [-23.0, -21, -19, -16], [0.6, 0.3, 0.1, 0.05])).astype(
        float
    )


def counted(rng: np.random.Generator) -> Table:
    """Return the galaxies that happen to lie in a field, to r = 25."""
    density = 10 ** rng.normal(0.0, 0.12)  # fields differ, and so do the counts of authors
    expected = density * (2 * HALF_SIDE_ARCSEC / 3600) ** 2 * 10**COUNT_LOG
    n = rng.poisson(expected[-1])
    mag = np.interp(rng.random(n) * expected[-1], expected, COUNT_MAG)
    redshift = np.interp(mag, DEPTH_MAG, DEPTH_REDSHIFT) / 1.412 * rng.gamma(2.0, 1.0, n) ** (2 / 3) + 0.001
    table = made(rng, mag, redshift, is_early(rng, mag - distance_modulus(redshift)))
    return scattered(rng, table, HALF_SIDE_ARCSEC)


def companions(rng: np.random.Generator, host: Table) -> Table:
    """Return the galaxies at a host's redshift: one or two neighbours, sometimes a merger, sometimes a cluster."""
    number = rng.choice([0, 1, 2], p=[0.65, 0.25, 0.10])
    members = rng.integers(6, 35) if rng.random() < 0.04 else 0
    mag = np.concatenate(
        [host["mag"] + rng.normal(1.2, 1.2, number), host["mag"] + rng.exponential(2.2, members) - 0.4]
    )
    mag = mag[mag < 25]
    number, members = min(number, len(mag)), max(0, len(mag) - number)
    redshift = host["redshift"] * np.ones(len(mag)) + rng.normal(0, 0.001, len(mag))
    early = np.concatenate(
        [is_early(rng, mag[:number] - distance_modulus(redshift[:number])), rng.random(members) < 0.8]
    )
    table = made(rng, mag, np.maximum(redshift, 0.001), early)
    kpc = arcsec_per_kpc(np.maximum(host["redshift"], 0.005))
    far = host["re_arcsec"] * rng.uniform(0.8, 6.0, number) + kpc * rng.exponential(15.0, number)
    spread = kpc * rng.gamma(2.0, 120.0, members)
    middle = rng.normal(0, 60, 2) * kpc
    angle = rng.uniform(0, 2 * np.pi, len(mag))
    distance = np.concatenate([far, spread])
    for name, cluster, way in (("east_arcsec", middle[0], np.sin(angle)), ("north_arcsec", middle[1], np.cos(angle))):
        table[name] = host[name] + distance * way + np.concatenate([np.zeros(number), np.full(members, cluster)])
    return table


def scattered(rng: np.random.Generator, table: Table, half_side_arcsec: float) -> Table:
    """Return the sources at random places of a square."""
    n = len(table["mag"])
    east, north = rng.uniform(-half_side_arcsec, half_side_arcsec, (2, n))
    return table | {"east_arcsec": east, "north_arcsec": north}


def joined(*tables: Table) -> Table:
    """Return one table of all."""
    return {name: np.concatenate([table[name] for table in tables]) for name in COLUMNS}
