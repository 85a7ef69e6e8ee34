"""DELIGHT's public weights, read from an installed ``astro-delight`` or from a file, as an ONNX graph.

The package is found by its metadata and not imported: it would bring TensorFlow along. Its weights come under the
licence that it has (GPL-3), are read at run time only and are not part of this package. Architecture: Foerster et al.
2022, AJ 164, 195, arXiv:2208.04310, section 3, and the shapes of the arrays themselves.
"""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.exceptions import ConfigurationError

Floats = NDArray[np.float32]

DISTRIBUTION, SUFFIX = "astro-delight", ".weights.h5"
LEVELS, SIZE_PX = 5, 30
#: Kernels as Keras orders them: rows, columns, channels in, channels out; inputs, outputs.
KERNELS = {
    "conv2d": (3, 3, 1, 52),
    "conv2d_1": (3, 3, 52, 57),
    "conv2d_2": (3, 3, 57, 41),
    "dense": (3280, 685),
    "dense_1": (685, 2),
}
_OPSET, _IR_VERSION = 17, 8


def is_installed() -> bool:
    """Return whether astro-delight is installed."""
    try:
        return bool(metadata.version(DISTRIBUTION))
    except metadata.PackageNotFoundError:
        return False


def installed() -> Path:
    """Return the file of weights of an installed astro-delight; raises `ConfigurationError` where there is none."""
    try:
        files = metadata.distribution(DISTRIBUTION).files or []
    except metadata.PackageNotFoundError as error:
        raise ConfigurationError("DELIGHT's weights come with astro-delight, which is not installed") from error
    found = [path for file in files if file.name.endswith(SUFFIX) and (path := Path(str(file.locate()))).is_file()]
    if not found:
        raise ConfigurationError(f"the installed astro-delight has no file *{SUFFIX}")
    return found[0]


def read(path: Path) -> dict[str, tuple[Floats, Floats]]:
    """Return kernel and bias of each layer; raises `ConfigurationError` when the file is absent or another one."""
    try:
        import h5py
    except ImportError as error:
        raise ConfigurationError("DELIGHT's weights need h5py: pip install 'tom-alerce-like[braai]'") from error
    try:
        with h5py.File(path) as file:
            return {name: _layer(file["layers"][name]["vars"], shape) for name, shape in KERNELS.items()}
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(f"{path} does not hold DELIGHT's weights: {error}") from error


def _layer(stored: Any, shape: tuple[int, ...]) -> tuple[Floats, Floats]:
    kernel, bias = (np.asarray(stored[name][()], np.float32) for name in ("0", "1"))
    if kernel.shape != shape or bias.shape != shape[-1:]:
        raise ValueError(f"a kernel has the shape {kernel.shape} and not {shape}")
    return kernel, bias


def onnx_bytes(weights: dict[str, tuple[Floats, Floats]]) -> bytes:
    """Return the graph: ``levels`` (n, 5, 30, 30) to ``offset`` (n, 2); raises `ConfigurationError` without onnx."""
    try:
        from onnx import TensorProto, helper, numpy_helper
    except ImportError as error:
        raise ConfigurationError("DELIGHT's network needs onnx: pip install 'tom-alerce-like[braai]'") from error
    arrays = {"levels apart": np.array([-1, 1, SIZE_PX, SIZE_PX]), "levels together": np.array([-1, 3280])}
    for name, (kernel, bias) in weights.items():
        ordered = np.ascontiguousarray(kernel.transpose(3, 2, 0, 1)) if kernel.ndim == 4 else kernel
        arrays |= {f"{name} kernel": ordered, f"{name} bias": bias}
    stored = [numpy_helper.from_array(array, name) for name, array in arrays.items()]
    given = helper.make_tensor_value_info("levels", TensorProto.FLOAT, ["n", LEVELS, SIZE_PX, SIZE_PX])
    made = helper.make_tensor_value_info("offset", TensorProto.FLOAT, ["n", 2])
    graph = helper.make_graph(_nodes(helper.make_node), "delight", [given], [made], stored)
    opsets = [helper.make_opsetid("", _OPSET)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION).SerializeToString()


def _nodes(node: Any) -> list[Any]:
    """Chain the layers; the five levels go through the same convolutions, and Keras flattens with the channels last."""
    nodes: list[Any] = []
    last = "levels"

    def add(kind: str, *more: str, **options: Any) -> None:
        nonlocal last
        nodes.append(node(kind, [last, *more], [f"{len(nodes)} {kind}"], **options))
        last = nodes[-1].output[0]

    add("Reshape", "levels apart")
    for name in ("conv2d", "conv2d_1", "conv2d_2"):
        add("Conv", f"{name} kernel", f"{name} bias")
        add("Relu")
        if name != "conv2d_2":
            add("MaxPool", kernel_shape=[2, 2], strides=[2, 2])
    add("Transpose", perm=[0, 2, 3, 1])
    add("Reshape", "levels together")
    add("Gemm", "dense kernel", "dense bias")
    add("Tanh")
    nodes.append(node("Gemm", [last, "dense_1 kernel", "dense_1 bias"], ["offset"]))
    return nodes
