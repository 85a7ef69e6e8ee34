"""What a survey's catalogue says of the sources: incomplete, noisy, confused about stars, and with shreds and blends.

Made like the Legacy Surveys': sources that look like points get no shape, whatever they are.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tom_alerce_like.plugins.hosts.simulate.sky import CATALOGUE_COLUMNS

Floats = NDArray[np.float64]

#: Half of the sources are found at this magnitude, less of what is spread over more than 2 arcsec; 5 sigma for a point.
_HALF_FOUND_MAG, _STEEPNESS_MAG, _DEPTH_MAG = 23.7, 0.2, 23.9
_BLEND_ARCSEC, _SHREDDED_ARCSEC = 0.9, 5.0
#: Point-like: what seems smaller than this, and some of what is up to 3 arcsec large (a bright nucleus).
_POINT_ARCSEC, _NUCLEUS = 0.13, 0.016
#: Share of galaxies with a spectroscopic redshift, and errors and outliers of the photometric ones, at magnitudes.
_REDSHIFT_MAG = np.array([17.0, 18.5, 19.5, 21.0, 23.0])
_SPECTRA = np.array([0.85, 0.5, 0.25, 0.08, 0.0])
_PHOTO_ERR = np.array([0.015, 0.02, 0.03, 0.06, 0.15])
_OUTLIERS = np.array([0.01, 0.015, 0.02, 0.05, 0.15])


def survey(sources: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the catalogue of the sources: ``row``, ``east_arcsec``, ``north_arcsec`` and `CATALOGUE_COLUMNS`."""
    seen = pd.concat([sources, _shreds(sources, rng)], ignore_index=True)
    seen = seen[_found(seen, rng)]
    seen = seen[_brightest_nearby(seen)].sort_values("row", kind="stable", ignore_index=True)
    noise = 10 ** (0.4 * (seen["mag"].to_numpy() - _DEPTH_MAG)) / 5 * np.hypot(1, seen["half_light_arcsec"] / 1.2)
    shapes = _shapes(seen, noise, rng)
    centroid = np.hypot(0.03, 0.6 * noise) + 0.01 * seen["half_light_arcsec"]
    columns = {
        "row": seen["row"],
        "east_arcsec": seen["east_arcsec"] + rng.normal(0, centroid),
        "north_arcsec": seen["north_arcsec"] + rng.normal(0, centroid),
        "id": [f"SIM{number}" for number in range(len(seen))],
        "mag_r": seen["mag"] + rng.normal(0, np.hypot(0.02, 1.086 * np.minimum(noise, 0.4))),
        **shapes,
        **_redshifts(seen, shapes["a_arcsec"] > 0, rng),
    }
    return pd.DataFrame(columns).reindex(columns=["row", "east_arcsec", "north_arcsec", *CATALOGUE_COLUMNS])


def _found(seen: pd.DataFrame, rng: np.random.Generator) -> NDArray[np.bool_]:
    spread = 1.25 * np.log10(1 + (seen["half_light_arcsec"] / 2) ** 2)
    # what is bright is found however large it is
    limit = _HALF_FOUND_MAG - np.minimum(spread, 1.5)
    return rng.random(len(seen)) < 1 / (1 + np.exp((seen["mag"] - limit) / _STEEPNESS_MAG))


