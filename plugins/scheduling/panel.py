"""The panel "Visibility tonight" of the target page: altitude against time at each site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils import timezone

from tom_alerce_like.clock import from_mjd, to_mjd
from tom_alerce_like.plugins.scheduling import timeline
from tom_alerce_like.plugins.scheduling.sites import Site, sites
from tom_alerce_like.plugins.scheduling.visibility import (
    LIMITS,
    STEP_MIN,
    altitude,
    dark_grid,
    moon_distance,
    observable,
)

COLOURS = ("#1b6ca8", "#c0392b", "#1e8449", "#8e44ad", "#b9770e", "#34495e", "#d2527f", "#0e7c7b")
# A night begins within a day from now; all but polar ones are over half a day later.
_AXIS_HOURS = 36


@dataclass(frozen=True)
class Curve:
    """The altitude of a target through one site's night; ``points`` are "minute,90 - altitude in deg" pairs."""

    site: str
    colour: str
    points: str
    last_minute: int
    best_deg: int
    best_time: str
    moon_deg: int
    hours: float


def context(target: Any, user: Any) -> dict[str, Any]:
    """Return the curves of a sidereal target tonight, none for others."""
    if target.type != "SIDEREAL" or target.ra is None or target.dec is None:
        return {"curves": [], "is_fixed": False}
    now = timezone.now()
    start = timeline.axis(now).start
    found = [_curve(target, site, to_mjd(now), to_mjd(start), index) for index, site in enumerate(sites())]
    curves = [curve for curve in found if curve]
    last_minute = max((curve.last_minute for curve in curves), default=0)
    hours = min(last_minute // 60 + 1, _AXIS_HOURS)
    return {
        "curves": curves,
        "is_fixed": True,
        "width": str(60 * hours),
        "labels": timeline.axis(now, hours).labels(),
        "limit_y": str(90 - round(float(np.degrees(np.arcsin(1 / LIMITS.max_airmass))))),
        "limits": LIMITS,
        "date": f"{now:%Y-%m-%d %H:%M}",
    }


def _curve(target: Any, site: Site, mjd: float, zero_mjd: float, index: int) -> Curve | None:
    times = dark_grid(site, mjd)
    if not len(times):
        return None
    altitude_deg = altitude(target.ra, target.dec, site, times)[0]
    minutes = np.round((times - zero_mjd) * 1440).astype(int)
    best = int(altitude_deg.argmax())
    return Curve(
        site=site.name,
        colour=COLOURS[index % len(COLOURS)],
        points=" ".join(f"{x},{90 - y:.1f}" for x, y in zip(minutes, altitude_deg, strict=True)),
        last_minute=int(minutes[-1]),
        best_deg=round(float(altitude_deg[best])),
        best_time=f"{from_mjd(times[best]):%H:%M}",
        moon_deg=round(float(moon_distance(target.ra, target.dec, site, times).min())),
        hours=float(observable(target.ra, target.dec, site, times).sum() * STEP_MIN / 60),
    )
