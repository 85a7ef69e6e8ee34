"""ZTF's own network as a teacher: what ``drb`` would be of stamps that no packet holds.

Its judgement of simulated and perturbed stamps is a training target of ours, so that our net learns the survey's
judgement where few alerts have one. Serving needs neither the teacher nor its weights.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.braai.graph import onnx_bytes
from tom_alerce_like.plugins.classifiers.braai.prepare import normalised
from tom_alerce_like.plugins.classifiers.braai.reader import D6_M7, read
from tom_alerce_like.plugins.classifiers.pixels import Pixels
from tom_alerce_like.serving import started

Teacher = Callable[[Pixels], NDArray[np.float32]]
_BATCH = 32


def braai(path: Path) -> Teacher:
    """Return a function from stamps (n, 3, 63, 63) to the probabilities that braai d6_m7 gives them.

    ``path`` is its public file of weights (docs/modules/braai.md); raises `ConfigurationError` for another file.
    """
    net = started(onnx_bytes(read(path, D6_M7)))

    def judge(stamps: Pixels) -> NDArray[np.float32]:
        parts = np.split(stamps, range(_BATCH, len(stamps), _BATCH))
        return np.concatenate([net.run(["real"], {"stamps": _prepared(part)})[0][:, 0] for part in parts])

    return judge


def _prepared(stamps: Pixels) -> Pixels:
    rows = normalised(stamps.reshape(-1, stamps.shape[-1]), by_row=True)
    return rows.reshape(stamps.shape)
