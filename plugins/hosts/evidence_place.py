"""What speaks for the hypothesis that no candidate is the host: all that is known of a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.cosmology import distance_modulus_mag
from tom_alerce_like.plugins.hosts.places import Places, least

if TYPE_CHECKING:
    from tom_alerce_like.plugins.hosts.heatmap.map import Map

Floats = NDArray[np.float64]

#: The nearest candidate counts as not further out than this, in half-light radii.
FURTHEST = 16.0
_USED = ("path", "mag_used", "p_star", "log_snr", "dlr", "offset_arcsec", "map_mass", "log_chance")


def of_places(
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
    """Return a row of `evidence.PLACE_TERMS` for each place; ``table``: all candidates with their terms."""
    n = len(redshift)
    column = {name: table[name].to_numpy(float) for name in _USED}
    best = least(places.row, -column["path"], n)

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
            "dlr_min": np.minimum(places.min(column["dlr"]), FURTHEST),
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
