"""Boosted trees of LightGBM, several ensembles as one ONNX graph that gives the mean of their margins.

The graph has the input ``features`` (n, columns), NaN where unknown, and the output ``logits`` (n, targets).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import lightgbm
import numpy as np

from tom_alerce_like.plugins.classifiers.export import not_above, write_trees


class Part(NamedTuple):
    """Trees whose feature number f is column ``columns[f]``, and the target that its first class is added to."""

    trees: lightgbm.Booster
    columns: Sequence[int]
    target: int


def write(parts: Sequence[Part], n_members: int, properties: Mapping[str, str], path: Path) -> None:
    """Write the trees, their sums divided by the number of ensembles for each target, and some texts about them."""
    made: dict[str, list[Any]] = {}
    number, n_targets, n_features = 0, 0, 0
    for part in parts:
        model = part.trees.dump_model()
        per_step = model["num_tree_per_iteration"]
        n_targets, n_features = max(n_targets, part.target + per_step), max(n_features, max(part.columns) + 1)
        for tree in model["tree_info"]:
            target = part.target + tree["tree_index"] % per_step
            for name, value in _rows(tree["tree_structure"], part.columns, number, target, n_members):
                made.setdefault(name, []).append(value)
            number += 1
    made["nodes_values"] = not_above(np.array(made["nodes_values"])).tolist()
    write_trees({"n_targets": n_targets, **made}, n_features, properties, path)


def _rows(
    root: Mapping[str, Any], columns: Sequence[int], tree: int, target: int, n_members: int
) -> Iterator[tuple[str, Any]]:
    """Yield the attributes of each node of a tree, in the words of the ONNX operator."""
    nodes = [root]
    for number, node in enumerate(nodes):
        leaf = "leaf_value" in node
        if leaf:
            weight = node["leaf_value"] / n_members
            ends = {"treeids": tree, "nodeids": number, "ids": target, "weights": weight}
            yield from ((f"target_{name}", value) for name, value in ends.items())
        else:
            nodes += [node["left_child"], node["right_child"]]
        yield from {
            "nodes_treeids": tree,
            "nodes_nodeids": number,
            "nodes_featureids": 0 if leaf else columns[node["split_feature"]],
            "nodes_modes": "LEAF" if leaf else "BRANCH_LEQ",
            "nodes_values": 0.0 if leaf else node["threshold"],
            "nodes_truenodeids": 0 if leaf else len(nodes) - 2,
            "nodes_falsenodeids": 0 if leaf else len(nodes) - 1,
            "nodes_missing_value_tracks_true": 0 if leaf else int(_missing_goes_left(node)),
        }.items()


def _missing_goes_left(node: Mapping[str, Any]) -> bool:
    """Tell where NaN goes; trees that saw none of a feature take it for 0."""
    return bool(node["default_left"] if node["missing_type"] == "NaN" else node["threshold"] >= 0)
