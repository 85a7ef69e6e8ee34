"""The network braai in torch, run eagerly, as a peer in benchmarks: Duev et al. 2019, arXiv:1907.11259."""

from __future__ import annotations

from typing import Any

from tom_alerce_like.plugins.classifiers.braai.reader import Weights

_POOLED_PX = {"conv2": 2, "conv4": 4}


def network(weights: Weights) -> Any:
    """Return a torch module in evaluation mode: stamps (n, 3, 63, 63) in, probabilities (n, 1) out."""
    from torch import nn

    layers: list[Any] = []
    for name in ("conv1", "conv2", "conv3", "conv4"):
        layers += [_convolution(*weights[name]), nn.ReLU()]
        if name in _POOLED_PX:
            layers.append(nn.MaxPool2d(_POOLED_PX[name]))
    dense = [nn.Flatten(), _first_dense(*weights["fc_1"]), nn.ReLU(), _dense(*weights["fc_out"]), nn.Sigmoid()]
    return nn.Sequential(*layers, *dense).eval()


def _convolution(kernel: Any, bias: Any) -> Any:
    from torch import nn

    n_in, n_out = kernel.shape[2:]
    return _filled(nn.Conv2d(n_in, n_out, 3), kernel.transpose(3, 2, 0, 1), bias)


def _first_dense(kernel: Any, bias: Any) -> Any:
    """Return the layer after flattening: Keras flattens with the channels last, torch with the channels first."""
    n_in, n_out = kernel.shape
    by_place = kernel.reshape(6, 6, n_in // 36, n_out).transpose(2, 0, 1, 3)
    return _dense(by_place.reshape(n_in, n_out), bias)


def _dense(kernel: Any, bias: Any) -> Any:
    from torch import nn

    return _filled(nn.Linear(*kernel.shape), kernel.T, bias)


def _filled(layer: Any, weight: Any, bias: Any) -> Any:
    import torch

    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(weight.copy()))
        layer.bias.copy_(torch.from_numpy(bias.copy()))
    return layer
