"""A light curve as a few points of an SVG picture, for lists."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from tom_alerce_like.plots import BAND_COLOURS

WIDTH, HEIGHT, MARGIN = 240, 90, 6
#: Detections that are drawn, the newest.
SHOWN_POINTS = 300
#: Sign of a band in words, and its outline about the point, 7 px wide.
_SHAPES = {
    "u": ("▲", "m0-4 4 7h-8z"),
    "g": ("●", "m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z"),
    "r": ("■", "m-3-3h6v6h-6z"),
    "i": ("◆", "m0-4.5 4.5 4.5-4.5 4.5-4.5-4.5z"),
    "z": ("▼", "m0 4-4-7h8z"),
    "y": ("✚", "m-1.2-4h2.4v2.8h2.8v2.4h-2.8v2.8h-2.4v-2.8h-2.8v-2.4h2.8z"),
}
_OTHER = ("–", "m-4-1h8v2h-8z")


class Dot(NamedTuple):
    """A detection in the picture, whose origin is its upper left corner."""

    x: float
    y: float
    band: str

    @property
    def colour(self) -> str:
        """Return the colour of the band."""
        return BAND_COLOURS.get(self.band, "#222222")

    @property
    def path(self) -> str:
        """Return the outline as SVG's path; each band has its own."""
        return f"M{self.x:.1f} {self.y:.1f}{_SHAPES.get(self.band, _OTHER)[1]}"


def shown(points: pd.DataFrame) -> pd.DataFrame:
    """Return what is drawn of one object's points (columns mjd, band, mag, is_detection), by time."""
    seen = points[points["is_detection"] & np.isfinite(points["mjd"]) & np.isfinite(points["mag"])]
    return seen.sort_values("mjd", kind="stable").tail(SHOWN_POINTS)


def dots(points: pd.DataFrame) -> list[Dot]:
    """Return the detections among one object's points: time to the right, bright is up."""
    seen = shown(points)
    across = MARGIN + _place(seen["mjd"]) * (WIDTH - 2 * MARGIN)
    down = MARGIN + _place(seen["mag"]) * (HEIGHT - 2 * MARGIN)
    return [Dot(x, y, band) for x, y, band in zip(across.round(1), down.round(1), seen["band"], strict=True)]


def _place(values: pd.Series) -> pd.Series:
    """Return where values are between the least, 0, and the largest, 1."""
    return (values - values.min()) / ((values.max() - values.min()) or 1)


def caption(points: pd.DataFrame) -> str:
    """Return what the picture shows in words: detections in each band, magnitudes, days; empty without detections."""
    seen = shown(points)
    if not len(seen):
        return ""
    count = seen["band"].value_counts()
    known = [band for band in _SHAPES if band in count] + sorted(set(count.index) - set(_SHAPES))
    bands = ", ".join(f"{_SHAPES.get(band, _OTHER)[0]} {count[band]} {band}" for band in known)
    days = seen["mjd"].iloc[-1] - seen["mjd"].iloc[0]
    return f"{len(seen)} det. ({bands}), {seen['mag'].min():.1f}–{seen['mag'].max():.1f} mag, {days:.0f} d"
