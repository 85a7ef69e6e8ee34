"""A light curve as a few points of an SVG picture, for lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from tom_alerce_like.plots import BAND_COLOURS

WIDTH, HEIGHT, MARGIN = 240, 90, 6
#: Points that are drawn, the newest.
SHOWN_POINTS = 300


class Dot(NamedTuple):
    """A detection in the picture, whose origin is its upper left corner."""

    x: float
    y: float
    colour: str


def dots(datums: Sequence[Any]) -> list[Dot]:
    """Return the detections among time-ordered rows of the toolkit's photometry: time to the right, bright is up."""
    shown = [datum for datum in datums if datum.brightness is not None][-SHOWN_POINTS:]
    if not shown:
        return []
    times = [datum.timestamp.timestamp() for datum in shown]
    mags = [datum.brightness for datum in shown]
    days, depth = max(times) - min(times) or 1, max(mags) - min(mags) or 1
    return [
        Dot(
            round(MARGIN + (time - min(times)) / days * (WIDTH - 2 * MARGIN), 1),
            round(MARGIN + (mag - min(mags)) / depth * (HEIGHT - 2 * MARGIN), 1),
            BAND_COLOURS.get(datum.bandpass, "#222222"),
        )
        for datum, time, mag in zip(shown, times, mags, strict=True)
    ]


def caption(datums: Sequence[Any]) -> str:
    """Return what the picture shows in words: magnitudes and days, empty without detections."""
    shown = [datum for datum in datums if datum.brightness is not None][-SHOWN_POINTS:]
    if not shown:
        return ""
    mags = [datum.brightness for datum in shown]
    days = (shown[-1].timestamp - shown[0].timestamp).total_seconds() / 86_400
    return f"{len(shown)} det., {min(mags):.1f}–{max(mags):.1f} mag, {days:.0f} d"
