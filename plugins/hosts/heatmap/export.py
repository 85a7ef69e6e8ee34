"""A trained net as an ONNX graph, in which the turned filters are plain convolutions.

Input ``planes`` (n, levels, PLANES, 32, 32), outputs ``cells`` (n, levels, 32, 32) and ``none`` (n,).
"""

from __future__ import annotations

import copy
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path

import onnx
import torch
from torch import nn

from tom_alerce_like.plugins.hosts.heatmap.grid import LEVELS, SIDE
from tom_alerce_like.plugins.hosts.heatmap.net import Filters, HeatNet
from tom_alerce_like.plugins.hosts.heatmap.pyramid import PLANES

_OPSET = 17


def write(net: HeatNet, properties: Mapping[str, str], path: Path) -> None:
    """Write the net and some texts about it."""
    plain = copy.deepcopy(net).float().eval()
    _bake(plain)
    model = onnx.load_from_string(_graph(plain))
    onnx.helper.set_model_props(model, dict(properties))
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString())


def _bake(module: nn.Module) -> None:
    for name, child in module.named_children():
        if isinstance(child, Filters):
            setattr(module, name, child.baked())
        else:
            _bake(child)


def _graph(plain: nn.Module) -> bytes:
    names = ["planes", "cells", "none"]
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        # it warns that the exporter that replaces it needs a package more, and of constants that it does not fold
        warnings.simplefilter("ignore")
        torch.onnx.export(
            plain,
            (torch.zeros(2, LEVELS, PLANES, SIDE, SIDE),),
            Path(folder) / "plain.onnx",
            dynamo=False,
            opset_version=_OPSET,
            input_names=names[:1],
            output_names=names[1:],
            dynamic_axes={name: {0: "n"} for name in names},
        )
        return (Path(folder) / "plain.onnx").read_bytes()
