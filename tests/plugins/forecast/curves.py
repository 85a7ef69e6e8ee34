"""Alert tables of made-up light curves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tom_alerce_like.alerts import lightcurve
from tom_alerce_like.alerts.photometry import flux_from_mag
from tom_alerce_like.alerts.schema import frame

#: One point: MJD, band, magnitude; error 0.1 mag.
Point = tuple[float, str, float]


def table(*objects: Sequence[Point], survey: str = "ZTF") -> pd.DataFrame:
    """Return an alert table with one row for each list of detections."""
    rows = [(row, *point) for row, points in enumerate(objects) for point in sorted(points)]
    flat = pd.DataFrame(rows, columns=["row", "mjd", "band", "mag"])
    flux, flux_err = flux_from_mag(flat["mag"], np.full(len(flat), 0.1))
    flat = flat.assign(flux_njy=flux, flux_err_njy=flux_err, mag_err=0.1, is_detection=True, is_forced=False)
    n = len(objects)
    columns = {"survey": [survey] * n, "object_id": [f"o{i}" for i in range(n)]}
    return frame({**columns, "lightcurve": lightcurve.nest(flat, n)})


def supernova(until: float, start_mjd: float = 61000.0, peak: float = 18.0, step: float = 2.0) -> list[Point]:
    """Return a SN Ia of ZTF, from 14 days before its brightest time until some days after it."""
    days = np.arange(-14, until, step)
    shape = np.where(days < 0, 0.011 * days**2, 0.05 * days)
    return [(start_mjd + 14 + d, "gr"[i % 2], peak + m) for i, (d, m) in enumerate(zip(days, shape, strict=True))]


def star(n: int = 30, mag: float = 17.0, scatter: float = 0.02, seed: int = 0) -> list[Point]:
    """Return a star that hardly varies, seen for years."""
    rng = np.random.default_rng(seed)
    return [(60000 + 35.0 * i, "gr"[i % 2], mag + scatter * rng.standard_normal()) for i in range(n)]
