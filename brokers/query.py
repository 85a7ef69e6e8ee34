"""A query in the alert table's words, the same for every broker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like import conf
from tom_alerce_like.brokers.ids import ZTF
from tom_alerce_like.sky import separation_arcsec

#: Column of the table that each pair of limits speaks of.
LIMITS = {"first_mjd": "first_mjd", "last_mjd": "mjd", "n_detections": "n_detections", "mag": "mag"}


@dataclass(frozen=True)
class Query:
    """What objects are wanted; None or nothing is no limit.

    Angles in degrees (radius in arcsec), times MJD in UTC, ``mag`` is the newest magnitude. Limits include both ends.
    """

    survey: str = ZTF
    object_ids: tuple[str, ...] = ()
    class_name: str = ""
    classifier: str = ""
    min_probability: float | None = None
    ra_deg: float | None = None
    dec_deg: float | None = None
    radius_arcsec: float | None = None
    first_mjd_min: float | None = None
    first_mjd_max: float | None = None
    last_mjd_min: float | None = None
    last_mjd_max: float | None = None
    n_detections_min: int | None = None
    n_detections_max: int | None = None
    mag_min: float | None = None
    mag_max: float | None = None
    max_rows: int = 200

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> Query:
        """Make a query of a form's cleaned data or of a saved query's parameters."""
        known = {field.name: parameters[field.name] for field in fields(cls) if field.name in parameters}
        known["object_ids"] = tuple(known.get("object_ids") or ())
        known["max_rows"] = min(known.get("max_rows") or cls.max_rows, conf.get("MAX_ROWS"))
        return cls(**known)

    def parameters(self) -> dict[str, Any]:
        """Return what `of` takes, fit for JSON."""
        return {**asdict(self), "object_ids": list(self.object_ids)}

    @property
    def cone(self) -> tuple[float, float, float] | None:
        """Return (ra_deg, dec_deg, radius_arcsec), also at RA or Dec 0, or None without a complete cone."""
        if self.ra_deg is None or self.dec_deg is None or self.radius_arcsec is None:
            return None
        return self.ra_deg, self.dec_deg, self.radius_arcsec

    def limits(self, name: str) -> tuple[float | None, float | None]:
        """Return (smallest, largest) of one of `LIMITS`."""
        return getattr(self, f"{name}_min"), getattr(self, f"{name}_max")

    def since(self, mjd: float) -> Query:
        """Return the query for objects that were also detected since ``mjd``."""
        return replace(self, last_mjd_min=max(mjd, mjd if self.last_mjd_min is None else self.last_mjd_min))

    def keep(self, alerts: pd.DataFrame) -> tuple[NDArray[np.bool_], list[str]]:
        """Tell which rows meet the ids, the cone and the limits, and what could not be judged.

        A row passes a limit on a column that the broker left empty: it is shown with a message, not hidden.
        """
        mask = np.ones(len(alerts), dtype=bool)
        if self.object_ids:
            mask &= alerts["object_id"].isin(self.object_ids).to_numpy()
        if self.cone:
            ra, dec, radius = self.cone
            mask &= separation_arcsec(alerts["ra_deg"], alerts["dec_deg"], ra, dec) <= radius
        notes = []
        for name, column in LIMITS.items():
            low, high = self.limits(name)
            values = alerts[column].to_numpy(dtype=float)
            unknown = np.isnan(values)
            if (low is not None or high is not None) and (unknown & mask).any():
                notes.append(
                    f"{(unknown & mask).sum()} objects come without {column}: that limit was not applied to them."
                )
            mask &= unknown | _within(values, low, high)
        return mask, notes


def _within(values: NDArray[np.float64], low: float | None, high: float | None) -> NDArray[np.bool_]:
    low = -np.inf if low is None else low
    high = np.inf if high is None else high
    return (values >= low) & (values <= high)