def _shreds(sources: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return pieces of large galaxies that the survey takes for galaxies; they have their redshift."""
    large = sources[sources["half_light_arcsec"] > _SHREDDED_ARCSEC]
    pieces = rng.poisson(np.minimum(0.2 * large["half_light_arcsec"] * large["axis_ratio"], 12))
    shreds = large.loc[large.index.repeat(pieces)].reset_index(drop=True)
    n, half_light = len(shreds), shreds["half_light_arcsec"].to_numpy()
    radius, angle = rng.gamma(2, half_light / 1.678), rng.uniform(0, 2 * np.pi, n)
    along, across = radius * np.cos(angle), radius * np.sin(angle) * shreds["axis_ratio"].to_numpy()
    turn = np.radians(shreds["pa_deg"].to_numpy())
    shreds["east_arcsec"] += along * np.sin(turn) + across * np.cos(turn)
    shreds["north_arcsec"] += along * np.cos(turn) - across * np.sin(turn)
    shreds["mag"] += rng.uniform(2.5, 6, n)
    shreds["half_light_arcsec"] = half_light * rng.uniform(0.05, 0.25, n)
    return shreds.assign(axis_ratio=rng.uniform(0.3, 1, n), pa_deg=rng.uniform(0, 180, n), is_host=False)


def _brightest_nearby(seen: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which sources have no brighter one so close that both are seen as one."""
    # fields are set apart along a third axis
    place = seen[["east_arcsec", "north_arcsec"]].assign(apart=seen["row"] * 1e4).to_numpy()
    mag, kept = seen["mag"].to_numpy(), np.ones(len(seen), bool)
    pairs = cKDTree(place).query_pairs(_BLEND_ARCSEC, output_type="ndarray")
    kept[np.where(mag[pairs[:, 0]] > mag[pairs[:, 1]], pairs[:, 0], pairs[:, 1])] = False
    return kept


def _shapes(seen: pd.DataFrame, noise: Floats, rng: np.random.Generator) -> dict[str, Floats]:
    """Return half-light semi-axes, position angle and probability of being a star; points have no shape."""
    n, star, noise = len(seen), seen["is_star"].to_numpy(), np.asarray(noise)
    ratio = np.clip(seen["axis_ratio"] + rng.normal(0, 0.03 + noise, n), 0.1, 1).to_numpy()
    size = seen["half_light_arcsec"].to_numpy() * np.exp(rng.normal(0, 0.06 + 1.5 * np.minimum(noise, 0.3), n))
    # a star leaks into the galaxies where noise or a neighbour spreads it
    leaked = np.where(rng.random(n) < 0.01, rng.uniform(0.2, 0.6, n), 0)
    size = np.where(star, np.abs(rng.normal(0, 0.03 + 0.6 * noise, n)) + leaked, size)
    point = size * np.sqrt(ratio) + rng.normal(0, 0.03 + 0.3 * noise, n) < _POINT_ARCSEC
    point |= (size < 3) & (rng.random(n) < _NUCLEUS)
    turned = np.degrees(np.minimum(0.05 + noise, 1) / np.maximum(1 - ratio, 0.1))
    pa = np.where(star, rng.uniform(0, 180, n), seen["pa_deg"] + rng.normal(0, turned)) % 180
    # fainter than 21 ever more of the points are galaxies
    faintness = np.clip((seen["mag"].to_numpy() - 20) / 4, 0, 1)
    of_points = rng.beta(20 - 17 * faintness, 1 + 2 * faintness)
    of_others = rng.beta(1 + faintness, 30 - 20 * faintness)
    shape = {"a_arcsec": size, "b_arcsec": size * ratio, "pa_deg": pa}
    shape = {name: np.where(point, np.nan, values) for name, values in shape.items()}
    return {**shape, "p_star": np.where(point, of_points, of_others)}


def _redshifts(seen: pd.DataFrame, extended: NDArray[np.bool_], rng: np.random.Generator) -> dict[str, Floats]:
    """Return spectroscopic and photometric redshifts and their errors, of what looks like a galaxy."""
    n, mag, truth, star = (len(seen), *(seen[name].to_numpy() for name in ("mag", "redshift", "is_star")))
    share, scatter, outliers = (np.interp(mag, _REDSHIFT_MAG, values) for values in (_SPECTRA, _PHOTO_ERR, _OUTLIERS))
    has_spectrum = extended & ~star & (rng.random(n) < share)
    photo = truth + scatter * (1 + truth) * rng.normal(0, 1, n)
    photo = np.where((rng.random(n) < outliers) | star, rng.gamma(2, 0.25, n), photo)
    err = scatter * (1 + truth) * np.exp(rng.normal(0, 0.2, n))
    has_photo = extended & (mag < 23.5)
    return {
        "z_spec": np.where(has_spectrum, truth + rng.normal(0, 1e-4, n), np.nan),
        "z_spec_err": np.where(has_spectrum, 1e-4, np.nan),
        "z_phot": np.where(has_photo, np.maximum(photo, 0.001), np.nan),
        "z_phot_err": np.where(has_photo, err, np.nan),
    }
