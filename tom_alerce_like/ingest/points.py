"""Light curves of alerts as points that the database can hold, each exposure once."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.alerts import lightcurve
from tom_alerce_like.alerts.photometry import FORCED_DETECTION_SNR, limit_from_error, mag_from_flux
from tom_alerce_like.clock import us_of_mjd
from tom_alerce_like.ingest.clean import MJD_RANGE

#: Points of one kind, band and instrument that are closer in time are the same exposure: brokers round times
#: differently, and no survey takes two exposures of a place within a second.
SAME_EXPOSURE_US = 1_000_000
MAG_RANGE = (-30.0, 50.0)
_EXPOSURE = ["target_id", "band", "kind", "instrument"]
_INSTRUMENTS = {"ZTF": "ZTF-Cam", "LSST": "LSSTCam"}


def collect(alerts: pd.DataFrame, target_ids: NDArray[np.int64]) -> tuple[pd.DataFrame, Counter[str]]:
    """Return every point of the alerts' light curves and the alerts' own measurements, and what had to be left out.

    Columns: row (of the alert), target_id, survey, object_id, band, mjd, time_us, kind (detection, limit or forced),
    instrument, brightness, brightness_error, limit (AB mag, NaN where they do not apply), flux_njy, flux_err_njy.
    Points that measure nothing are left out silently, impossible ones with a message.
    """
    own = alerts[["survey", "object_id", *(name for name in lightcurve.FIELDS if name in alerts)]]
    own = own.assign(row=np.arange(len(alerts)), is_detection=True, is_forced=False)
    points = pd.concat([lightcurve.points(alerts), own], ignore_index=True)
    points = _measured(points)
    points = points[points["brightness"].notna() | points["limit"].notna()]
    good = _possible(points)
    problems = _described(points[~good])
    points = points[good].assign(time_us=lambda p: us_of_mjd(p["mjd"]))
    points["target_id"] = target_ids[points["row"].to_numpy()]
    points["instrument"] = points["survey"].map(_INSTRUMENTS).fillna("")
    return points, problems


def _measured(points: pd.DataFrame) -> pd.DataFrame:
    flux, flux_err, mag, mag_err = (
        points[name].to_numpy(dtype=float) for name in ("flux_njy", "flux_err_njy", "mag", "mag_err")
    )
    mag_of_flux, err_of_flux = mag_from_flux(flux, flux_err)
    forced = points["is_forced"].to_numpy(dtype=bool)
    with np.errstate(all="ignore"):
        snr = flux / flux_err
    seen = np.where(forced & np.isfinite(snr), snr >= FORCED_DETECTION_SNR, points["is_detection"].to_numpy(dtype=bool))
    limit = np.where(forced & (flux_err > 0), limit_from_error(flux_err), mag)
    return points.assign(
        kind=np.select([forced, seen], ["forced", "detection"], "limit"),
        brightness=np.where(seen, np.where(np.isfinite(mag), mag, mag_of_flux), np.nan),
        brightness_error=np.where(seen, np.where(mag_err >= 0, mag_err, err_of_flux), np.nan),
        limit=np.where(seen, np.nan, limit),
    )


def _possible(points: pd.DataFrame) -> NDArray[np.bool_]:
    mag = points["brightness"].fillna(points["limit"])
    good = points["mjd"].between(*MJD_RANGE) & mag.between(*MAG_RANGE) & points["band"].str.fullmatch(r"[!-~]{1,32}")
    return good.to_numpy(dtype=bool)


def _described(bad: pd.DataFrame) -> Counter[str]:
    if bad.empty:
        return Counter()
    names = bad["object_id"].unique()
    text = f"{len(bad)} points with an impossible time, band or magnitude left out: {', '.join(names[:3])}"
    return Counter({text: len(bad)})


def fresh(points: pd.DataFrame, stored: pd.DataFrame) -> pd.DataFrame:
    """Return the points of exposures that are not stored, the first of each exposure.

    ``stored`` has target_id, band, kind, instrument and time_us. A stored point of an unnamed instrument, as other
    ways of ingesting leave it, stands for any of ours.
    """
    unnamed = stored[stored["instrument"] == ""]
    copies = [unnamed.assign(instrument=instrument) for instrument in points["instrument"].unique()]
    both = pd.concat([*copies, stored, points], ignore_index=True)[[*_EXPOSURE, "time_us"]]
    first_new = len(both) - len(points)
    group = both.groupby(_EXPOSURE, sort=False).ngroup().to_numpy()
    order = np.lexsort((both["time_us"].to_numpy(), group))
    time_us, group = both["time_us"].to_numpy()[order], group[order]
    starts = np.r_[True, (np.diff(group) != 0) | (np.diff(time_us) > SAME_EXPOSURE_US)][: len(both)]
    exposure = np.cumsum(starts) - 1
    unseen = np.ones(len(both), dtype=bool)
    unseen[exposure[order < first_new]] = False
    return points.iloc[np.sort(order[starts & unseen[exposure]]) - first_new]
