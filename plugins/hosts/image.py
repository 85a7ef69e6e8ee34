"""What images show around transients: own detections, and the peaks of the probability map."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.hosts.blank import unblanked
from tom_alerce_like.plugins.hosts.candidates import MEASURED, Listed
from tom_alerce_like.plugins.hosts.catalogue import galaxies
from tom_alerce_like.plugins.hosts.detect import detect
from tom_alerce_like.plugins.hosts.fields import Fields
from tom_alerce_like.plugins.hosts.heatmap.map import Map
from tom_alerce_like.plugins.hosts.heatmap.serve import probability
from tom_alerce_like.plugins.hosts.plane import to_sky
from tom_alerce_like.plugins.hosts.population import USUAL_DEPTH_MAG

#: Peaks of the map become candidates where they hold this much.
PEAKS, LEAST_MASS = 1, 0.5


class Looked(NamedTuple):
    """``found``: detections. ``seen``: the map, and its ``peaks``; None where there is no map.

    ``observed`` (n,): whether the image says anything. It does not where all of it is NaN or of one value, nor around
    a place that is not known.
    """

    found: Listed
    peaks: Listed | None
    seen: Map | None
    observed: NDArray[np.bool_]


def looked(fields: Fields) -> Looked:
    """Return what the images of places say; ``row`` is the number of the field."""
    fields = unblanked(fields)
    observed = np.array([bool(np.isfinite(image).any()) and image.size > 0 for image in fields.images], bool)
    # around a place that is not known nothing was seen
    observed &= np.isfinite(fields.ra_deg) & np.isfinite(fields.dec_deg)
    seen = probability(fields)
    # `evidence` wants the maps of the places that have an image
    judged = Map(seen.levels[observed], seen.none[observed])
    return Looked(detected(detect(fields)), peaks(seen, fields), judged, observed)


def detected(found: pd.DataFrame) -> Listed:
    """Return detections as a list of candidates."""
    axes = {f"image_{name}": found[name] for name in ("a_arcsec", "b_arcsec", "pa_deg")}
    # its positions count before those of shallower catalogues
    return Listed("image", found.assign(**axes), USUAL_DEPTH_MAG, is_image=True)


def peaks(seen: Map, fields: Fields) -> Listed:
    """Return the peaks of the map as a list of candidates."""
    offsets, masses = seen.peaks(PEAKS)
    row, number = np.nonzero(masses > LEAST_MASS)
    east, north = offsets[row, number].T if len(row) else np.empty((2, 0))
    ra, dec = to_sky(east, north, fields.ra_deg[row], fields.dec_deg[row])
    texts = {
        "id": [f"{one}-peak{two}" for one, two in zip(row, number, strict=True)],
        "catalogue": ["image"] * len(row),
    }
    table = galaxies({"row": row, "ra_deg": ra, "dec_deg": dec, **texts})
    return Listed("map", table.assign(**dict.fromkeys(MEASURED, np.nan)), 0.0, is_image=True)
