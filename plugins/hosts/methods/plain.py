"""Sources as the methods' own papers had them: one pass with SExtractor's usual settings.

Unlike `detect.detect`, which wants every galaxy to be among the candidates, it splits no galaxy into its knots: that is
what a method needs that takes the nearest source for the host. Bertin & Arnouts 1996, A&AS 117, 393.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import sep
from numpy.typing import NDArray

from tom_alerce_like.plugins.hosts.fields import Fields
from tom_alerce_like.plugins.hosts.passes import extract

SKY_PX, THRESHOLD_SIGMA = 128, 1.5
#: The half-light radius is looked for within this many semi-axes of the second moments.
REACH_AXES = 6.0
COLUMNS = (
    *("east_arcsec", "north_arcsec", "a_arcsec", "b_arcsec", "pa_deg", "moment_a_arcsec", "moment_b_arcsec"),
    "flux",
)


def sources(fields: Fields) -> pd.DataFrame:
    """Return row (of the field) and `COLUMNS`, named as those of `detect.detect`; rows of a field are together."""
    found = [_found(image) for image in fields.images]
    row = np.repeat(np.arange(len(found)), [len(table["flux"]) for table in found])
    made = {name: np.concatenate([np.empty(0), *(table[name] for table in found)]) for name in COLUMNS}
    for name in COLUMNS:
        if name.endswith("_arcsec"):
            made[name] *= fields.pixel_arcsec
    return pd.DataFrame({"row": row, **made})


def _found(image: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Return the sources of an image, lengths in pixels."""
    known = np.isfinite(image)
    pixels = np.where(known, image, np.float32(0)).astype(np.float32)
    if not known.any() or pixels.min() == pixels.max():
        return {name: np.empty(0) for name in COLUMNS}
    background = sep.Background(pixels, mask=None if known.all() else ~known, bw=SKY_PX, bh=SKY_PX)
    flat = pixels - background.back(dtype=np.float32)
    flat[~known] = 0
    rows = extract(flat, THRESHOLD_SIGMA, err=background.globalrms)
    light = np.maximum(rows["flux"], np.finfo(float).tiny)
    half, _ = sep.flux_radius(flat, rows["x"], rows["y"], REACH_AXES * rows["a"], 0.5, normflux=light, subpix=2)
    shape = np.sqrt(rows["b"] / rows["a"])
    return {
        "east_arcsec": (image.shape[1] - 1) / 2 - rows["x"],
        "north_arcsec": rows["y"] - (image.shape[0] - 1) / 2,
        "a_arcsec": half / shape,
        "b_arcsec": half * shape,
        "pa_deg": (np.degrees(rows["theta"]) - 90) % 180,
        "moment_a_arcsec": rows["a"],
        "moment_b_arcsec": rows["b"],
        "flux": rows["flux"],
    }
