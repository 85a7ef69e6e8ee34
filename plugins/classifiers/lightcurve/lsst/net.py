"""A small net on the same features as the trees; it errs elsewhere, so that both together are better than each.

Needs the extra ``train``; what serves is the graph that `net_export` writes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

Floats = NDArray[np.float64]
Shown = NDArray[np.float32]
HIDDEN, DROPPED = (128, 64), 0.35
EPOCHS, BATCH, RATE, DECAY = 24, 256, 3e-3, 3e-2
#: Standardised features end here.
MOST_SIGMA = 4.0


class Net(NamedTuple):
    """Dense layers on the inverse hyperbolic sine of features, less ``mean``, over ``sigma``; 0 where unknown."""

    mean: Shown
    sigma: Shown
    layers: nn.Sequential

    def seen(self, shown: Shown) -> Tensor:
        """Return features as the layers see them."""
        scaled = (np.arcsinh(shown) - self.mean) / self.sigma
        return torch.from_numpy(np.clip(np.nan_to_num(scaled), -MOST_SIGMA, MOST_SIGMA).astype(np.float32))

    def logits(self, shown: Shown) -> Floats:
        """Return logits (n, classes)."""
        with torch.no_grad():
            return self.layers(self.seen(shown)).numpy().astype(float)

    @property
    def dense(self) -> list[tuple[Shown, Shown]]:
        """Return weights and biases of the layers."""
        layers = [layer for layer in self.layers if isinstance(layer, nn.Linear)]
        return [(layer.weight.detach().numpy(), layer.bias.detach().numpy()) for layer in layers]


def fitted(shown: Shown, codes: NDArray[np.int64], weight: Floats, seed: int) -> Net:
    """Return a net trained on features (n, many) with their classes and weights."""
    torch.manual_seed(seed)
    scaled = np.arcsinh(shown)
    mean, sigma = np.nanmean(scaled, axis=0), np.nanstd(scaled, axis=0) + 1e-6
    sizes = (shown.shape[1], *HIDDEN)
    layers = [
        layer
        for number, into in enumerate(HIDDEN)
        for layer in (nn.Linear(sizes[number], into), nn.ReLU(), nn.Dropout(DROPPED))
    ]
    net = Net(mean, sigma, nn.Sequential(*layers, nn.Linear(HIDDEN[-1], int(codes.max()) + 1)))
    _train(net.layers, net.seen(shown), torch.from_numpy(codes), torch.from_numpy(weight.astype(np.float32)))
    return net


def _train(layers: nn.Sequential, seen: Tensor, codes: Tensor, weight: Tensor) -> None:
    optimiser = torch.optim.AdamW(layers.parameters(), lr=RATE, weight_decay=DECAY)
    steps = EPOCHS * -(-len(codes) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    layers.train()
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(codes)).split(BATCH):
            loss = nn.functional.cross_entropy(layers(seen[rows]), codes[rows], reduction="none")
            optimiser.zero_grad()
            (loss * weight[rows]).mean().backward()
            optimiser.step()
            schedule.step()
    layers.eval()
