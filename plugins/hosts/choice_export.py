"""The nets of the choice model as one ONNX graph, the scores of its members averaged.

Inputs ``candidates`` and ``places`` (n, terms), NaN where unknown; outputs ``candidates_score`` and ``places_score``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import torch
from onnx import NodeProto, TensorProto, checker, helper, numpy_helper

from tom_alerce_like.plugins.hosts.choice_net import CLIP, Choice, Scaler


def write(models: Sequence[Choice], properties: Mapping[str, str], path: Path) -> None:
    """Write the graph and some texts about it."""
    nodes: list[NodeProto] = []
    weights = {name: np.asarray(value, np.float32) for name, value in (("zero", 0), ("low", -CLIP), ("high", CLIP))}
    inputs, outputs = [], []
    for name in ("candidates", "places"):
        scores = [_member(getattr(model, name), name, number, nodes, weights) for number, model in enumerate(models)]
        nodes.append(helper.make_node("Mean", scores, [f"{name}_score"]))
        width = getattr(models[0], name)[1].in_features
        inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, width]))
        outputs.append(helper.make_tensor_value_info(f"{name}_score", TensorProto.FLOAT, [None, 1]))
    kept = [numpy_helper.from_array(np.asarray(values, np.float32), name) for name, values in weights.items()]
    graph = helper.make_model(
        helper.make_graph(nodes, "choice", inputs, outputs, kept),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )
    helper.set_model_props(graph, dict(properties))
    checker.check_model(graph)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(graph.SerializeToString())


def _member(
    net: torch.nn.Sequential, name: str, number: int, nodes: list[NodeProto], weights: dict[str, np.ndarray]
) -> str:
    """Add the nodes of one net; returns the name of its score."""
    own = f"{name}{number}"

    def node(kind: str, given: list[str], made: str) -> str:
        nodes.append(helper.make_node(kind, given, [f"{own}_{made}"]))
        return f"{own}_{made}"

    scaler = cast(Scaler, net[0])
    weights |= {f"{own}_middle": scaler.middle.numpy(), f"{own}_width": scaler.width.numpy()}
    scaled = node("Div", [node("Sub", [name, f"{own}_middle"], "centred"), f"{own}_width"], "scaled")
    known = node("Where", [node("IsNaN", [scaled], "unknown"), "zero", scaled], "known")
    value = node("Clip", [known, "low", "high"], "clipped")
    linear = [layer for layer in net if isinstance(layer, torch.nn.Linear)]
    for depth, layer in enumerate(linear):
        weights |= {f"{own}_w{depth}": layer.weight.detach().numpy().T, f"{own}_b{depth}": layer.bias.detach().numpy()}
        value = node("Gemm", [value, f"{own}_w{depth}", f"{own}_b{depth}"], f"linear{depth}")
        if layer is not linear[-1]:
            value = node("Relu", [value], f"relu{depth}")
    return value
