"""The real alerts of a folder: their stamps, and what the survey's ``drb`` said of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.alerts.ztf import PIXEL_ARCSEC
from tom_alerce_like.plugins.classifiers import labelled
from tom_alerce_like.plugins.classifiers.labelled import LABELLED, UNLABELLED
from tom_alerce_like.plugins.classifiers.pixels import Pixels, triplets

THRESHOLD = 0.5


@dataclass(frozen=True)
class Known:
    """Alerts with a column ``drb`` (NaN where there is none), and their stamps (n, 3, 63, 63)."""

    alerts: pd.DataFrame
    stamps: Pixels

    @classmethod
    def read(cls, data: Path) -> Known:
        """Return the alerts of both files of ``data``/ztf_alerts, or of one; `FileNotFoundError` without any."""
        names = [name for name in (LABELLED, UNLABELLED) if (data / "ztf_alerts" / name).is_file()]
        if not names:
            raise FileNotFoundError(f"{data / 'ztf_alerts'} has no alerts")
        tables = [_with_drb(data, name) for name in names]
        alerts = pd.concat(tables, ignore_index=True).drop_duplicates("alert_id", ignore_index=True)
        return cls(alerts, triplets(alerts))

    def __len__(self) -> int:
        return len(self.alerts)

    @property
    def drb(self) -> NDArray[np.float64]:
        return self.alerts["drb"].to_numpy(float)

    @property
    def fwhm_px(self) -> NDArray[np.float64]:
        return self.alerts["fwhm_arcsec"].to_numpy(float) / PIXEL_ARCSEC

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Known:
        """Return some of the alerts."""
        return Known(self.alerts[rows] if rows.dtype == bool else self.alerts.iloc[rows], self.stamps[rows])

    def never_scored(self) -> Known:
        """Return the alerts of objects none of whose alerts has a drb: no figure is measured on them."""
        scored = set(self.alerts["object_id"][np.isfinite(self.drb)])
        return self.take(~self.alerts["object_id"].isin(scored).to_numpy())

    def scored(self) -> Known:
        """Return the alerts with a drb."""
        return self.take(np.isfinite(self.drb))


def _with_drb(data: Path, name: str) -> pd.DataFrame:
    alerts, scores = labelled.read(data, name), labelled.drb(data, name)
    return alerts.assign(drb=alerts["alert_id"].map(scores[~scores.index.duplicated()]))
