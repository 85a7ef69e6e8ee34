"""How fast targets brighten, from their last points."""

from __future__ import annotations

import numpy as np
import pandas as pd

WINDOW_DAYS = 10.0
# What a 5 sigma limit leaves open, and what photometry calibrated image by image does.
LIMIT_ERR_MAG = 0.2
FLOOR_ERR_MAG = 0.03

POINT_COLUMNS = ("target_id", "mjd", "band", "mag", "mag_err", "limit_mag")
RISE_COLUMNS = ("rise_mag_per_day", "rise_err_mag_per_day")


def rise(points: pd.DataFrame) -> pd.DataFrame:
    """Fit a straight line to each target's last points and return `RISE_COLUMNS`, indexed by target_id.

    ``points`` has `POINT_COLUMNS`; a non-detection has NaN in ``mag``. A line goes through the detections of one band
    in the 10 days up to the target's last detection, and through the last non-detection before them when it is deeper
    than the first of them: then the slope is a lower bound. The band with the smallest error speaks for the target.
    Positive means brighter with time. Targets without a slope are absent.
    """
    detections = _recent(points[points["mag"].notna()])
    used = pd.concat([detections, _limits(points[points["mag"].isna()], detections)], ignore_index=True)
    slopes = _slopes(used)
    best = slopes.sort_values("rise_err_mag_per_day", kind="stable").groupby("target_id").head(1)
    return best.set_index("target_id")[list(RISE_COLUMNS)].sort_index()


def _recent(detections: pd.DataFrame) -> pd.DataFrame:
    last = detections.groupby("target_id")["mjd"].transform("max")
    error = np.hypot(detections["mag_err"].fillna(LIMIT_ERR_MAG), FLOOR_ERR_MAG)
    return detections.assign(error=error)[detections["mjd"] >= last - WINDOW_DAYS]


def _limits(limits: pd.DataFrame, detections: pd.DataFrame) -> pd.DataFrame:
    """Return the last non-detection before each first detection, where it is deeper, as points."""
    first = detections.sort_values("mjd").groupby(["target_id", "band"], as_index=False)[["mjd", "mag"]].first()
    pairs = limits.drop(columns="mag").merge(first, on=["target_id", "band"], suffixes=("", "_first"))
    before = pairs["mjd_first"] - pairs["mjd"]
    pairs = pairs[(before > 0) & (before <= WINDOW_DAYS) & (pairs["limit_mag"] > pairs["mag"])]
    last = pairs.sort_values("mjd").groupby(["target_id", "band"]).tail(1)
    return last.assign(mag=last["limit_mag"], error=LIMIT_ERR_MAG)[["target_id", "band", "mjd", "mag", "error"]]


def _slopes(points: pd.DataFrame) -> pd.DataFrame:
    """Fit weighted straight lines, one a target and band."""
    groups = [points["target_id"], points["band"]]
    weight = points["error"] ** -2.0
    sums = pd.DataFrame({"w": weight, "x": weight * points["mjd"]}).groupby(groups).transform("sum")
    day = points["mjd"] - sums["x"] / sums["w"]
    moments = pd.DataFrame({"xx": weight * day**2, "xy": weight * day * points["mag"]}).groupby(groups).sum()
    moments = moments[moments["xx"] > 0].reset_index()
    return moments.assign(rise_mag_per_day=-moments["xy"] / moments["xx"], rise_err_mag_per_day=moments["xx"] ** -0.5)
