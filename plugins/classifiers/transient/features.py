"""What the module reads of an alert, and why it does not read more.

Left out on purpose: ``real_bogus``, by which the bogus labels were picked; ``sso_distance_arcsec`` and ``sso_mag``,
which define the asteroid label; ``n_detections``, ``n_observations`` and ``first_mjd``, which tell how long ZTF had
watched when a class was collected rather than what the object is; position on the sky; everything that only some
schema versions have.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

#: Columns that come from one source, and so are missing together.
GROUPS = {
    "neighbour": ("star_galaxy_score", "nearest_source_arcsec", "nearest_source_r_mag"),
    "reference": ("reference_source_arcsec", "reference_source_mag", "sharpness"),
    "image": (
        "fwhm_arcsec",
        "limiting_mag",
        "snr",
        "chi",
        "elongation",
        "extendedness",
        "aperture_minus_psf_mag",
        "n_negative_px",
    ),
}
COLUMNS = tuple(name for group in GROUPS.values() for name in group)
_LARGEST = 1e30


def matrix(alerts: pd.DataFrame, columns: tuple[str, ...] = COLUMNS) -> NDArray[np.float32]:
    """Return the features of alerts, shape (n, columns): NaN for what is absent, infinite or no number."""
    values = [pd.to_numeric(alerts[name], errors="coerce") if name in alerts else np.nan for name in columns]
    table = np.empty((len(alerts), len(columns)))
    for number, column in enumerate(values):
        table[:, number] = column
    return np.where(np.abs(table) < _LARGEST, table, np.nan).astype(np.float32)
