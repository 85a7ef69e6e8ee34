"""Plots for the pages, made on the server; the page brings plotly's JavaScript once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import plotly.graph_objs as go
from django.conf import settings

#: Colours of the bands, dark enough on white and distinct for most colour-blind readers.
BAND_COLOURS = {"u": "#6a3d9a", "g": "#1b9e77", "r": "#d62728", "i": "#e6a000", "z": "#7f4a21", "y": "#444444"}
_KINDS = {"detection": "circle", "forced": "circle-open", "limit": "triangle-down-open"}


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
        error_y=None if is_limit else {"array": [datum.brightness_error or 0 for datum in datums]},
        mode="markers",
        opacity=0.5 if is_limit else 1,
        marker={"color": BAND_COLOURS.get(band, "#222222"), "symbol": _KINDS[kind], "size": 7},
        name=label,
    )


def light_curve(datums: Iterable[Any]) -> dict[str, Any] | None:
    """Draw photometry (AB mag against time): detections, forced points, non-detections.

    ``datums`` are the toolkit's PhotometryReducedDatum rows. Returns the figure as plotly's JSON, None when there are
    no points.
    """
    groups: dict[tuple[str, str], list[Any]] = {}
    for datum in datums:
        groups.setdefault((datum.bandpass, _kind(datum)), []).append(datum)
    if not groups:
        return None
    figure = go.Figure([_series(band, kind, group) for (band, kind), group in sorted(groups.items())])
    figure.update_layout(
        template=getattr(settings, "PLOTLY_THEME", "plotly_white"),
        height=380,
        margin={"l": 50, "r": 10, "t": 10, "b": 40},
        yaxis={"autorange": "reversed", "title": "magnitude (AB)"},
        legend={"orientation": "h", "y": 1.12},
    )
    return json.loads(figure.to_json())
