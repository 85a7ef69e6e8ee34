"""A trained `StampNet` as an ONNX graph, in which the turned filters are plain convolutions.

Input ``stamps`` (n, 3, 63, 63): for the view `NOISE` normalised, NaN where missing; for the view `LINES` as they are,
0 where missing, the norms of rows and columns are part of the graph. Output ``logits`` (n, outputs).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from onnx import NodeProto, TensorProto, checker, helper, numpy_helper
from torch import Tensor

from tom_alerce_like.plugins.classifiers.nets import BLOCK_PX, INNER_PX, ORDER, POOLED_PX, STEP_PX, StampNet
from tom_alerce_like.plugins.classifiers.normalise import SKY, SKY_LEVEL, TINY
from tom_alerce_like.plugins.classifiers.pixels import KINDS, SIZE_PX

_OPSET, _IR_VERSION = 17, 8
_START_PX = (SIZE_PX - INNER_PX) // 2


def write(net: StampNet, properties: Mapping[str, str], path: Path) -> None:
    """Write the net and some texts about it."""
    arrays = _arrays(net)
    given = [helper.make_tensor_value_info("stamps", TensorProto.FLOAT, ["n", len(KINDS), SIZE_PX, SIZE_PX])]
    made = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", net.out.out_features])
    used = {name for node in _nodes(net) for name in node.input}
    stored = [numpy_helper.from_array(array, name) for name, array in arrays.items() if name in used]
    graph = helper.make_graph(_nodes(net), "stamp net", given, [made], stored)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION)
    helper.set_model_props(model, dict(properties))
    checker.check_model(model)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(model.SerializeToString())


def _arrays(net: StampNet) -> dict[str, Any]:
    """Return weights by name; the mean over orientations is a part of the first dense layer."""
    made = {
        "hidden weight": np.repeat(_numpy(net.hidden.weight) / ORDER, ORDER, axis=1),
        "hidden bias": _numpy(net.hidden.bias),
        "out weight": _numpy(net.out.weight),
        "out bias": _numpy(net.out.bias),
        "zero": np.zeros((), np.float32),
        "sky": np.array(SKY),
        "tiny": np.array(TINY),
        "from": np.array([_START_PX] * 2),
        "to": np.array([_START_PX + INNER_PX] * 2),
        "axes": np.array([2, 3]),
    }
    for number, layer in enumerate([net.lift, *net.groups]):
        made[f"filters {number}"] = _numpy(layer.weight())
        made[f"bias {number}"] = _numpy(layer.bias.repeat_interleave(ORDER))
    if not net.view.missing:
        # the level of the sky is taken off after the first filters instead of before
        levels = np.tile(SKY_LEVEL.ravel(), net.view.planes // len(SKY_LEVEL))
        made["bias 0"] -= made["filters 0"].sum(axis=(2, 3)) @ levels
    return made


def _numpy(tensor: Tensor) -> Any:
    return np.ascontiguousarray(tensor.detach().float().numpy())


def _nodes(net: StampNet) -> list[NodeProto]:
    node = helper.make_node
    nodes = _missing() if net.view.missing else _lines()
    wide = ["images", "missing"] if net.view.missing else ["images"]
    nodes.append(node("Slice", ["images", "from", "to", "axes"], ["inner"]))
    blocks: dict[str, Any] = {"kernel_shape": [BLOCK_PX] * 2, "strides": [STEP_PX] * 2}
    nodes += [node("AveragePool", [name], [f"whole {name}"], **blocks) for name in wide]
    nodes.append(node("Concat", ["inner", *(f"whole {name}" for name in wide)], ["seen"], axis=1))
    last = "seen"
    for number, layer in enumerate([net.lift, *net.groups]):
        filters = [last, f"filters {number}", f"bias {number}"]
        name = f"convolution {number}"
        nodes.append(node("Conv", filters, [f"sum {number}"], name, strides=[layer.step_px] * 2))
        nodes.append(node("Relu", [f"sum {number}"], [last := f"layer {number}"]))
        if number == 1:
            nodes.append(node("MaxPool", [last], ["pooled"], kernel_shape=[POOLED_PX] * 2, strides=[POOLED_PX] * 2))
            last = "pooled"
    return [
        *nodes,
        node("Flatten", [last], ["features"]),
        node("Gemm", ["features", "hidden weight", "hidden bias"], ["hidden sum"], transB=1),
        node("Relu", ["hidden sum"], ["hidden"]),
        node("Gemm", ["hidden", "out weight", "out bias"], ["logits"], transB=1),
    ]


def _missing() -> list[NodeProto]:
    """What is missing counts as sky, and is told."""
    return [
        helper.make_node("IsNaN", ["stamps"], ["is missing"]),
        helper.make_node("Cast", ["is missing"], ["missing"], to=TensorProto.FLOAT),
        helper.make_node("Where", ["is missing", "zero", "stamps"], ["images"]),
    ]


def _lines() -> list[NodeProto]:
    """What `normalise.by_lines` does, but for the level of the sky."""
    nodes = []
    for name, axis in (("rows", 3), ("columns", 2)):
        nodes += [
            helper.make_node("ReduceL2", ["stamps"], [f"norms of {name}"], axes=[axis], keepdims=1),
            helper.make_node("Div", [f"norms of {name}", "sky"], [f"skies of {name}"]),
            helper.make_node("Max", [f"skies of {name}", "tiny"], [f"units of {name}"]),
            helper.make_node("Div", ["stamps", f"units of {name}"], [name]),
        ]
    return [*nodes, helper.make_node("Concat", ["rows", "columns"], ["images"], axis=1)]
