"""The tree of classes as numbers: logits of the branches and of the leaves of each, and what comes out of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.serving import probabilities
from tom_alerce_like.taxonomy import BRANCHES

Floats = NDArray[np.float64]
_SIZES = [len(BRANCHES), *(len(leaves) for leaves in BRANCHES.values())]
_ENDS = np.cumsum(_SIZES)
#: Columns of the logits: of the branches, then of the leaves of each branch.
NODES = tuple(slice(int(end - size), int(end)) for end, size in zip(_ENDS, _SIZES, strict=True))
N_LOGITS = int(_ENDS[-1])
#: Branch of each leaf.
BRANCH = np.repeat(np.arange(len(BRANCHES)), _SIZES[1:])
#: Number of each leaf within its branch.
WITHIN = np.concatenate([np.arange(size) for size in _SIZES[1:]])


#: Temperature of a node after `USUAL` detections, and the power of their number with which it falls.
Temperature = tuple[float, float]
USUAL = 12


def cooled(logits: NDArray[Any], detections: NDArray[Any], temperature: Temperature) -> Floats:
    """Return the logits (n, classes) of a node over its temperature: fewer detections, less confidence."""
    usual, power = temperature
    return np.asarray(logits / (usual * (detections / USUAL) ** -power)[:, None])


def leaves(logits: NDArray[Any], detections: NDArray[Any], temperatures: Sequence[Temperature]) -> Floats:
    """Return probabilities (n, leaves): of the branch, times those of the leaf within it."""
    pairs = zip(NODES, temperatures, strict=True)
    made = [probabilities(cooled(logits[:, node], detections, t), 1.0) for node, t in pairs]
    return np.asarray(made[0][:, BRANCH] * np.concatenate(made[1:], axis=1))


def codes(leaf: NDArray[np.int64], node: int) -> NDArray[np.int64]:
    """Return the class of each leaf at a node: its branch, or its number within the branch; -1 if it is not there."""
    return BRANCH[leaf] if node == 0 else np.where(BRANCH[leaf] == node - 1, WITHIN[leaf], -1)
