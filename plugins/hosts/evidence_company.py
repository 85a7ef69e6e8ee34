"""What speaks for and against a candidate in the company of the others of its place."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.hosts.dlr import light_radius
from tom_alerce_like.plugins.hosts.evidence_alone import ellipse
from tom_alerce_like.plugins.hosts.places import Places, least
from tom_alerce_like.plugins.hosts.posterior import POSITION_ERR_ARCSEC

Floats = NDArray[np.float64]


def against_others(terms: dict[str, Floats], places: Places) -> dict[str, Floats]:
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


def in_company(candidates: pd.DataFrame, terms: dict[str, Floats], places: Places) -> dict[str, Floats]:
    """Return the nearest other candidate, and the larger one whose ellipse each lies deepest in."""
    first, second = _pairs(places)
    east, north = candidates["east_arcsec"].to_numpy(), candidates["north_arcsec"].to_numpy()
    mag = terms["mag_used"]
    a, b, pa = ellipse(candidates, mag)
    size = np.sqrt(a * b)
    along_east, along_north = east[first] - east[second], north[first] - north[second]
    apart = np.hypot(along_east, along_north)
    angle = np.degrees(np.arctan2(along_east, along_north))
    # of the first in units of the second's ellipse
    inside = apart / light_radius(
        np.hypot(a, POSITION_ERR_ARCSEC)[second], np.hypot(b, POSITION_ERR_ARCSEC)[second], pa[second], angle
    )
    nearest = least(first, inside, len(size))
    larger = size[second] > 1.5 * size[first]
    parent = least(first[larger], inside[larger], len(size))
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
