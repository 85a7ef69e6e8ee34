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

from tom_alerce_like.plugins.hosts.brightness import completed_mag
from tom_alerce_like.plugins.hosts.evidence_alone import alone, flags
from tom_alerce_like.plugins.hosts.evidence_company import against_others, in_company
from tom_alerce_like.plugins.hosts.evidence_place import FURTHEST, of_places
from tom_alerce_like.plugins.hosts.places import Places

if TYPE_CHECKING:
    from tom_alerce_like.plugins.hosts.heatmap.map import Map

Floats = NDArray[np.float64]

#: What only an image shows must stand out of its noise by so much: fainter hosts count as undetected.
LEAST_SNR = 4.0
#: Candidates further out than this, in half-light radii, are not considered, nor are more of them at a place.
REACH, MOST = FURTHEST, 24
#: The same where only shallow catalogues list them, which do not see where a galaxy ends.
SHALLOW_REACH = 30.0
#: Where a deep list does not tell the size those this near are considered as well.
UNKNOWN_REACH_ARCSEC = 30.0

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
    terms = alone(candidates, mag, redshift, redshift_err)
    plausible = _plausible(candidates, terms, n)
    of_old = np.full(len(candidates) + 1, -1)
    of_old[plausible] = np.arange(len(plausible))
    everything = Places(candidates["row"].to_numpy(), n)
    count_near = everything.sum((terms["offset_arcsec"] < 10).astype(float))
    candidates = candidates.iloc[plausible].reset_index(drop=True)
    candidates["image_parent"] = of_old[candidates["image_parent"].to_numpy()]
    terms = {name: values[plausible] for name, values in terms.items()}
    places = Places(candidates["row"].to_numpy(), n)
    terms |= _on_map(candidates, terms, seen, has_image)
    terms |= against_others(terms, places)
    terms |= in_company(candidates, terms, places)
    table = candidates.assign(**terms, **flags(candidates))
    return Evidence(
        table,
        of_places(table, places, everything.count, count_near, redshift, depth_mag, image_depth, has_image, seen),
    )


def _plausible(candidates: pd.DataFrame, terms: dict[str, Floats], n: int) -> NDArray[np.int64]:
    """Return the numbers of the candidates that are considered."""
    is_deep, p_star = candidates["is_deep"].to_numpy(bool), candidates["p_star"].to_numpy(float)
    unknown = is_deep & ~(candidates["a_arcsec"].to_numpy(float) > 0) & ~(p_star > 0.5)
    near = terms["dlr"] < np.where(is_deep, REACH, SHALLOW_REACH)
    blob = ~candidates["in_catalogue"].to_numpy(bool) & (candidates["snr"].to_numpy(float) < LEAST_SNR)
    chosen = np.flatnonzero((near | (unknown & (terms["offset_arcsec"] < UNKNOWN_REACH_ARCSEC))) & ~blob)
    places = Places(candidates["row"].to_numpy()[chosen], n)
    return chosen[places.rank(terms["path"][chosen]) < MOST]


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
