"""What speaks for and against each candidate, and for none: numbers, each with a meaning of its own.

Offsets are in units of the galaxy's half-light ellipse in the transient's direction (Sullivan et al. 2006, Gupta et
al. 2016). ``path`` weighs them against the number of galaxies as bright as this one, as Aggarwal et al. 2021 (ApJ 911,
95) do; ``log_chance`` is the number expected that near by chance (Bloom et al. 2002, AJ 123, 1111).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.cosmology import distance_modulus_mag
from tom_alerce_like.plugins.hosts.brightness import completed_mag
from tom_alerce_like.plugins.hosts.dlr import completed, light_radius
from tom_alerce_like.plugins.hosts.places import Places
from tom_alerce_like.plugins.hosts.population import log_density, log_redshift_density, typical_redshift
from tom_alerce_like.plugins.hosts.posterior import POSITION_ERR_ARCSEC, profile
from tom_alerce_like.plugins.hosts.posterior import UNKNOWN_SIZE_ARCSEC as SHALLOW_SIZE_ARCSEC

if TYPE_CHECKING:
    from tom_alerce_like.plugins.hosts.heatmap.map import Map

Floats = NDArray[np.float64]

#: Semi-axis of a source whose size a deep list does not give.
UNKNOWN_SIZE_ARCSEC = 0.6
#: A few transients are in the outskirts: their part, and how much further out they are.
OUTSKIRTS, OUTSKIRTS_SCALE = 0.04, 2.0
#: Candidates further out than this, in half-light radii, are not considered, nor are more of them at a place.
REACH, MOST = 16.0, 24
#: The same where only shallow catalogues list them, which do not see where a galaxy ends.
SHALLOW_REACH = 30.0
#: Least error of a redshift that is compared with the transient's, and the part of photometric ones that are wrong.
REDSHIFT_ERR, OUTLIERS = 0.003, 0.08

#: Terms of a candidate. All are NaN where what they need is not known.
TERMS = (
    *("log_offset", "dlr", "log_dlr", "log_offset_arcsec", "mag_used", "log_density", "log_chance", "path"),
    *("log_a", "axis_ratio", "surface_brightness", "p_star", "compactness", "log_snr", "image_dlr"),
    *("log_map", "map_mass", "log_redshift_ratio", "redshift_pull", "absolute_mag", "host_absolute_mag"),
    *("host_redshift_ratio", "log_redshift_err"),
    *("path_lead", "path_share", "path_rank", "near_rank", "dlr_lead", "mag_lead", "map_lead"),
    *("neighbour_dlr", "neighbour_mag", "parent_dlr", "parent_mag", "parent_size", "image_parent_dlr"),
)
#: What is known of a candidate, 0 or 1.
FLAGS = ("in_catalogue", "in_image", "in_both", "has_mag", "has_size", "has_p_star", "has_spec", "has_photo")
#: Terms of a place: of the hypothesis that no candidate is the host.
PLACE_TERMS = (
    *("has_image", "has_catalogue", "depth_mag", "image_depth_mag", "log_count", "log_count_near", "path_sum"),
    *(
        "path_max",
        "dlr_min",
        "offset_min",
        "mag_best",
        "map_none",
        "map_max",
        "map_left",
        "has_redshift",
        "log_redshift",
    ),
    *("faintest_absolute_mag", "p_star_best", "chance_min", "snr_near"),
)


@dataclass(frozen=True)
class Evidence:
    """``candidates``: the plausible ones, sorted by place, with `TERMS`, `FLAGS`, offset_arcsec and offset_deg (from
    the candidate to the transient, north through east). ``places``: a row a place, `PLACE_TERMS`."""

    candidates: pd.DataFrame
    places: pd.DataFrame


def weighed(
    candidates: pd.DataFrame,
    redshift: Floats,
    redshift_err: Floats,
    depth_mag: Floats,
    has_image: NDArray[np.bool_],
    seen: Map | None,
) -> Evidence:
    """Return the evidence about candidates of `candidates.merged`.

    ``redshift`` (n,) and its error: of the transients, NaN where unknown. ``depth_mag`` (n,): of the deepest catalogue,
    NaN without one. ``has_image`` (n,). ``seen``: the probability map of the places with images, in their order.
    """
    n = len(redshift)
    mag, image_depth = completed_mag(candidates, n)
    terms = _alone(candidates, mag, redshift, redshift_err)
    reach = np.where(candidates["is_deep"], REACH, SHALLOW_REACH)
    plausible = _plausible(terms, reach, candidates["row"].to_numpy(), n)
    of_old = np.full(len(candidates) + 1, -1)
    of_old[plausible] = np.arange(len(plausible))
    everything = Places(candidates["row"].to_numpy(), n)
    count_near = everything.sum((terms["offset_arcsec"] < 10).astype(float))
    candidates = candidates.iloc[plausible].reset_index(drop=True)
    candidates["image_parent"] = of_old[candidates["image_parent"].to_numpy()]
    terms = {name: values[plausible] for name, values in terms.items()}
    places = Places(candidates["row"].to_numpy(), n)
    terms |= _on_map(candidates, terms, seen, has_image)
    terms |= _against_others(terms, places)
    terms |= _in_company(candidates, terms, places)
    table = candidates.assign(**terms, **_flags(candidates))
    return Evidence(
        table,
        _of_places(table, places, everything.count, count_near, redshift, depth_mag, image_depth, has_image, seen),
    )


def _alone(candidates: pd.DataFrame, mag: Floats, redshift: Floats, redshift_err: Floats) -> dict[str, Floats]:
    """Return what is said of each candidate by itself."""
    row = candidates["row"].to_numpy()
    east, north = candidates["east_arcsec"].to_numpy(), candidates["north_arcsec"].to_numpy()
    apart, angle = np.hypot(east, north), np.degrees(np.arctan2(-east, -north)) % 360
    a, b, pa = _ellipse(candidates)
    wide_a, wide_b = np.hypot(a, POSITION_ERR_ARCSEC), np.hypot(b, POSITION_ERR_ARCSEC)
    dlr = apart / light_radius(wide_a, wide_b, pa, angle)
    axes = candidates["image_a_arcsec"], candidates["image_b_arcsec"], candidates["image_pa_deg"]
    image_a, image_b, image_pa = completed(axes[0], axes[1], axes[2], np.nan)
    p_star = candidates["p_star"].to_numpy(float)
    log_offset = np.log((1 - OUTSKIRTS) * profile(dlr) + OUTSKIRTS * profile(dlr, OUTSKIRTS_SCALE))
    log_offset = np.maximum(log_offset, -30) - np.log(np.pi * wide_a * wide_b)
    counts = log_density(np.where(np.isfinite(mag), mag, 23.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        made = {
            "offset_arcsec": apart,
            "offset_deg": angle,
            "log_offset": log_offset,
            "dlr": dlr,
            "log_dlr": np.log(dlr + 0.05),
            "log_offset_arcsec": np.log(apart + 0.1),
            "mag_used": mag,
            "log_density": counts,
            "log_chance": counts + np.log(np.pi) + 2 * np.log(np.maximum(apart, np.sqrt(wide_a * wide_b))),
            "path": log_offset - counts + np.log1p(-np.minimum(np.nan_to_num(p_star), 0.999)),
            "half_light_arcsec": wide_a,
            "log_a": np.log(wide_a),
            "axis_ratio": b / a,
            "surface_brightness": mag + 2.5 * np.log10(wide_a * wide_b),
            "log_snr": np.log(candidates["snr"].to_numpy(float)),
            "image_dlr": apart / light_radius(image_a, image_b, image_pa, angle),
        }
    return made | _distance(candidates, mag, redshift[row], np.nan_to_num(redshift_err[row]))


def _ellipse(candidates: pd.DataFrame) -> tuple[Floats, ...]:
    unknown = np.where(candidates["is_deep"], UNKNOWN_SIZE_ARCSEC, SHALLOW_SIZE_ARCSEC)
    return completed(candidates["a_arcsec"], candidates["b_arcsec"], candidates["pa_deg"], unknown)


def _distance(candidates: pd.DataFrame, mag: Floats, at: Floats, at_err: Floats) -> dict[str, Floats]:
    """Return how redshift and brightness agree with the transient's redshift, and the host's own luminosity."""
    host, is_spec = candidates["redshift"].to_numpy(float), candidates["redshift_kind"].to_numpy(str) == "spec"
    host = np.where(host > 0, host, np.nan)
    err = candidates["redshift_err"].to_numpy(float)
    err = np.where(err > 0, err, np.where(is_spec, 0.0, 0.05 * (1 + host)))
    wide = np.hypot(np.maximum(err, np.where(is_spec, 0.0, 0.02)), np.hypot(at_err, REDSHIFT_ERR * (1 + host)))
    random = log_redshift_density(at, mag)
    near = np.exp(-0.5 * ((at - host) / wide) ** 2) / (wide * np.sqrt(2 * np.pi))
    wrong = np.where(is_spec, 0.01, OUTLIERS)
    ratio = np.log((1 - wrong) * near + wrong * np.exp(random)) - random
    return {
        "log_redshift_ratio": np.clip(ratio, -6, 6),
        "redshift_pull": np.clip(np.abs(at - host) / wide, 0, 8),
        "absolute_mag": mag - distance_modulus_mag(np.where(at > 0, at, np.nan)),
        "host_absolute_mag": mag - distance_modulus_mag(np.clip(host, 1e-3, 5)),
        "host_redshift_ratio": np.log(host / typical_redshift(mag)),
        "log_redshift_err": np.log(wide),
    }


def _plausible(terms: dict[str, Floats], reach: Floats, row: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    near = np.flatnonzero(terms["dlr"] < reach)
    places = Places(row[near], n)
    return near[places.rank(terms["path"][near]) < MOST]


def _on_map(
    candidates: pd.DataFrame, terms: dict[str, Floats], seen: Map | None, has_image: NDArray[np.bool_]
) -> dict[str, Floats]:
    row = candidates["row"].to_numpy()
    log_map, mass = np.full(len(row), np.nan), np.full(len(row), np.nan)
    if seen is not None and len(seen):
        on = np.flatnonzero(has_image[row])
        field = (np.cumsum(has_image) - 1)[row[on]]
        east, north = (candidates[name].to_numpy()[on] for name in ("east_arcsec", "north_arcsec"))
        log_map[on] = seen.density(field, east, north)
        radius = np.maximum(0.75, 0.05 * terms["offset_arcsec"][on])
        mass[on] = np.log(seen.mass(field, east, north, radius) + 1e-5)
    return {"log_map": log_map, "map_mass": mass}


def _against_others(terms: dict[str, Floats], places: Places) -> dict[str, Floats]:
    """Return how each candidate compares with the best other one of its place."""
    path, mag = terms["path"], np.nan_to_num(terms["mag_used"], nan=25.0)
    mass = np.nan_to_num(terms["map_mass"], nan=-11.5)
    return {
        "path_lead": np.clip(path - places.best_other(path, -10.0), -15, 15),
        "path_share": np.maximum(path - places.log_sum(path)[places.row], -15),
        "path_rank": np.minimum(places.rank(path), 6).astype(float),
        "near_rank": np.minimum(places.rank(-terms["offset_arcsec"]), 6).astype(float),
        "dlr_lead": np.clip(terms["log_dlr"] + places.best_other(-terms["log_dlr"], -3.0), -5, 5),
        "mag_lead": np.clip(mag + places.best_other(-mag, -25.0), -8, 8),
        "map_lead": np.where(np.isfinite(terms["map_mass"]), mass - places.best_other(mass, -11.5), np.nan),
    }


def _in_company(candidates: pd.DataFrame, terms: dict[str, Floats], places: Places) -> dict[str, Floats]:
    """Return the nearest other candidate, and the larger one whose ellipse each lies deepest in."""
    first, second = _pairs(places)
    east, north = candidates["east_arcsec"].to_numpy(), candidates["north_arcsec"].to_numpy()
    a, b, pa = _ellipse(candidates)
    size, mag = np.sqrt(a * b), terms["mag_used"]
    along_east, along_north = east[first] - east[second], north[first] - north[second]
    apart = np.hypot(along_east, along_north)
    angle = np.degrees(np.arctan2(along_east, along_north))
    # of the first in units of the second's ellipse
    inside = apart / light_radius(
        np.hypot(a, POSITION_ERR_ARCSEC)[second], np.hypot(b, POSITION_ERR_ARCSEC)[second], pa[second], angle
    )
    nearest = _argmin(first, inside, len(size))
    larger = size[second] > 1.5 * size[first]
    parent = _argmin(first[larger], inside[larger], len(size))
    made = {}
    for name, best, chosen, depths in (
        ("neighbour", nearest, second, inside),
        ("parent", parent, second[larger], inside[larger]),
    ):
        has = best >= 0
        other = chosen[best[has]]
        made[f"{name}_dlr"] = np.full(len(size), 6.0)
        made[f"{name}_dlr"][has] = np.minimum(depths[best[has]], 6.0)
        made[f"{name}_mag"] = np.full(len(size), np.nan)
        made[f"{name}_mag"][has] = np.clip(mag[has] - mag[other], -8, 8)
        if name == "parent":
            made["parent_size"] = np.zeros(len(size))
            made["parent_size"][has] = np.log(size[other] / size[has])
            made["parent"] = np.full(len(size), -1)
            made["parent"][has] = other
    of_image = candidates["image_parent"].to_numpy()
    made["image_parent_dlr"] = np.where(of_image >= 0, np.minimum(terms["dlr"][of_image], 6.0), np.nan)
    return made


def _pairs(places: Places) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return all ordered pairs of different candidates of one place."""
    per_row = places.count[places.row]
    first = np.repeat(np.arange(len(places.row)), per_row)
    start = np.cumsum(per_row) - per_row
    second = np.arange(len(first)) - np.repeat(start - places.first[places.row], per_row)
    differ = first != second
    return first[differ], second[differ]


