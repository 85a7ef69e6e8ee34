"""What the module looks at, from the columns of an alert and from the pixels of its template.

Left out on purpose: everything of Gaia, which is the truth to learn from; magnitudes and colours, which tell how rare
galaxies are at a brightness rather than what a source looks like.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers import pixels
from tom_alerce_like.plugins.classifiers.star_galaxy import sources
from tom_alerce_like.plugins.classifiers.star_galaxy.psf import widths_px
from tom_alerce_like.plugins.classifiers.star_galaxy.shape import Shape, measured

Floats = NDArray[np.float64]
FROM_COLUMNS = ("score_logit", "excess_width", "chi_log")
FROM_PIXELS = ("core_light", "inner_light")
NUMBERS = (
    "star_galaxy_score",
    "nearest_source_arcsec",
    "reference_source_arcsec",
    "sharpness",
    "reference_source_chi",
)
#: The catalogue's way to say that it does not know (Tachibana & Miller 2018, arXiv:1902.01935).
UNKNOWN_SCORE = 0.5
#: The nearest source of PS1 and that of ZTF's reference image are one when their distances from the alert agree so.
SAME_ARCSEC = 1.5
#: A source in the pixels is judged when its light has this signal-to-noise ratio.
FEWEST_SNR = 5.0
_SCORES, _SHARPNESS, _CHI, _LIGHT = (0.002, 0.998), (-0.5, 1.0), (0.1, 20.0), (0.0, 1.0)
#: So many stamps at a time, for the memory's sake.
_CHUNK = 512


def of_columns(alerts: pd.DataFrame) -> pd.DataFrame:
    """Return one column for each of FROM_COLUMNS, NaN where unknown."""
    known = {name: _numbers(alerts, name) for name in NUMBERS}
    score = np.where(known["star_galaxy_score"] == UNKNOWN_SCORE, np.nan, known["star_galaxy_score"])
    score = np.clip(np.where((score >= 0) & (score <= 1), score, np.nan), *_SCORES)
    apart = np.abs(known["reference_source_arcsec"] - known["nearest_source_arcsec"]) > SAME_ARCSEC
    chi = np.where(known["reference_source_chi"] > 0, known["reference_source_chi"], np.nan)
    made = {
        "score_logit": np.log(score / (1 - score)),
        "excess_width": np.where(apart, np.nan, np.clip(known["sharpness"], *_SHARPNESS)),
        "chi_log": np.where(apart, np.nan, np.log(np.clip(chi, *_CHI))),
    }
    return pd.DataFrame(made, index=alerts.index)


def _numbers(alerts: pd.DataFrame, name: str) -> Floats:
    if name not in alerts:
        return np.full(len(alerts), np.nan)
    values = pd.to_numeric(alerts[name], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def of_pixels(alerts: pd.DataFrame) -> pd.DataFrame:
    """Return one column for each of FROM_PIXELS: of the source of the template that is nearest to the alert."""
    made = np.full((len(alerts), len(FROM_PIXELS)), np.nan)
    if "cutouts" in alerts:
        for start in range(0, len(alerts), _CHUNK):
            chunk = alerts.iloc[start : start + _CHUNK]
            made[start : start + _CHUNK] = of_stamps(pixels.stamps(chunk, ["template"])[:, 0], widths_px(chunk))
    return pd.DataFrame(made, index=alerts.index, columns=list(FROM_PIXELS))


def of_stamps(stamps: NDArray[np.float32], psf_px: Floats) -> Floats:
    """Return FROM_PIXELS of the source nearest to the middle of stamps (n, ny, nx); ``psf_px`` is a Gaussian width."""
    values = np.where(np.abs(stamps) < sources.LARGEST, stamps, np.nan).astype(float)
    sky = sources.sky(values)
    images = sources.without_sky(values, sky)
    x_px, y_px = sources.nearest(images, sky.noise)
    made = np.full((len(stamps), len(FROM_PIXELS)), np.nan)
    found = np.isfinite(x_px) & np.isfinite(psf_px)
    if found.any():
        made[found] = _judged(measured(images[found], x_px[found], y_px[found], psf_px[found], sky.noise[found]))
    return made


def _judged(shape: Shape) -> Floats:
    light = np.clip(np.column_stack([shape.core_light, shape.inner_light]), *_LIGHT)
    return np.where((shape.snr >= FEWEST_SNR)[:, None], light, np.nan)
