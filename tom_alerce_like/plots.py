"""Plots for the pages, made on the server; the page brings plotly's JavaScript once."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import plotly.graph_objs as go
from django.conf import settings
from numpy.typing import ArrayLike, NDArray

from tom_alerce_like.clock import datetimes

logger = logging.getLogger(__name__)
#: Colours of the bands, dark enough on white and distinct for most colour-blind readers.
BAND_COLOURS = {"u": "#6a3d9a", "g": "#1b9e77", "r": "#d62728", "i": "#e6a000", "z": "#7f4a21", "y": "#444444"}
_UNKNOWN = "#222222"
_KINDS = {"detection": "circle", "forced": "circle-open", "limit": "triangle-down-open"}
#: Room about the points, and how far an error bar and a line with its interval may stretch the axis.
_ROOM_MAG, _LARGE_ERROR_MAG, _STRETCH_MAG = 0.3, 0.5, 1.5


@dataclass(frozen=True)
class Line:
    """What a plugin draws into a light curve: AB magnitudes against MJD in one band, with or without an interval.

    ``dash`` is plotly's word for the style of the line: solid, dash, dot.
    """

    name: str
    band: str
    mjd: NDArray[np.float64]
    mag: NDArray[np.float64]
    bright: NDArray[np.float64] | None = None
    faint: NDArray[np.float64] | None = None
    dash: str = "solid"


def light_curve(datums: Iterable[Any], lines: Sequence[Line] = ()) -> dict[str, Any] | None:
    """Draw photometry (AB mag against time): detections, forced points, non-detections, and plugins' lines.

    ``datums`` are the toolkit's PhotometryReducedDatum rows. Returns the figure as plotly's JSON, None when there are
    no points. A line that cannot be drawn is logged and left out.
    """
    groups: dict[tuple[str, str], list[Any]] = {}
    for datum in datums:
        groups.setdefault((datum.bandpass, _kind(datum)), []).append(datum)
    if not groups:
        return None
    seen = _mag_range(groups)
    figure = go.Figure([_series(band, kind, group) for (band, kind), group in sorted(groups.items())])
    drawn: list[Line] = []
    for line in lines:
        try:
            whole = _whole(line)
            figure.add_traces(_drawn(whole, *seen))
        except Exception:
            logger.exception("a line of a plugin cannot be drawn: %r", line)
            continue
        drawn.append(whole)
    bright, faint = _stretched(*seen, drawn)
    figure.update_layout(
        **look(400),
        xaxis={"title": "date (UTC)", "automargin": True},
        yaxis={"range": [faint, bright], "title": "magnitude (AB)"},
    )
    return as_json(figure)


def look(height: int) -> dict[str, Any]:
    """Return the layout that our figures share; the legend is below, where it may take as many lines as it needs."""
    return {
        "template": getattr(settings, "PLOTLY_THEME", "plotly_white"),
        "height": height,
        "margin": {"l": 50, "r": 10, "t": 10, "b": 40},
        "legend": {"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom"},
    }


def as_json(figure: go.Figure) -> dict[str, Any]:
    """Return a figure as plotly's JSON."""
    return json.loads(figure.to_json())


def times(mjd: NDArray[np.float64]) -> list[str]:
    """Return MJD as plotly wants times."""
    return [when.isoformat() for when in datetimes(mjd)]


def _kind(datum: Any) -> str:
    if datum.brightness is None:
        return "limit"
    return "forced" if datum.reduction_version == "forced" else "detection"


def _series(band: str, kind: str, datums: list[Any]) -> go.Scatter:
    is_limit = kind == "limit"
    label = {"detection": band, "forced": f"{band} forced", "limit": f"{band} limit"}[kind]
    return go.Scatter(
        x=[datum.timestamp.isoformat() for datum in datums],
        y=[datum.limit if is_limit else datum.brightness for datum in datums],
        error_y=None if is_limit else {"array": [_error(datum) for datum in datums]},
        mode="markers",
        opacity=0.5 if is_limit else 1,
        marker={"color": BAND_COLOURS.get(band, _UNKNOWN), "symbol": _KINDS[kind], "size": 7},
        name=label,
    )


def _error(datum: Any) -> float:
    """Return the error of a magnitude, 0 where it is unknown."""
    error = datum.brightness_error
    return error if error is not None and np.isfinite(error) else 0.0


def _mag_range(groups: dict[tuple[str, str], list[Any]]) -> tuple[float, float]:
    """Return the magnitudes between which all points and their errors are."""
    shown: list[float] = []
    for (_, kind), datums in groups.items():
        for datum in datums:
            mag = datum.limit if kind == "limit" else datum.brightness
            error = 0.0 if kind == "limit" else min(_error(datum), _LARGE_ERROR_MAG)
            shown += [] if mag is None or not np.isfinite(mag) else [mag - error, mag + error]
    if not shown:
        return 15.0, 21.0
    return min(shown), max(shown)


def _stretched(bright: float, faint: float, lines: Sequence[Line]) -> tuple[float, float]:
    """Return the magnitudes between which the axis runs: the points, the lines that are near, and some room."""
    edges = [edge for line in lines for edge in (line.mag, line.bright, line.faint) if edge is not None]
    drawn = np.concatenate([[bright, faint], *edges])
    drawn = np.clip(drawn[~np.isnan(drawn)], bright - _STRETCH_MAG, faint + _STRETCH_MAG)
    return float(drawn.min()) - _ROOM_MAG, float(drawn.max()) + _ROOM_MAG


def _whole(line: Line) -> Line:
    """Return a line with its values as arrays; raises ValueError or TypeError where it is none."""
    mjd = np.asarray(line.mjd, dtype=float)
    mag = _like(line.mag, mjd)
    if mag is None or not np.isfinite(mjd).all():
        raise ValueError("a line needs a time and a magnitude for each of its points")
    return replace(line, mjd=mjd, mag=mag, bright=_like(line.bright, mjd), faint=_like(line.faint, mjd))


def _like(values: ArrayLike | None, mjd: NDArray[np.float64]) -> NDArray[np.float64] | None:
    if values is None:
        return None
    made = np.asarray(values, dtype=float)
    if mjd.ndim != 1 or made.shape != mjd.shape:
        raise ValueError(f"{made.shape} values for {mjd.shape} times")
    return made


def _drawn(line: Line, bright: float, faint: float) -> list[go.Scatter]:
    """Return the traces of a line: what its interval covers, shaded, and the line itself; one click hides both."""
    colour = BAND_COLOURS.get(line.band, _UNKNOWN)
    when = times(line.mjd)
    together = {"x": when, "legendgroup": f"{line.name} {line.band}", "mode": "lines"}
    traces = []
    if line.bright is not None and line.faint is not None:
        # ends beyond the axis would be as far as a faint object is: infinitely
        edges = np.clip(np.nan_to_num(line.faint, posinf=99), bright - 5, faint + 5), line.bright
        for number, edge in enumerate(edges):
            fill = {"fill": "tonexty", "fillcolor": f"rgba{_rgb(colour)[:-1]}, 0.18)"} if number else {}
            traces.append(
                go.Scatter(y=edge.tolist(), line={"width": 0}, showlegend=False, hoverinfo="skip", **fill, **together)
            )
    style = {"color": colour, "dash": line.dash, "width": 2}
    traces.append(go.Scatter(y=line.mag.tolist(), line=style, name=f"{line.band} {line.name}", **together))
    return traces


def _rgb(colour: str) -> str:
    return str(tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5)))
