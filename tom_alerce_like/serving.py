"""What every module needs to serve its weights: ONNX Runtime, loaded at the first score, and calibrated softmax."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray


@cache
def session(path: Path) -> Any:
    """Return the ONNX Runtime session of a file of weights, loaded once per process."""
    return started(str(path))


def started(model: str | bytes) -> Any:
    """Return a new ONNX Runtime session of a file or of a graph in memory, on one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # more threads would sum the trees of a single row in another order than those of a batch
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


@cache
def notes(path: Path) -> Mapping[str, str]:
    """Return what training wrote about a file of weights: temperature, version and the like; read once per process."""
    return MappingProxyType(session(path).get_modelmeta().custom_metadata_map)


def platt(path: Path, features: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the probabilities (n,) of a file of weights that gives one margin and keeps its slope and offset."""
    (margin,) = session(path).run(["logits"], {"features": features})
    return calibrated(margin[:, 0], *(float(notes(path)[name]) for name in ("slope", "offset")))


def calibrated(margin: NDArray[Any], slope: float, offset: float) -> NDArray[np.float64]:
    """Return the probabilities of margins (n,): Platt 1999."""
    return 1 / (1 + np.exp(-(slope * margin.astype(float) + offset)))


def one_thread() -> Any:
    """Return a context in which matrix products of NumPy take one thread.

    Products as small as ours take up to 18 times as long where several threads share busy cores.
    """
    return _libraries().limit(limits=1, user_api="blas")


@cache
def _libraries() -> Any:
    import threadpoolctl

    return threadpoolctl.ThreadpoolController()


def probabilities(logits: NDArray[Any], temperature: float) -> NDArray[np.float64]:
    """Return the softmax of logits (n, classes) over a temperature; above 1 it takes confidence away."""
    scaled = logits.astype(float) / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
