"""What a net that was trained on simulated stamps says of the pixels: log odds of what made the alert."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.pixels import Pixels
from tom_alerce_like.serving import notes, session

WEIGHTS = Path(__file__).parent / "weights" / "simulated.onnx"
#: The net's kinds, artefacts together.
KINDS = {
    "simulated_hostless": ("hostless",),
    "simulated_in_galaxy": ("in_galaxy",),
    "simulated_in_nucleus": ("in_nucleus",),
    "simulated_variable": ("variable_star",),
    "simulated_moving": ("minor_planet", "asteroid streak"),
    "simulated_satellite": ("satellite",),
}
NAMES = (*KINDS, "simulated_artefact")
#: Log odds are rounded to this, so that the last digits of a batch's sums cannot turn a tree's answer.
_STEP, _LARGEST = 1 / 64, 12.0


def matrix(seen: Pixels) -> NDArray[np.float32]:
    """Return log probabilities of kinds, shape (n, NAMES), of normalised stamps (n, 3, 63, 63); NaN without pixels."""
    known = ~np.isnan(seen).all(axis=(1, 2, 3))
    table = np.full((len(seen), len(NAMES)), np.nan, np.float32)
    if known.any():
        (logits,) = session(WEIGHTS).run(["logits"], {"stamps": seen[known]})
        table[known] = _grouped(logits.astype(float), notes(WEIGHTS)["kinds"].split(","))
    return table


def _grouped(logits: NDArray[np.float64], kinds: list[str]) -> NDArray[np.float64]:
    named = {name for group in KINDS.values() for name in group}
    groups = [*KINDS.values(), tuple(name for name in kinds if name not in named)]
    parts = [np.logaddexp.reduce(logits[:, [kinds.index(name) for name in group]], axis=1) for group in groups]
    logs = np.stack(parts, axis=1) - np.logaddexp.reduce(logits, axis=1)[:, None]
    return np.round(np.maximum(logs, -_LARGEST) / _STEP) * _STEP
