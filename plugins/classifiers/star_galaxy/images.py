"""Small labelled ZTF images of single sources, by which the pixels are learnt and judged.

1,500 images of 20 x 20 pixels, half of them stars: star_galaxy/ztf_star_galaxy_1500.npz of the data folder. They are
no cutouts of alerts: another processing, a sharper PSF, and stars much brighter than galaxies.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FILE = Path("star_galaxy", "ztf_star_galaxy_1500.npz")
#: Above this height the brightest pixels are saturated.
SATURATED = 45_000
#: Gaussian width of the PSF, 1.8 arcsec FWHM: the median of the adaptive widths of the stars.
PSF_PX = 0.77


def read(data: Path) -> tuple[NDArray[np.float32], pd.DataFrame]:
    """Return the images (n, 20, 20) and a table with label, object_id (equal for equal images) and weight.

    A column height tells how far the brightest pixel is above the median, in counts.

    Raises `FileNotFoundError` where the data folder lacks them.
    """
    with np.load(data / FILE) as stored:
        images, label = stored["images"], stored["label"]
    _, object_id = np.unique(images.reshape(len(images), -1), axis=0, return_inverse=True)
    table = {"label": label.astype(str), "object_id": object_id.astype(str), "weight": 1.0}
    return images, pd.DataFrame(table | {"height": images.max(axis=(1, 2)) - np.median(images, axis=(1, 2))})
