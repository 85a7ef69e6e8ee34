"""Boosted trees of scikit-learn as an ONNX graph that gives the same logits to float32 precision.

The graph has the input ``features`` (n, columns), NaN where unknown, and the output ``logits`` (n, classes).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, checker, helper
from sklearn.ensemble import HistGradientBoostingClassifier

_ML_OPSET = 3


def write(model: HistGradientBoostingClassifier, properties: Mapping[str, str], path: Path) -> None:
    """Write the trees and some texts about them."""
    n_classes = len(model.classes_)
    attributes = {"n_targets": n_classes, "base_values": model._baseline_prediction.ravel().tolist(), **_nodes(model)}
    write_trees(attributes, model.n_features_in_, properties, path)


def write_trees(attributes: Mapping[str, Any], n_features: int, properties: Mapping[str, str], path: Path) -> None:
    """Write trees that are given as attributes of the operator TreeEnsembleRegressor."""
    trees = helper.make_node("TreeEnsembleRegressor", ["features"], ["logits"], domain="ai.onnx.ml", **attributes)
    given = helper.make_tensor_value_info("features", TensorProto.FLOAT, [None, n_features])
    made = helper.make_tensor_value_info("logits", TensorProto.FLOAT, [None, attributes["n_targets"]])
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", _ML_OPSET)]
    graph = helper.make_model(helper.make_graph([trees], "trees", [given], [made]), opset_imports=opsets, ir_version=8)
    helper.set_model_props(graph, dict(properties))
    checker.check_model(graph)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(graph.SerializeToString())


def _nodes(model: HistGradientBoostingClassifier) -> dict[str, Any]:
    """Return the attributes of all trees, in the words of the ONNX operator."""
    trees = [(tree.nodes, target) for step in model._predictors for target, tree in enumerate(step)]
    made: dict[str, list[Any]] = {}
    for number, (nodes, target) in enumerate(trees):
        for name, values in (_branches(nodes, number) | _leaves(nodes, number, target)).items():
            made.setdefault(name, []).extend(values)
    return made


def _branches(nodes: NDArray[Any], number: int) -> dict[str, list[Any]]:
    leaf = nodes["is_leaf"].astype(bool)
    return {
        "nodes_treeids": [number] * len(nodes),
        "nodes_nodeids": list(range(len(nodes))),
        "nodes_featureids": nodes["feature_idx"].tolist(),
        "nodes_modes": np.where(leaf, "LEAF", "BRANCH_LEQ").tolist(),
        "nodes_values": not_above(np.where(leaf, 0.0, nodes["num_threshold"])).tolist(),
        "nodes_truenodeids": nodes["left"].tolist(),
        "nodes_falsenodeids": nodes["right"].tolist(),
        "nodes_missing_value_tracks_true": nodes["missing_go_to_left"].astype(int).tolist(),
    }


def _leaves(nodes: NDArray[Any], number: int, target: int) -> dict[str, list[Any]]:
    leaf = np.flatnonzero(nodes["is_leaf"])
    return {
        "target_treeids": [number] * len(leaf),
        "target_nodeids": leaf.tolist(),
        "target_ids": [target] * len(leaf),
        "target_weights": nodes["value"][leaf].tolist(),
    }


def not_above(thresholds: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the largest float32 that is not above each threshold: no float32 feature then changes its side."""
    largest = np.finfo(np.float32).max
    nearest = np.clip(thresholds, -largest, largest).astype(np.float32)
    return np.where(nearest > thresholds, np.nextafter(nearest, np.float32(-np.inf)), nearest)
