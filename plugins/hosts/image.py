"""What images show around transients: own detections, and the probability map."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.hosts.blank import unblanked
from tom_alerce_like.plugins.hosts.candidates import Listed
from tom_alerce_like.plugins.hosts.detect import detect
from tom_alerce_like.plugins.hosts.fields import Fields
from tom_alerce_like.plugins.hosts.heatmap.map import Map
from tom_alerce_like.plugins.hosts.heatmap.serve import probability
from tom_alerce_like.plugins.hosts.population import USUAL_DEPTH_MAG


class Looked(NamedTuple):
    """``found``: detections. ``seen``: the map, None where there is none.

    ``observed`` (n,): whether the image says anything. It does not where all of it is NaN or of one value, nor around
    a place that is not known.
    """

    found: Listed
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
    return Looked(detected(detect(fields)), judged, observed)


def detected(found: pd.DataFrame) -> Listed:
    """Return detections as a list of candidates."""
    axes = {f"image_{name}": found[name] for name in ("a_arcsec", "b_arcsec", "pa_deg")}
    # its positions count before those of shallower catalogues
    return Listed("image", found.assign(**axes), USUAL_DEPTH_MAG, is_image=True)
