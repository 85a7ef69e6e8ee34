"""What the target page's light curve shows of the forecast."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tom_alerce_like.alerts.photometry import mag_from_flux
from tom_alerce_like.plots import Line
from tom_alerce_like.plugins.classifiers.curves import BANDS, Curves
from tom_alerce_like.plugins.classifiers.features import supernova
from tom_alerce_like.plugins.classifiers.features.points import Points
from tom_alerce_like.plugins.forecast.forecast import forecast

NIGHTS = 10
#: An object that was last seen before this is not forecast: nobody plans with it.
STALE_DAYS = 30.0
#: The supernova model is drawn in bands with so many detections that it follows so well (chi square per point), where
#: the points are all of one eruption and no variable explains them better.
MODEL_POINTS, MODEL_CHI2, MODEL_SPAN_DAYS = 5, 3.0, 250.0
_STEP_DAYS, _FAINTEST_NJY = 0.5, 300.0


def forecast_lines(alerts: pd.DataFrame, now_mjd: float) -> list[Line]:
    """Return the forecast from an object's last detection until ten nights from now, in the bands that it was seen in.

    Nothing for an object without a detection, or one that was last seen 30 days ago.
    """
    curves = Curves.of(alerts)
    last_mjd = float(curves.last(curves.is_detection)[0]) if curves.is_detection.any() else np.nan
    if not now_mjd - last_mjd < STALE_DAYS:
        return []
    bands = [BANDS[code] for code in np.unique(curves.band[curves.is_detection])]
    nights = int(np.ceil(max(now_mjd - last_mjd, 0))) + NIGHTS
    table = forecast(alerts, nights, "".join(bands), last_mjd)
    return [
        Line(
            f"forecast to +{NIGHTS} nights",
            band,
            *(rows[name].to_numpy() for name in ("mjd", "mag", "mag_bright", "mag_faint")),
        )
        for band, rows in ((band, table[table["band"] == band]) for band in bands)
    ]


def model_lines(alerts: pd.DataFrame, now_mjd: float) -> list[Line]:
    """Return the parametric supernova model in the bands that it fits, from the first to the last point.

    Nothing where the object does not look like a supernova.
    """
    curves = Curves.of(alerts)
    seen_mjd = curves.mjd[curves.is_detection]
    if len(seen_mjd) < MODEL_POINTS or np.ptp(seen_mjd) > MODEL_SPAN_DAYS:
        return []
    if forecast(alerts, 1, "r")["p_variable"].iloc[0] > 0.5:
        return []
    count = np.bincount(curves.band[curves.is_detection], minlength=len(BANDS))
    bands = "".join(BANDS[code] for code in np.flatnonzero(count >= MODEL_POINTS))
    points = Points.of(curves, bands)
    parameters, chi2 = supernova.fit(points)
    days = np.arange(seen_mjd.min(), seen_mjd.max() + _STEP_DAYS, _STEP_DAYS)
    lines = []
    for band, found, error in zip(bands, parameters[:, 0], chi2[:, 0], strict=True):
        if error < MODEL_CHI2:
            flux = supernova.curve(found, days - curves.mjd[0])
            shown = flux > _FAINTEST_NJY
            mag = mag_from_flux(flux[shown])[0]
            lines.append(Line("supernova model", band, days[shown], mag, dash="dot"))
    return lines
