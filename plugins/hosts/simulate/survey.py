"""The habits of a survey, and what it measures: places, magnitudes, shapes, star probabilities and redshifts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tom_alerce_like.plugins.hosts.simulate.galaxies import Floats, Table

#: Shares of surveys without star probabilities, sizes or photometric redshifts.
NO_P_STAR_SHARE, NO_SIZE_SHARE, NO_Z_PHOT_SHARE = 0.08, 0.08, 0.15
#: Shares of surveys that say star or galaxy only (0 or 1), and that give no shape to what they take for a star.
YES_OR_NO_SHARE, POINTS_SHAPELESS_SHARE = 0.3, 0.4
OUTLIERS = (0.02, 0.08)
SHAPES = ("a_arcsec", "b_arcsec", "pa_deg")


@dataclass(frozen=True)
class Survey:
    """The habits of one survey: depth and seeing, errors, and what it lacks."""

    depth_mag: float
    seeing_arcsec: float
    size_error: float
    leakage: float
    galaxies_vanish: bool
    z_phot_error: float
    z_phot_outliers: float
    z_spec_mag: float
    lacks: tuple[bool, ...]
    yes_or_no: bool
    points_shapeless: bool


def survey(rng: np.random.Generator) -> Survey:
    """Return a random survey."""
    lacks = rng.random(3) < [NO_P_STAR_SHARE, NO_SIZE_SHARE, NO_Z_PHOT_SHARE]
    return Survey(
        depth_mag=rng.uniform(22.5, 24.5),
        seeing_arcsec=rng.uniform(0.7, 1.6),
        size_error=rng.uniform(0.05, 0.25),
        leakage=rng.uniform(0.005, 0.04),
        galaxies_vanish=bool(rng.random() < 0.5),
        z_phot_error=rng.uniform(0.03, 0.10),
        z_phot_outliers=rng.uniform(*OUTLIERS),
        z_spec_mag=rng.choice([17.0, 17.7, 19.5, 20.5]),
        lacks=tuple(bool(lack) for lack in lacks),
        yes_or_no=bool(rng.random() < YES_OR_NO_SHARE),
        points_shapeless=bool(rng.random() < POINTS_SHAPELESS_SHARE),
    )


def measured(rng: np.random.Generator, table: Table, habits: Survey) -> Table:
    """Return what the survey measures of the sources that it lists."""
    n = len(table["mag"])
    noise = 0.2 * 10 ** (0.4 * np.minimum(table["mag"] - habits.depth_mag, 1.0))  # one over signal to noise
    size = np.where(table["is_star"] > 0, 0.0, half_light_arcsec(table))
    spread = 0.02 + 0.5 * noise * np.hypot(habits.seeing_arcsec, 0.5 * size) + 0.01 * size
    columns = {
        "east_arcsec": table["east_arcsec"] + spread * rng.standard_normal(n),
        "north_arcsec": table["north_arcsec"] + spread * rng.standard_normal(n),
        "mag_r": table["mag"] + np.hypot(0.02 + 0.02 * (size > 3), noise) * rng.standard_normal(n),
    }
    columns |= _shapes(rng, table, size, noise, habits)
    columns["p_star"] = _p_star(rng, table, size, noise, habits)
    if habits.points_shapeless:
        columns |= {name: np.where(columns["p_star"] > 0.5, np.nan, columns[name]) for name in SHAPES}
    if habits.yes_or_no:
        columns["p_star"] = np.rint(columns["p_star"])
    columns |= _redshifts(rng, table, noise, habits)
    for lacks, names in zip(habits.lacks, (("p_star",), SHAPES, ("z_phot", "z_phot_err")), strict=True):
        if lacks:
            columns |= {name: np.full(n, np.nan) for name in names}
    return columns


def half_light_arcsec(table: Table) -> Floats:
    """Return half-light semi-major axes of bulge and disc together, roughly: their mean weighted by light."""
    return table["re_arcsec"] * (1 + table["bulge_share"] * (table["bulge_size"] - 1))


def _shapes(rng: np.random.Generator, table: Table, size: Floats, noise: Floats, habits: Survey) -> Table:
    """Return half-light semi-axes and angles: what is left after the seeing is taken off, with errors."""
    n = len(size)
    error = np.hypot(habits.size_error, noise * (1 + habits.seeing_arcsec / np.maximum(size, 0.1)))
    a = size * np.exp(np.minimum(error, 1.0) * rng.standard_normal(n))
    unresolved = 0.15 * habits.seeing_arcsec
    a = np.hypot(a, unresolved * np.abs(rng.standard_normal(n)))
    round_off = np.minimum(noise * 2 + 0.05, 0.5) * rng.standard_normal((2, n))
    ellipticity = (1 - table["axis_ratio"]) / (1 + table["axis_ratio"])
    turn = np.radians(2 * table["pa_deg"])
    e1, e2 = ellipticity * np.cos(turn) + round_off[0], ellipticity * np.sin(turn) + round_off[1]
    length = np.minimum(np.hypot(e1, e2), 0.85)
    return {
        "a_arcsec": a,
        "b_arcsec": a * (1 - length) / (1 + length),
        "pa_deg": np.degrees(np.arctan2(e2, e1)) / 2 % 180,
    }


def _p_star(rng: np.random.Generator, table: Table, size: Floats, noise: Floats, habits: Survey) -> Floats:
    """Return star probabilities: from how much wider than a point a source looks, and how well that is known."""
    wider = size / (0.25 * habits.seeing_arcsec)
    blur = 0.3 + 3 * noise
    score = (1.0 - wider + blur * rng.standard_normal(len(size))) / blur
    leaking = (table["is_star"] > 0) & (rng.random(len(size)) < habits.leakage)
    score = np.where(leaking, -np.abs(score), score)
    return 1 / (1 + np.exp(-np.clip(2.5 * score, -8, 8)))


def _redshifts(rng: np.random.Generator, table: Table, noise: Floats, habits: Survey) -> Table:
    n, redshift = len(noise), table["redshift"]
    galaxy = (table["is_star"] == 0) & (table.get("is_shred", np.zeros(n)) == 0)
    chance = 0.75 / (1 + np.exp((table["mag"] - habits.z_spec_mag) / 0.3)) + 0.01 * (table["mag"] < 22)
    spec = galaxy & (rng.random(n) < chance)
    error = habits.z_phot_error * (0.5 + np.minimum(3 * noise, 1.5)) * (1 + redshift)
    guess = np.abs(redshift + error * rng.standard_normal(n))
    guess = np.where(rng.random(n) < habits.z_phot_outliers, 1.3 * rng.random(n), guess)
    guess = np.where(galaxy, guess, np.abs(rng.normal(0.3, 0.25, n)))
    return {
        "z_spec": np.where(spec, redshift + 1e-4 * rng.standard_normal(n), np.nan),
        "z_spec_err": np.where(spec, 1e-4, np.nan),
        "z_phot": np.where(table["mag"] < habits.depth_mag, guess, np.nan),
        "z_phot_err": np.where(table["mag"] < habits.depth_mag, error * rng.uniform(0.7, 1.3, n), np.nan),
    }
