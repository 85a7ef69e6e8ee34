"""The brightness to expect of objects in the coming nights, from the points known now."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from tom_alerce_like.alerts.photometry import ZERO_POINT_MAG
from tom_alerce_like.plugins.classifiers.curves import BANDS, Curves
from tom_alerce_like.plugins.forecast import mixture
from tom_alerce_like.plugins.forecast.points import Points, newest
from tom_alerce_like.plugins.forecast.transient import Transients, read

Floats = NDArray[np.float64]

WEIGHTS = Path(__file__).parent / "weights" / "populations.json"
#: Chances of being brighter that bound the 68 per cent interval.
CHANCES = (0.16, 0.5, 0.84)
#: No survey sees this: a magnitude beyond is told as infinite.
_INVISIBLE_MAG = 28.0
_CHUNK = 32


@cache
def shipped() -> Transients:
    """Return the populations that come with the package."""
    return Transients(read(WEIGHTS))


def forecast(
    alerts: pd.DataFrame,
    nights: int = 10,
    bands: str = BANDS,
    start_mjd: ArrayLike | None = None,
    limit_mag: float | None = None,
) -> pd.DataFrame:
    """Return what magnitude to expect of each object in each band, 1 to ``nights`` days from ``start_mjd``.

    Parameters
    ----------
    alerts : alert table; only survey, object_id and lightcurve are read.
    start_mjd : one time for all or one each; by default each object's last detection.
    limit_mag : where given, a column ``p_brighter`` says how probable it is that the object is brighter than this.

    Returns a table with a row for each object, band and night, indexed like ``alerts``: object_id, band, mjd,
    ``mag`` (the median; AB), ``mag_bright`` and ``mag_faint`` (the 68 per cent interval of the true magnitude, infinite
    where no light may be left), ``flux_njy`` (the median) and ``flux_err_njy`` (half the interval), ``p_variable``.
    NaN for objects without a detection.
    """
    curves = Curves.of(alerts)
    n = curves.n
    start = curves.last(curves.is_detection) if start_mjd is None else np.broadcast_to(start_mjd, n).astype(float)
    codes = np.array([BANDS.index(band) for band in bands], dtype=np.int64)
    mjd = np.tile(start[:, None] + np.arange(1, nights + 1), len(codes))
    band = np.broadcast_to(np.repeat(codes, nights), mjd.shape)
    levels, p_variable, p_brighter = _expect(curves, is_ztf(alerts), mjd, band, limit_mag)
    bright, middle, faint = (level.ravel() for level in levels)
    fluxes = [mixture.flux_of(level) for level in (bright, middle, faint)]
    repeat = np.repeat(np.arange(n), mjd.shape[1])
    table: dict[str, Any] = {
        "object_id": alerts["object_id"].to_numpy()[repeat],
        "band": np.array(list(BANDS))[band.ravel()],
        "mjd": mjd.ravel(),
        "mag": _magnitude(fluxes[1]),
        "mag_bright": _magnitude(fluxes[0]),
        "mag_faint": _magnitude(fluxes[2]),
        "flux_njy": fluxes[1],
        "flux_err_njy": (fluxes[0] - fluxes[2]) / 2,
        "p_variable": p_variable[repeat],
    }
    if limit_mag is not None:
        table["p_brighter"] = p_brighter.ravel()
    return pd.DataFrame(table, index=alerts.index[repeat])


def expected_mag(alerts: pd.DataFrame, band: str, mjd: ArrayLike) -> pd.DataFrame:
    """Return ``mag``, ``mag_bright`` and ``mag_faint`` of each object in one band at one time, or one time each."""
    made = forecast(alerts, 1, band, np.asarray(mjd, dtype=float) - 1)
    return made[["mag", "mag_bright", "mag_faint"]]


def is_ztf(alerts: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell whose errors are those of ZTF's alerts."""
    return (alerts["survey"] == "ZTF").to_numpy(bool)


def _expect(
    curves: Curves, ztf: NDArray[np.bool_], mjd: Floats, band: NDArray[np.int64], limit_mag: float | None
) -> tuple[list[Floats], Floats, Floats]:
    """Return levels exceeded with `CHANCES`, P(variable) and P(brighter than the limit), NaN without points."""
    levels = [np.full(mjd.shape, np.nan) for _ in CHANCES]
    p_variable, p_brighter = np.full(len(mjd), np.nan), np.full(mjd.shape, np.nan)
    known = newest(curves, mixture.MAX_POINTS, ztf)
    judged = np.flatnonzero(known.weight.any(axis=1) & np.isfinite(mjd).all(axis=1))
    for rows in np.split(judged, np.arange(_CHUNK, len(judged), _CHUNK)):
        if not len(rows):
            continue
        points: Points = known.of(rows)
        made = mixture.of(points, mjd[rows] - points.first_mjd[:, None], band[rows], shipped())
        for level, found in zip(levels, made.quantiles(CHANCES), strict=True):
            level[rows] = found
        p_variable[rows] = made.p_variable
        if limit_mag is not None:
            p_brighter[rows] = made.below(np.full(mjd[rows].shape, limit_mag))
    return levels, p_variable, p_brighter


def _magnitude(flux: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        mag = ZERO_POINT_MAG - 2.5 * np.log10(np.where(flux > 0, flux, np.where(np.isnan(flux), np.nan, 0)))
    return np.where(mag > _INVISIBLE_MAG, np.inf, mag)
