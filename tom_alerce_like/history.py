"""How the verdicts on an object changed as its points came in: our modules judge again what was known each night."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.alerts import lightcurve
from tom_alerce_like.module import ScienceModule
from tom_alerce_like.taxonomy import BRANCHES, branch, judges_aspect

logger = logging.getLogger(__name__)

#: At most so many nights are judged, evenly chosen.
MAX_NIGHTS = 20
#: So many points, the newest, are looked at: an object with more is judged as if it was first seen then.
MAX_POINTS = 500
#: A night ends when nothing follows within half a day.
_NIGHT_DAYS = 0.5
#: What the newest alert says of its own image and time: of earlier nights nobody stored it.
_OF_ITS_TIME = (
    *("n_detections", "n_observations", "limiting_mag", "fwhm_arcsec", "elongation", "sharpness", "chi", "sum_ratio"),
    *("x_px", "y_px", "aperture_minus_psf_mag", "snr", "n_negative_px", "n_bad_px", "sso_distance_arcsec", "sso_mag"),
    *("trail_length_arcsec", "extendedness", "real_bogus"),
)


@dataclass(frozen=True)
class Verdicts:
    """What one module says of one object after each of its nights: ``scores`` has one row a night."""

    module: str
    mjd: NDArray[np.float64]
    n_detections: NDArray[np.int64]
    scores: pd.DataFrame

    @property
    def is_tree(self) -> bool:
        """Whether the classes are leaves of more than one branch of the taxonomy."""
        found = {branch(name) for name in self.scores}
        return len(found) > 1 and found <= set(BRANCHES)


def verdicts(alerts: pd.DataFrame, modules: Iterable[ScienceModule]) -> list[Verdicts]:
    """Let every module that reads light curves judge an object at the end of each of its nights.

    ``alerts`` is an alert table of one row. Each module is asked once, with all nights as one table. One that fails, or
    that never judges, or that judges an aspect of the alert, is left out; so is everything where there are no
    detections.
    """
    readers = [module for module in modules if "lightcurve" in module.columns and not judges_aspect(module.name)]
    table, n_detections = nights(alerts)
    found = []
    for module in readers if len(table) else ():
        try:
            said = _said(module, table, n_detections)
        except Exception:
            # it failed, or what it answered are no scores
            logger.exception("module %s %s failed on the nights of an object", module.name, module.version)
            continue
        found += [said] if len(said.mjd) else []
    return found


def _said(module: ScienceModule, table: pd.DataFrame, n_detections: NDArray[np.int64]) -> Verdicts:
    scores = module.score(table).astype(float)
    judged = scores.notna().any(axis=1).to_numpy()
    return Verdicts(module.name, table["mjd"].to_numpy()[judged], n_detections[judged], scores[judged])


def nights(alerts: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Return what was known of an object after each night with detections, and how many detections that were.

    Of the newest `MAX_POINTS` points; the older ones are only counted.

    An alert table with a row a night, time, band and brightness those of the night's last detection. What belongs to
    the place (catalogues, host, extinction) stays; what belongs to the newest alert's image becomes unknown.
    """
    points = lightcurve.points(alerts[["survey", "object_id", "lightcurve"]].iloc[:1])
    points = points[np.isfinite(points["mjd"])].sort_values("mjd", kind="stable")
    n_before = int(points["is_detection"].iloc[:-MAX_POINTS].sum())
    points = points.iloc[-MAX_POINTS:]
    seen = points[points["is_detection"]]
    ends = np.flatnonzero(np.diff(seen["mjd"].to_numpy(), append=np.inf) > _NIGHT_DAYS)
    if len(ends) > MAX_NIGHTS:
        ends = ends[np.unique(np.rint(np.linspace(0, len(ends) - 1, MAX_NIGHTS)).astype(int))]
    last = seen.iloc[ends]
    table = alerts.iloc[np.zeros(len(ends), dtype=int)].reset_index(drop=True)
    table[["mjd", "band", "mag", "mag_err", "flux_njy", "flux_err_njy"]] = last[
        ["mjd", "band", "mag", "mag_err", "flux_njy", "flux_err_njy"]
    ].to_numpy(dtype=object)
    table = table.astype(alerts.dtypes.to_dict())
    table["is_positive"] = ~(table["flux_njy"] < 0)
    table[list(_OF_ITS_TIME)] = np.nan
    table["cutouts"] = pd.Series([None] * len(table), dtype=alerts["cutouts"].dtype)
    table["lightcurve"] = _until(points, last["mjd"].to_numpy())
    return table, n_before + ends + 1


def _until(points: pd.DataFrame, mjd: NDArray[np.float64]) -> pd.Series:
    """Return light curves that end at each of the times."""
    count = np.searchsorted(points["mjd"].to_numpy(), mjd, side="right")
    which = np.concatenate([np.arange(n) for n in count]) if len(count) else np.array([], dtype=int)
    row = np.repeat(np.arange(len(count)), count)
    return lightcurve.nest(points.iloc[which].assign(row=row), len(count))
