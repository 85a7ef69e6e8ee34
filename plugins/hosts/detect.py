"""Sources in images around transients: a table of candidates like a catalogue's, with what an image alone can tell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import sep
from numpy.typing import NDArray

from tom_alerce_like.plugins.hosts.catalogue import galaxies
from tom_alerce_like.plugins.hosts.extraction import MIDDLE, Extraction, extraction
from tom_alerce_like.plugins.hosts.fields import Fields
from tom_alerce_like.plugins.hosts.plane import to_sky

Floats = NDArray[np.float64]
#: Compactness compares the light within these two radii.
CORE_ARCSEC, BODY_ARCSEC = 0.75, 2.0
#: The most compact of the sources with this signal-to-noise tell the image's point spread function.
BRIGHT_SNR, POINTS = 30.0, 3
#: Concentration of a point source where an image has no bright source: seeing of 1.2 arcsec.
POINT_CONCENTRATION = 0.55
#: The half-light radius is looked for within this many semi-axes of the second moments.
REACH_AXES = 5.0

#: Columns beside `catalogue.COLUMNS`. Place relative to the transient; flux and peak in the image's unit; half-light
#: radius; ``compactness``, the concentration of the light over that of the image's point sources (1 for a star, less
#: for a galaxy); SExtractor's flags; area of the outline; semi-axes of the second moments; binning of the pass that
#: found the outline; whether the place is a brightest point or a core far from its source's centre of light;
#: ``parent``, the id of the source that it is a part of, or nothing.
EXTRA = (
    *("east_arcsec", "north_arcsec", "snr", "flux", "peak", "r50_arcsec", "compactness", "flag", "is_blended"),
    *("area_arcsec2", "moment_a_arcsec", "moment_b_arcsec", "bin_px", "is_peak", "parent"),
)
_SHAPE = ("a_arcsec", "b_arcsec", "pa_deg")
_NUMBERS = (*_SHAPE, *EXTRA[:-1])


def detect(fields: Fields) -> pd.DataFrame:
    """Return the sources of all images: `catalogue.COLUMNS` and `EXTRA`, ``row`` being the number of the field.

    ``a_arcsec`` and ``b_arcsec`` are the axes of the second moments scaled to the half-light radius; they hold the
    point spread function. Ids are unique within the table. A field without sources has no rows.
    """
    found = [_sources(image, fields.pixel_arcsec) for image in fields.images]
    count = [len(source["parent"]) for source in found]
    row = np.repeat(np.arange(len(found)), count)
    made = {name: np.concatenate([np.empty(0), *(source[name] for source in found)]) for name in (*_NUMBERS, "parent")}
    ra, dec = to_sky(made["east_arcsec"], made["north_arcsec"], fields.ra_deg[row], fields.dec_deg[row])
    ids = np.array([f"{field}-{number}" for field, total in enumerate(count) for number in range(total)], dtype=object)
    first = np.cumsum([0, *count])[row]
    part = made["parent"] >= 0
    parent = np.full(len(row), "", dtype=object)
    parent[part] = ids[(first + made["parent"])[part].astype(int)]
    table = galaxies(
        {"row": row, "ra_deg": ra, "dec_deg": dec, "id": ids, "catalogue": ["image"] * len(row)}
        | {name: made[name] for name in _SHAPE}
    )
    whole = {name: made[name].astype(int) for name in ("flag", "bin_px")}
    judged = {name: made[name] > 0 for name in ("is_blended", "is_peak")}
    extra = {**made, **whole, **judged, "parent": pd.array(parent, dtype="str")}
    return table.assign(**{name: extra[name] for name in EXTRA})


def _sources(image: NDArray[Any], pixel_arcsec: float) -> dict[str, Floats]:
    found = extraction(image)
    if found is None:
        return {name: np.empty(0) for name in (*_NUMBERS, "parent")}
    sources = found.sources
    r50, compactness = _sizes(found, pixel_arcsec)
    height, width = np.shape(image)
    ratio = np.clip(sources["b"] / sources["a"], 0.05, 1)
    return {
        "east_arcsec": ((width - 1) / 2 - sources["x"]) * pixel_arcsec,
        "north_arcsec": (sources["y"] - (height - 1) / 2) * pixel_arcsec,
        "r50_arcsec": r50,
        "compactness": compactness,
        "a_arcsec": r50 / np.sqrt(ratio),
        "b_arcsec": r50 * np.sqrt(ratio),
        "pa_deg": (np.degrees(sources["theta"]) - 90) % 180,
        "area_arcsec2": sources["npix"] * pixel_arcsec**2,
        "moment_a_arcsec": sources["a"] * pixel_arcsec,
        "moment_b_arcsec": sources["b"] * pixel_arcsec,
        "is_blended": (sources["flag"].astype(int) & 3) > 0,
        **{name: sources[name] for name in ("snr", "flux", "peak", "flag", "bin_px", "is_peak", "parent")},
    }


def _sizes(found: Extraction, pixel_arcsec: float) -> tuple[Floats, Floats]:
    """Return the half-light radii in arcsec and the compactness of the sources."""
    sources, flat, low = found
    bin_px = MIDDLE.bin_px
    binned_arcsec = pixel_arcsec * bin_px
    x, y = ((sources[name] - start - (bin_px - 1) / 2) / bin_px for name, start in (("x", low[1]), ("y", low[0])))
    reach = np.maximum(REACH_AXES * sources["a"] / bin_px, 3.0)
    light = np.maximum(sources["flux"], 1e-30) / bin_px**2
    r50, _ = sep.flux_radius(flat, x, y, reach, 0.5, normflux=light, subpix=2)
    core, body = (sep.sum_circle(flat, x, y, radius / binned_arcsec)[0] for radius in (CORE_ARCSEC, BODY_ARCSEC))
    concentration = np.clip(core / np.where(body > 0, body, np.inf), 0, 1)
    bright = np.sort(concentration[(sources["snr"] > BRIGHT_SNR) & (sources["is_peak"] == 0)])[-POINTS:]
    point = np.median(bright) if len(bright) else POINT_CONCENTRATION
    return r50 * binned_arcsec, concentration / point
