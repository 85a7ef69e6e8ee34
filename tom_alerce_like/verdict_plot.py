"""The class tree over time: stacked bars of the leaves' probabilities, and lines of other modules beneath."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objs as go
from numpy.typing import NDArray

from tom_alerce_like.history import Verdicts
from tom_alerce_like.plots import as_json, look, times
from tom_alerce_like.taxonomy import BRANCHES, is_conditional

#: Colours that most colour-blind readers tell apart (Okabe and Ito 2008), one a branch; leaves are shades of them.
BRANCH_COLOURS = {"Transient": (213, 94, 0), "Stochastic": (0, 114, 178), "Periodic": (0, 158, 115)}
#: Of lines: 4 colours and 9 markers make 36 that differ; the colours stand out on white and on black, 3 to 1.
LINE_COLOURS = ("#808080", "#9b59d0", "#b07d00", "#2f7fd0")
MARKERS = (
    *("circle", "diamond", "square", "triangle-up", "x"),
    *("triangle-down", "star", "cross", "hexagon"),
)
#: Of a branch these leaves at most have a bar of their own, if they were ever as probable as this.
_LEAVES, _RARE = 3, 0.1
_MS_PER_DAY = 86_400_000


def words(verdicts: Verdicts) -> str:
    """Say in words what a tree of classes holds now for most probable, and what it first held."""
    newest, first = (_said(verdicts, at) for at in (-1, 0))
    after = f"after {_counted(verdicts.n_detections[-1])} it is {newest[1]}"
    if len(verdicts.mjd) == 1:
        return f"{after}."
    if newest[0] == first[0]:
        return f"{after}; it was already after {_counted(verdicts.n_detections[0])} ({first[1]})."
    return f"{after}; after {_counted(verdicts.n_detections[0])} it was {first[1]}."


def _counted(n: int) -> str:
    return f"{n} detection" if n == 1 else f"{n} detections"


def _said(verdicts: Verdicts, at: int) -> tuple[str, str]:
    row = verdicts.scores.iloc[at].fillna(0)
    sums = {name: row[[leaf for leaf in leaves if leaf in row]].sum() for name, leaves in BRANCHES.items()}
    branch = max(sums, key=lambda name: sums[name])
    leaf = row[[leaf for leaf in BRANCHES[branch] if leaf in row]].idxmax()
    return leaf, f"{branch} {sums[branch]:.2f}, most probably {leaf} {row[leaf]:.2f}"


def draw(found: Sequence[Verdicts]) -> dict[str, Any] | None:
    """Draw what modules said of one object after each of its nights; None when nobody said anything."""
    tree = next((verdicts for verdicts in found if verdicts.is_tree), None)
    others = [verdicts for verdicts in found if verdicts is not tree]
    if tree is None and not others:
        return None
    figure = go.Figure(_bars(tree) if tree else [])
    for number, verdicts in enumerate(others):
        figure.add_trace(_line(verdicts, number, "y2" if tree else "y"))
    both = tree is not None and bool(others)
    axis = {"range": [0, 1.02], "title": {"text": "probability"}, "fixedrange": True}
    layout = look(460 if both else 360 if tree else 300)
    layout["legend"] |= {"traceorder": "normal"}
    figure.update_layout(
        **layout,
        barmode="stack",
        xaxis={"title": "date (UTC)", "automargin": True, "anchor": "y2" if both else "y"},
        yaxis={**axis, "domain": [0.42, 1] if both else [0, 1]},
        showlegend=True,
    )
    if both:
        figure.update_layout(yaxis2={**axis, "domain": [0, 0.33]})
    return as_json(figure)


def _bars(tree: Verdicts) -> list[go.Bar]:
    """Return a trace for each leaf; a bar lasts until the next night with new points."""
    gaps = np.diff(tree.mjd)
    days = np.append(gaps, np.median(gaps) if len(gaps) else 1.0)
    bars = []
    for branch, leaves in BRANCHES.items():
        known = [leaf for leaf in leaves if leaf in tree.scores]
        likeliest = sorted(known, key=lambda leaf: -tree.scores[leaf].max())[:_LEAVES]
        often = [leaf for leaf in known if leaf in likeliest and tree.scores[leaf].max() >= _RARE]
        parts = {leaf: tree.scores[leaf].to_numpy() for leaf in often}
        rare = tree.scores[[leaf for leaf in known if leaf not in often]].sum(axis=1).to_numpy()
        if rare.max(initial=0) > _RARE / 20:
            parts[f"other {branch}"] = rare
        for number, (leaf, values) in enumerate(parts.items()):
            bars.append(_bar(tree, days, leaf, branch, values, _shade(branch, number, len(parts))))
    return bars


def _bar(
    tree: Verdicts, days: NDArray[np.float64], leaf: str, branch: str, values: NDArray[np.float64], colour: str
) -> go.Bar:
    name = leaf if branch in leaf else f"{branch}: {leaf}"
    return go.Bar(
        x=times(tree.mjd),
        y=np.round(values, 4).tolist(),
        width=(days * _MS_PER_DAY).tolist(),
        offset=0,
        marker={"color": colour, "line": {"color": "#ffffff", "width": 0.5}},
        name=name,
        customdata=tree.n_detections.tolist(),
        hovertemplate=f"{name} %{{y:.2f}} after %{{customdata}} detections<extra></extra>",
    )


def _shade(branch: str, number: int, n: int) -> str:
    """Return the colour of a branch, the paler the further down its list a leaf is."""
    pale = 0.65 * number / max(n - 1, 1)
    return f"rgb{tuple(round(value + pale * (255 - value)) for value in BRANCH_COLOURS[branch])}"


def _line(verdicts: Verdicts, number: int, axis: str) -> go.Scatter:
    """Return the line of a module: of its first class where it has two, else of the class that it now favours.

    One that answers "if it is of this branch, which?" is dashed.
    """
    scores = verdicts.scores
    dash, condition = ("dash", ", if it is one") if is_conditional(verdicts.module) else ("solid", "")
    name = scores.columns[0] if scores.shape[1] <= 2 else scores.iloc[-1].fillna(-1).idxmax()
    return go.Scatter(
        x=times(verdicts.mjd),
        y=[None if np.isnan(value) else round(value, 4) for value in scores[name]],
        yaxis=axis,
        mode="lines+markers",
        line={"shape": "hv", "width": 1.5, "dash": dash, "color": LINE_COLOURS[number % len(LINE_COLOURS)]},
        marker={"symbol": MARKERS[number % len(MARKERS)], "size": 7},
        name=f"{verdicts.module}: {name}{condition}",
    )
