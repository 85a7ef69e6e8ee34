"""The map of a field by the weights that `train` wrote, in ONNX Runtime."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.hosts.fields import Fields
from tom_alerce_like.plugins.hosts.heatmap import grid
from tom_alerce_like.plugins.hosts.heatmap.centroid import centred
from tom_alerce_like.plugins.hosts.heatmap.map import Map
from tom_alerce_like.plugins.hosts.heatmap.pyramid import pyramids
from tom_alerce_like.serving import notes, probabilities, session

Floats = NDArray[np.float64]
WEIGHTS = Path(__file__).parent / "weights" / "heatmap.onnx"
#: More fields at once leave the processor's cache.
_BATCH = 8


def probability(fields: Fields) -> Map:
    """Return where the centres of the hosts are."""
    return judged(pyramids(fields))


def locate(fields: Fields) -> Floats:
    """Return where the host's centre most probably is: (n, 2), east and north of the transient in arcsec.

    Whether there is a host that can be seen is not asked: `Map.none` tells. NaN where nothing was observed.
    """
    return located(fields, probability(fields))


def located(fields: Fields, answer: Map) -> Floats:
    """Return the same for maps that were made before."""
    offsets, _ = answer.peaks(1)
    return centred(fields, offsets[:, 0], grid.cell_arcsec(offsets[:, 0]))


def judged(seen: NDArray[np.float32], path: Path = WEIGHTS) -> Map:
    """Return the map for planes (n, levels, PLANES, 32, 32) of `pyramid.pyramids`."""
    cells, none = logits(seen, path)
    return mapped(cells, none, seen[:, :, -1] > 0, float(notes(path).get("temperature", 1)))


def logits(seen: NDArray[np.float32], path: Path = WEIGHTS) -> tuple[Floats, Floats]:
    """Return what the net says before calibration: (n, levels, 32, 32) and (n,)."""
    cells, none = np.empty((len(seen), grid.LEVELS, grid.SIDE, grid.SIDE)), np.empty(len(seen))
    for start in range(0, len(seen), _BATCH):
        part = slice(start, start + _BATCH)
        cells[part], none[part] = session(path).run(None, {"planes": seen[part]})
    return cells, none


def mapped(cells: Floats, none: Floats, observed: NDArray[np.bool_], temperature: float) -> Map:
    """Return probabilities of logits; no host's centre is seen where nothing was observed."""
    cells = np.where(grid.possible(observed), cells, -np.inf).reshape(len(cells), grid.SPEAKS.size)
    made = probabilities(np.column_stack([cells, none]), temperature)
    return Map(made[:, :-1].reshape(len(made), *grid.SPEAKS.shape), made[:, -1])
