"""How wide a point source is in the template of each alert."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.pixels import binned, decoded
from tom_alerce_like.plugins.classifiers.star_galaxy.shape import widths

Floats = NDArray[np.float64]
#: Gaussian widths in pixels of `pixels.stamps`, of the surveys' usual template: 2.4 arcsec FWHM in ZTF (its packets do
#: not say), 1.0 arcsec in LSST (its packets hold the PSF).
USUAL_PX = {"ZTF": 1.01, "LSST": 1.06}
#: Place of the PSF among the images of an LSST cutout.
_PSF = 2


def widths_px(alerts: pd.DataFrame) -> Floats:
    """Return the Gaussian width of the template's PSF, (n,): the packet's own, else the survey's usual one.

    NaN for a survey that is not known.
    """
    made = alerts["survey"].map(USUAL_PX).to_numpy(dtype=float, na_value=np.nan, copy=True)
    stored = alerts["cutouts"].array.__arrow_array__().to_pylist()
    for row in np.flatnonzero(alerts["survey"] == "LSST"):
        image = decoded((stored[row] or {}).get("template"), _PSF)
        if image is not None and np.isfinite(image).all():
            made[row] = _width(binned(image, "LSST"))
    return made


def _width(image: NDArray[np.float32]) -> float:
    y, x = np.unravel_index(image.argmax(), image.shape)
    return float(widths(image[None].astype(float), np.array([float(x)]), np.array([float(y)]))[0])
