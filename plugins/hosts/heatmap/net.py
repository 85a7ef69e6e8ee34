"""The net: one trunk for all levels, which tell their neighbours what they see, the same in all eight orientations.

Group-equivariant convolutions (Cohen & Welling 2016, arXiv:1602.07576): a field that is turned or mirrored gives the
map turned or mirrored, exactly. Needs the extra ``train``; what serves is the graph that `export` writes.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tom_alerce_like.plugins.classifiers.nets import ORDER, Group, Lift
from tom_alerce_like.plugins.hosts.heatmap.grid import INNER, LEVELS, SIDE
from tom_alerce_like.plugins.hosts.heatmap.pyramid import PLANES

_HALF_INNER = slice(INNER.start // 2, INNER.stop // 2)


class Filters(nn.Module):
    """A convolution over orientations with edges filled by zeros; the first one lifts planes to orientations."""

    def __init__(self, inputs: int, outputs: int, size_px: int, first: bool = False) -> None:
        super().__init__()
        self.group = Lift(range(inputs), outputs, size_px) if first else Group(inputs, outputs, size_px)
        self.edge = size_px // 2

    def forward(self, x: Tensor) -> Tensor:
        group = self.group
        return F.conv2d(x, group.weight(), group.bias.repeat_interleave(ORDER), padding=self.edge)

    def baked(self) -> nn.Conv2d:
        """Return a plain convolution that does the same."""
        weight = self.group.weight().detach()
        made = nn.Conv2d(weight.shape[1], weight.shape[0], weight.shape[-1], padding=self.edge)
        made.weight, made.bias = nn.Parameter(weight), nn.Parameter(self.group.bias.repeat_interleave(ORDER).detach())
        return made


class Exchange(nn.Module):
    """Adds to each level what the wider one sees around it and what the finer one sees within."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.wider, self.finer = Filters(width, width, 1), Filters(width, width, 1)
        self.first, self.second = Filters(width, width, 3), Filters(width, width, 3)

    def forward(self, x: Tensor) -> Tensor:
        levels = x.unflatten(0, (-1, LEVELS))
        around = F.pad(levels[:, 1:, :, _HALF_INNER, _HALF_INNER], (0, 0, 0, 0, 0, 0, 0, 1)).flatten(0, 1)
        within = F.avg_pool2d(levels[:, :-1].flatten(0, 1), 2).unflatten(0, (-1, LEVELS - 1))
        edge = _HALF_INNER.start
        within = F.pad(within, (edge, edge, edge, edge, 0, 0, 1, 0)).flatten(0, 1)
        told = F.interpolate(self.wider(around), scale_factor=2.0, mode="nearest") + self.finer(within)
        return x + self.second(F.relu(self.first(F.relu(x + told))))


class HeatNet(nn.Module):
    """`planes` (n, levels, PLANES, 32, 32) to logits of cells (n, levels, 32, 32) and of none (n,).

    ``fine`` and ``wide`` are filters at full and at half resolution, before they are turned.
    """

    radius: Tensor

    def __init__(self, fine: int = 2, wide: int = 4, rounds: int = 3) -> None:
        super().__init__()
        self.lift, self.sharp = Filters(PLANES + 2, fine, 3, first=True), Filters(fine, fine, 3)
        self.level = nn.Parameter(torch.zeros(LEVELS, wide))
        self.widen = Filters(fine, wide, 3)
        self.rounds = nn.ModuleList(Exchange(wide) for _ in range(rounds))
        self.narrow, self.last = Filters(wide, fine, 1), Filters(fine, fine, 3)
        self.cell, self.cell_level = nn.Parameter(torch.zeros(fine)), nn.Parameter(torch.zeros(LEVELS))
        self.hidden, self.none = nn.Linear(2 * LEVELS * wide, 32), nn.Linear(32, 1)
        self.register_buffer("radius", _radius())

    def forward(self, planes: Tensor) -> tuple[Tensor, Tensor]:
        n = planes.shape[0]
        x = planes.flatten(0, 1)
        x = torch.cat([x, self.radius.expand(x.shape[0], -1, -1, -1)], 1)
        sharp = F.relu(self.sharp(F.relu(self.lift(x))))
        bias = self.level.repeat_interleave(ORDER, 1).repeat(n, 1)[:, :, None, None]
        x = F.relu(self.widen(F.max_pool2d(sharp, 2)) + bias)
        for exchange in self.rounds:
            x = exchange(x)
        up = F.interpolate(self.narrow(x), scale_factor=2.0, mode="nearest")
        fine = F.relu(self.last(F.relu(sharp + up)))
        weight = self.cell.repeat_interleave(ORDER)[None, :, None, None] / ORDER
        cells = F.conv2d(fine, weight).unflatten(0, (n, LEVELS))[:, :, 0] + self.cell_level[:, None, None]
        alike = x.unflatten(1, (-1, ORDER)).mean(2)
        pooled = torch.cat([alike.mean((2, 3)), alike.amax((2, 3))], 1).unflatten(0, (n, LEVELS)).flatten(1)
        return cells, self.none(F.relu(self.hidden(pooled)))[:, 0]


def _radius() -> Tensor:
    """Return two planes that tell how far a cell is from the transient, in cells."""
    step = (torch.arange(SIDE) - (SIDE - 1) / 2) / (SIDE / 2)
    radius = torch.hypot(step[:, None], step[None, :])
    return torch.stack([radius, torch.exp(-6 * radius)])[None]
