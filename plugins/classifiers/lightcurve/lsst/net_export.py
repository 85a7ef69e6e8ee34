"""A net beside the trees in one ONNX graph, whose output ``logits`` is a weighted mean of both."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, checker, helper, numpy_helper

from tom_alerce_like.plugins.classifiers.lightcurve.lsst.net import MOST_SIGMA, Net


def add(net: Net, share: float, path: Path) -> None:
    """Add a net to a file of trees with input ``features`` and output ``logits``; it counts by its share."""
    graph = onnx.load(path)
    trees = graph.graph.node[0]
    trees.output[0] = "of trees"
    arrays = {
        "mean": net.mean,
        "sigma": net.sigma,
        "zero": np.zeros((), np.float32),
        "least": np.array(-MOST_SIGMA, np.float32),
        "most": np.array(MOST_SIGMA, np.float32),
        "of net counts": np.array(share, np.float32),
        "of trees counts": np.array(1 - share, np.float32),
    }
    for number, (weight, bias) in enumerate(net.dense):
        arrays |= {f"weight {number}": weight, f"bias {number}": bias}
    graph.graph.initializer.extend(numpy_helper.from_array(array, name) for name, array in arrays.items())
    graph.graph.node.extend(_nodes(len(net.dense)))
    checker.check_model(graph)
    path.write_bytes(graph.SerializeToString())


def _nodes(n_layers: int) -> list[NodeProto]:
    node = helper.make_node
    nodes = [
        node("Asinh", ["features"], ["bent"]),
        node("Sub", ["bent", "mean"], ["centred"]),
        node("Div", ["centred", "sigma"], ["scaled"]),
        node("IsNaN", ["scaled"], ["unknown"]),
        node("Where", ["unknown", "zero", "scaled"], ["known"]),
        node("Clip", ["known", "least", "most"], ["ended"]),
        _cast("ended", "layer 0"),
    ]
    for number in range(n_layers):
        nodes += [_cast(f"{what} {number}", f"long {what} {number}") for what in ("weight", "bias")]
        given = [f"layer {number}", f"long weight {number}", f"long bias {number}"]
        nodes.append(node("Gemm", given, [f"sum {number}"], transB=1))
        nodes.append(node("Relu", [f"sum {number}"], [f"layer {number + 1}"]))
    nodes[-1] = node("Cast", [f"sum {n_layers - 1}"], ["of net"], to=TensorProto.FLOAT)
    for kind in ("net", "trees"):
        nodes.append(node("Mul", [f"of {kind}", f"of {kind} counts"], [f"weighed {kind}"]))
    return [*nodes, node("Add", ["weighed net", "weighed trees"], ["logits"])]


def _cast(given: str, made: str) -> NodeProto:
    """In float32 the rows of a table would be summed in another order than a row alone."""
    return helper.make_node("Cast", [given], [made], to=TensorProto.DOUBLE)
