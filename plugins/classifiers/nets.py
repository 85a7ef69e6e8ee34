"""A small convolutional net that gives the same answer however the stamps are rotated or mirrored, by design.

Group-equivariant convolutions over the eight symmetries of the square (Cohen & Welling 2016, arXiv:1602.07576): each
filter is applied in its eight orientations, and the last layer averages over them. Needs the extra ``train``; what
serves is the graph that `nets_export` writes.

It sees the inner 31 x 31 pixels and the whole stamp in blocks of about 2 x 2, in one of two views.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

INNER_PX, BLOCK_PX, STEP_PX = 31, 3, 2
#: Side of the filters of each layer, and the step of the first. With them each grid is its own mirror image.
FILTERS_PX, FIRST_STEP_PX, POOLED_PX = (5, 3, 3, 4), 2, 2
_ORIENTATIONS = [(turns, mirrored) for mirrored in (False, True) for turns in range(4)]
ORDER = len(_ORIENTATIONS)


class View(NamedTuple):
    """How stamps reach the net: so many images of each alert, and whether it is told which pixels are missing.

    ``turned`` says which plane each plane is after a quarter turn, where that is another one.
    """

    images: int
    missing: bool
    turned: tuple[int, ...]

    @property
    def planes(self) -> int:
        return self.images * (3 if self.missing else 2)


#: What `normalise.normalised` gives; what is missing counts as sky.
NOISE = View(3, True, tuple(range(9)))
#: What `normalise.by_lines` gives: over the norms of rows and over those of columns, which a quarter turn exchanges.
LINES = View(6, False, (3, 4, 5, 0, 1, 2, 9, 10, 11, 6, 7, 8))


def oriented(images: Tensor, number: int) -> Tensor:
    """Return images (..., ny, nx) in one of the eight orientations; number 0 leaves them as they are."""
    turns, mirrored = _ORIENTATIONS[number]
    return torch.rot90(images.flip(-1) if mirrored else images, turns, (-2, -1))


def _relative() -> list[list[int]]:
    """Return for orientations g and h the number of the one that, followed by g, gives h."""
    marked = torch.arange(9.0).reshape(3, 3)

    def number(image: Tensor) -> int:
        return next(n for n in range(ORDER) if oriented(marked, n).equal(image))

    inverse = [next(n for n in range(ORDER) if number(oriented(oriented(marked, n), g)) == 0) for g in range(ORDER)]
    return [[number(oriented(oriented(marked, h), inverse[g])) for h in range(ORDER)] for g in range(ORDER)]


_RELATIVE = _relative()


class Lift(nn.Module):
    """Convolves planes (n, inputs, y, x) with filters in eight orientations: (n, outputs * 8, y, x)."""

    def __init__(self, turned: Sequence[int], outputs: int, size_px: int, step_px: int = 1) -> None:
        super().__init__()
        inputs, self.turned = len(turned), list(turned)
        spread = (2 / (inputs * size_px**2)) ** 0.5
        self.base = nn.Parameter(torch.randn(outputs, inputs, size_px, size_px) * spread)
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.step_px = step_px

    def weight(self) -> Tensor:
        """Return the filters of a plain convolution that does the same."""
        bases = self.base, self.base[:, self.turned]
        return torch.stack([oriented(bases[_ORIENTATIONS[g][0] % 2], g) for g in range(ORDER)], 1).flatten(0, 1)

    def forward(self, planes: Tensor) -> Tensor:
        return F.relu(F.conv2d(planes, self.weight(), self.bias.repeat_interleave(ORDER), self.step_px))


class Group(Lift):
    """The same for what is oriented already: (n, inputs * 8, y, x) to (n, outputs * 8, y, x)."""

    def __init__(self, inputs: int, outputs: int, size_px: int) -> None:
        super().__init__(range(inputs * ORDER), outputs, size_px)

    def weight(self) -> Tensor:
        """Return the filters of a plain convolution that does the same."""
        base = self.base.unflatten(1, (-1, ORDER))
        turned = [oriented(base[:, :, _RELATIVE[g]], g) for g in range(ORDER)]
        return torch.stack(turned, 1).flatten(2, 3).flatten(0, 1)


class StampNet(nn.Module):
    """`planes` (n, view.planes, 31, 31) to logits (n, outputs).

    ``widths`` are filters of each convolution, before they are turned: 8, 8, 8, 32 cost 18 million multiplications and
    additions a triplet.
    """

    def __init__(
        self, outputs: int, view: View = NOISE, widths: Sequence[int] = (8, 8, 8, 32), hidden: int = 32
    ) -> None:
        super().__init__()
        self.view = view
        self.lift = Lift(view.turned, widths[0], FILTERS_PX[0], FIRST_STEP_PX)
        self.groups = nn.ModuleList(Group(widths[n], widths[n + 1], FILTERS_PX[n + 1]) for n in range(3))
        self.hidden, self.out = nn.Linear(widths[-1], hidden), nn.Linear(hidden, outputs)

    def forward(self, planes: Tensor) -> Tensor:
        return self.out(F.relu(self.hidden(self.features(planes))))

    def features(self, planes: Tensor) -> Tensor:
        """Return what the net saw (n, features), the same in any orientation."""
        first, second, third = self.groups
        x = third(second(F.max_pool2d(first(self.lift(planes)), POOLED_PX)))
        return x.flatten(1).unflatten(1, (-1, ORDER)).mean(2)


def planes(stamps: Tensor, view: View = NOISE) -> Tensor:
    """Return what the net looks at (n, planes, 31, 31), of the view's images (n, images, 63, 63)."""
    missing = torch.isnan(stamps)
    filled = torch.where(missing, 0.0, stamps)
    start = (stamps.shape[-1] - INNER_PX) // 2
    inner = filled[..., start : start + INNER_PX, start : start + INNER_PX]
    wide = [filled, missing.float()] if view.missing else [filled]
    return torch.cat([inner, *(F.avg_pool2d(images, BLOCK_PX, STEP_PX) for images in wide)], 1)
