"""What the page shows of a job's matches: counts, separations and the first of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from operator import itemgetter
from typing import Any

import numpy as np
import plotly.graph_objs as go

from tom_alerce_like.plots import as_json, look
from tom_alerce_like.plugins.crossmatch.csvfile import CsvFile
from tom_alerce_like.plugins.crossmatch.joined import Found
from tom_alerce_like.plugins.crossmatch.matches import Matches
from tom_alerce_like.plugins.crossmatch.positions import Positions
from tom_alerce_like.plugins.hosts.sources import spellings

BINS = 30
FIRST = 50
#: Of a match's own columns so many are shown, if they have no more characters than this.
_VALUES, _LONGEST = 4, 40
#: Told apart by most colour-blind readers (Okabe and Ito 2008).
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9")


def of(table: CsvFile, places: Positions, found: Sequence[Found], options: dict[str, Any]) -> dict[str, Any]:
    """Return counts and separations by catalogue, and the first matches, as JSON can hold them."""
    edges = np.linspace(0, options["radius_arcsec"], BINS + 1)
    counted: list[dict[str, Any]] = []
    first: list[list[dict[str, Any]]] = []
    for one in found:
        n_rows = n_pairs = 0
        its_first: list[dict[str, Any]] = []
        histogram = np.zeros(BINS, dtype=int)
        for load in one.parts:
            part = load()
            n_rows += len(np.unique(part.row))
            n_pairs += len(part.row)
            histogram += np.histogram(part.separation_arcsec, edges)[0]
            its_first += _matches(part, one.name, FIRST - len(its_first))
        first.append(its_first)
        counted.append({"name": one.name, "rows": n_rows, "pairs": n_pairs, "histogram": histogram.tolist()})
    # the catalogues take turns, so that each of them is seen
    turns = [match for turn in zip_longest(*first) for match in turn if match]
    shown = sorted(turns[:FIRST], key=itemgetter("row"))
    said = _said(table, {match["row"] for match in shown}, {options["ra"], options["dec"]})
    return {
        "catalogues": counted,
        "edges": edges.tolist(),
        "first": [
            match | {"said": said[row], "ra_deg": float(places.ra_deg[row]), "dec_deg": float(places.dec_deg[row])}
            for match in shown
            for row in [match["row"]]
        ],
    }


def draw(summary: dict[str, Any]) -> dict[str, Any] | None:
    """Draw how many matches there are at which separation; None when there are none."""
    edges = np.array(summary["edges"])
    shown = [one for one in summary["catalogues"] if one["pairs"]]
    if not shown:
        return None
    middle, width = (edges[1:] + edges[:-1]) / 2, edges[1] - edges[0]
    bars = [
        go.Bar(
            x=middle.tolist(),
            y=one["histogram"],
            width=width,
            name=one["name"],
            marker={"color": _COLOURS[number % len(_COLOURS)]},
            opacity=0.7 if len(shown) > 1 else 1,
        )
        for number, one in enumerate(shown)
    ]
    figure = go.Figure(bars)
    figure.update_layout(
        **look(320),
        barmode="overlay",
        bargap=0,
        xaxis={"title": "separation (arcsec)", "range": [0, edges[-1]], "automargin": True},
        yaxis={"title": "matches", "rangemode": "tozero"},
        showlegend=True,
    )
    return as_json(figure)


def _matches(part: Matches, catalogue: str, n: int) -> list[dict[str, Any]]:
    lines = part.table.iloc[:n].to_dict("records")
    return [
        {"row": int(row), "separation_arcsec": float(apart), "catalogue": catalogue, "values": _values(line)}
        for row, apart, line in zip(part.row, part.separation_arcsec, lines, strict=False)
    ]


def _values(line: Mapping[Any, str]) -> list[tuple[str, str]]:
    """Return the first columns that say something beside the position and are not long."""
    names = list(line)
    left = {names[number] for pair in spellings.positions(names) for number in pair}
    said = [(name, value) for name, value in line.items() if value and name not in left and len(value) <= _LONGEST]
    return said[:_VALUES]


def _said(table: CsvFile, rows: set[int], position: set[int]) -> dict[int, str]:
    """Return what the user calls some rows: their first column that is no part of the position."""
    column = next((number for number in range(len(table.header)) if number not in position), None)
    last = max(rows, default=-1)
    found = {}
    for number, row in enumerate(table.rows()):
        if number > last:
            break
        if number in rows:
            found[number] = f"line {row.line}" if column is None else row.cells[column][:100] or f"line {row.line}"
    return found
