"""The network braai (VGG6, Duev et al. 2019, arXiv:1907.11259) as an ONNX graph.

Four convolutions of 3 x 3 pixels without padding, the largest of 2 x 2 after the second and of 4 x 4 after the fourth,
two dense layers. Input ``stamps`` (n, 3, 63, 63), output ``real`` (n, 1), both float32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tom_alerce_like.exceptions import ConfigurationError
from tom_alerce_like.plugins.classifiers.braai.reader import Weights

if TYPE_CHECKING:
    from onnx import NodeProto

_POOLED_PX = {"conv2": 2, "conv4": 4}
_OPSET, _IR_VERSION = 17, 8


def onnx_bytes(weights: Weights) -> bytes:
    """Return the graph with these weights; raises `ConfigurationError` where the library onnx is absent."""
    try:
        from onnx import TensorProto, helper, numpy_helper
    except ImportError as error:
        raise ConfigurationError("braai needs onnx: pip install 'tom-alerce-like[braai]'") from error
    stored = [numpy_helper.from_array(array, name) for name, array in _parameters(weights).items()]
    given = helper.make_tensor_value_info("stamps", TensorProto.FLOAT, ["n", 3, 63, 63])
    made = helper.make_tensor_value_info("real", TensorProto.FLOAT, ["n", 1])
    graph = helper.make_graph(_nodes(helper.make_node), "braai", [given], [made], stored)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION)
    return model.SerializeToString()


def _parameters(weights: Weights) -> dict[str, Any]:
    """Return the arrays in ONNX's order: channels out, channels in, rows, columns."""
    made: dict[str, Any] = {}
    for name, (kernel, bias) in weights.items():
        ordered = np.ascontiguousarray(kernel.transpose(3, 2, 0, 1)) if kernel.ndim == 4 else kernel
        made |= {f"{name} kernel": ordered, f"{name} bias": bias}
    return made


def _nodes(node: Any) -> list[NodeProto]:
    """Chain the layers; Keras flattens with the channels last."""
    nodes: list[NodeProto] = []
    last = "stamps"

    def add(kind: str, *more: str, **options: Any) -> None:
        nonlocal last
        nodes.append(node(kind, [last, *more], [f"{len(nodes)} {kind}"], **options))
        last = nodes[-1].output[0]

    for name in ("conv1", "conv2", "conv3", "conv4"):
        add("Conv", f"{name} kernel", f"{name} bias")
        add("Relu")
        if pooled_px := _POOLED_PX.get(name):
            add("MaxPool", kernel_shape=[pooled_px] * 2, strides=[pooled_px] * 2)
    add("Transpose", perm=[0, 2, 3, 1])
    add("Flatten")
    add("Gemm", "fc_1 kernel", "fc_1 bias")
    add("Relu")
    add("Gemm", "fc_out kernel", "fc_out bias")
    nodes.append(node("Sigmoid", [last], ["real"]))
    return nodes