def _argmin(group: NDArray[np.int64], values: Floats, n: int) -> NDArray[np.int64]:
    """Return for each of n groups the number of its smallest value, -1 without one."""
    order = np.lexsort((values, group))
    groups, at = np.unique(group[order], return_index=True)
    made = np.full(n, -1)
    made[groups] = order[at]
    return made


def _flags(candidates: pd.DataFrame) -> dict[str, Floats]:
    kind, in_catalogue = candidates["redshift_kind"].to_numpy(str), candidates["in_catalogue"].to_numpy()
    in_image, known = np.isfinite(candidates["snr"].to_numpy()), np.isfinite(candidates["redshift"].to_numpy())
    made = {
        "in_image": in_image,
        "in_both": in_catalogue & in_image,
        "has_mag": np.isfinite(candidates["mag"]),
        "has_size": candidates["a_arcsec"] > 0,
        "has_p_star": np.isfinite(candidates["p_star"]),
        "has_spec": known & (kind == "spec"),
        "has_photo": known & (kind != "spec"),
    }
    return {name: np.asarray(values, float) for name, values in made.items()}


def _of_places(
    table: pd.DataFrame,
    places: Places,
    count: NDArray[np.int64],
    count_near: Floats,
    redshift: Floats,
    depth_mag: Floats,
    image_depth: Floats,
    has_image: NDArray[np.bool_],
    seen: Map | None,
) -> pd.DataFrame:
    n = len(redshift)
    column = {name: table[name].to_numpy(float) for name in (*TERMS, "offset_arcsec")}
    best = _argmin(places.row, -column["path"], n)

    def of_best(name: str) -> Floats:
        values = np.full(n, np.nan)
        values[best >= 0] = column[name][best[best >= 0]]
        return values

    known = redshift > 0
    map_none, map_mass = np.full(n, np.nan), np.full(n, np.nan)
    if seen is not None and len(seen):
        map_none[has_image] = np.log(seen.none + 1e-5)
        with np.errstate(over="ignore"):
            caught = places.sum(np.exp(np.nan_to_num(column["map_mass"], nan=-11.5)))
        map_mass[has_image] = np.log(np.clip(1 - seen.none - caught[has_image], 1e-4, 1))
    return pd.DataFrame(
        {
            "has_image": has_image.astype(float),
            "has_catalogue": np.isfinite(depth_mag).astype(float),
            "depth_mag": depth_mag,
            "image_depth_mag": image_depth,
            "log_count": np.log1p(count),
            "log_count_near": np.log1p(count_near),
            "path_sum": np.maximum(places.log_sum(column["path"]), -10),
            "path_max": np.maximum(places.max(column["path"]), -10),
            "dlr_min": np.minimum(places.min(column["dlr"]), REACH),
            "offset_min": np.log(np.minimum(places.min(column["offset_arcsec"]), 60) + 0.1),
            "mag_best": of_best("mag_used"),
            "map_none": map_none,
            "map_max": places.max(np.nan_to_num(column["map_mass"], nan=-11.5), -11.5) * np.where(has_image, 1, np.nan),
            "map_left": map_mass,
            "has_redshift": known.astype(float),
            "log_redshift": np.log(np.where(known, redshift, np.nan)),
            "faintest_absolute_mag": np.fmax(depth_mag, image_depth)
            - distance_modulus_mag(np.where(known, redshift, np.nan)),
            "p_star_best": of_best("p_star"),
            "chance_min": np.minimum(places.min(column["log_chance"]), 2),
            "snr_near": of_best("log_snr"),
        }
    )
