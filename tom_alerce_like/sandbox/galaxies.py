"""The simulated galaxy catalogue: hosts, and field galaxies around them, in the columns of GLADE+.

Sizes and magnitudes follow one rough relation (isophotal radius 10 kpc at M_B = -20), enough to exercise host
association; they are no model of a galaxy population.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tom_alerce_like.sandbox.photometry import distance_modulus_mag
from tom_alerce_like.sandbox.sky import shifted

ARCSEC_PER_RADIAN = 206264.8
#: What GLADE+ calls "not measured here" is empty in these columns.
NAMES = ("PGC", "GWGC", "HyperLEDA", "2MASS", "WISExSCOS")
COLUMNS = (
    *("glade_id", *NAMES, "ra_deg", "dec_deg", "dist_mpc", "b_mag"),
    *("log_d25_0p1arcmin", "log_r25", "pa_deg", "z", "z_err", "Type"),
)


def draw(ra_deg: np.ndarray, dec_deg: np.ndarray, z: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Return galaxies with sizes, shapes and magnitudes at given positions and redshifts."""
    n = len(z)
    modulus = distance_modulus_mag(z)
    distance_mpc = 10 ** (modulus / 5 - 5)
    radius_kpc = 10 * np.exp(rng.normal(0, 0.35, n))
    radius_arcsec = radius_kpc / (distance_mpc * 1000) * (1 + z) ** 2 * ARCSEC_PER_RADIAN
    return pd.DataFrame(
        {
            "ra_deg": ra_deg,
            "dec_deg": dec_deg,
            "dist_mpc": distance_mpc,
            "b_mag": -20 - 5 * np.log10(radius_kpc / 10) + rng.normal(0, 0.4, n) + modulus,
            "log_d25_0p1arcmin": np.log10(2 * radius_arcsec / 6),
            "log_r25": rng.uniform(0, 0.5, n),
            "pa_deg": rng.uniform(0, 180, n),
            "z": z,
            "z_err": np.full(n, 5e-4),
        }
    )


def semi_axes_arcsec(galaxy: pd.Series) -> tuple[float, float]:
    """Return the isophotal semi-axes of a row."""
    major = 10 ** galaxy["log_d25_0p1arcmin"] * 6 / 2
    return major, major / 10 ** galaxy["log_r25"]


def host(ra_deg: float, dec_deg: float, z: float, rng: np.random.Generator, *, nuclear: bool) -> pd.DataFrame:
    """Return the galaxy of a transient: its centre lies ``d`` directional light radii away, d half-normal."""
    galaxy = draw(np.array([ra_deg]), np.array([dec_deg]), np.array([z]), rng)
    major, minor = semi_axes_arcsec(galaxy.iloc[0])
    angle = rng.uniform(0, 2 * np.pi)
    light_radius = major * minor / np.hypot(major * np.sin(angle), minor * np.cos(angle))
    offset = rng.normal(0, 0.05) if nuclear else light_radius * min(abs(rng.normal(0, 0.55)), 2.0)
    direction = np.radians(galaxy["pa_deg"].iloc[0]) + angle
    galaxy["ra_deg"], galaxy["dec_deg"] = shifted(
        galaxy["ra_deg"], galaxy["dec_deg"], -offset * np.sin(direction), -offset * np.cos(direction)
    )
    return galaxy


def field(ra_deg: np.ndarray, dec_deg: np.ndarray, rng: np.random.Generator, per_place: float = 15) -> pd.DataFrame:
    """Return unrelated galaxies within half a degree of each place, Poisson in number."""
    index = np.repeat(np.arange(len(ra_deg)), rng.poisson(per_place, len(ra_deg)))
    radius, angle = 1800 * np.sqrt(rng.random(len(index))), rng.uniform(0, 2 * np.pi, len(index))
    ra, dec = shifted(ra_deg[index], dec_deg[index], radius * np.cos(angle), radius * np.sin(angle))
    return draw(ra, dec, rng.gamma(3, 0.035, len(index)) + 0.004, rng)


def catalogue(galaxies: pd.DataFrame) -> pd.DataFrame:
    """Return the galaxies in the columns and types of GLADE+, named SIMJ... so that nobody takes them for real."""
    table = galaxies.reset_index(drop=True)
    table["glade_id"] = pd.array(range(900_000_001, 900_000_001 + len(table)), dtype="Int64")
    for name in NAMES:
        table[name] = pd.Series([None] * len(table), dtype="str")
    table["HyperLEDA"] = [
        f"SIMJ{ra:09.5f}{dec:+09.5f}" for ra, dec in zip(table["ra_deg"], table["dec_deg"], strict=True)
    ]
    table["Type"] = "G"
    wide = table.select_dtypes("float64").columns.difference(["ra_deg", "dec_deg"])
    return table.astype(dict.fromkeys(wide, "float32"))[list(COLUMNS)]


def write(galaxies: pd.DataFrame, path: str | Path) -> None:
    """Write the catalogue as parquet."""
    catalogue(galaxies).to_parquet(path, index=False)
