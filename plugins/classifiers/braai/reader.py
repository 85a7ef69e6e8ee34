"""The public weights of braai, a Keras file in HDF5, as arrays: https://github.com/dmitryduev/braai, folder models."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.exceptions import ConfigurationError

Floats = NDArray[np.float32]
#: Kernel and bias of each layer.
Weights = Mapping[str, tuple[Floats, Floats]]

#: Kernels as Keras orders them: rows, columns, channels in, channels out; inputs, outputs.
KERNELS = {
    "conv1": (3, 3, 3, 16),
    "conv2": (3, 3, 16, 16),
    "conv3": (3, 3, 16, 32),
    "conv4": (3, 3, 32, 32),
    "fc_1": (1152, 256),
    "fc_out": (256, 1),
}


class Release(NamedTuple):
    """Weights that were published: their name, and whether each row of pixels is normalised or the whole stamp."""

    name: str
    by_row: bool


#: Published weights by the SHA-256 of their file; d6_m7 is what ZTF's ``drb`` is made with.
D6_M7 = "66a699da0c0f7ece4e4046e358cfd5a78bd3eabf0117921a09c6fdd640635110"
D6_M9 = "24f97a6a37cf90da2697a657644049caf8c7f2bf382b60c64aa88dba0828ceaa"
_RELEASES = {D6_M7: Release("d6_m7", by_row=True), D6_M9: Release("d6_m9", by_row=False)}


def release(sha256: str) -> Release:
    """Return what is known of the weights with this checksum; weights of your own are normalised as the newest."""
    return _RELEASES.get(sha256.lower()) or Release(sha256.lower()[:12], by_row=False)


def read(path: Path, sha256: str) -> Weights:
    """Return kernel and bias of each layer; the file is checked against ``sha256`` before it is read.

    Raises `ConfigurationError` when it is absent, another one, or no braai.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"the weights {path} cannot be read: {error.strerror}") from error
    return arrays(data, sha256)


def arrays(data: bytes, sha256: str) -> Weights:
    """Return kernel and bias of each layer in the bytes of a file; raises `ConfigurationError` as `read`."""
    found = hashlib.sha256(data).hexdigest()
    if found != sha256.lower():
        raise ConfigurationError(f"the weights have the checksum {found}, not {sha256}")
    try:
        import h5py
    except ImportError as error:
        raise ConfigurationError("weights of braai need h5py: pip install 'tom-alerce-like[braai]'") from error
    try:
        with h5py.File(io.BytesIO(data)) as file:
            return {name: _layer(file["model_weights"][name][name], shape) for name, shape in KERNELS.items()}
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(f"the weights are not those of a braai network: {error}") from error


def _layer(stored: Any, shape: tuple[int, ...]) -> tuple[Floats, Floats]:
    kernel, bias = (np.asarray(stored[name][()], np.float32) for name in ("kernel:0", "bias:0"))
    if kernel.shape != shape or bias.shape != shape[-1:]:
        raise ValueError(f"a kernel has the shape {kernel.shape} and not {shape}")
    return kernel, bias
