"""The nets of the choice model: one scores candidates, one scores the case that none of them is the host."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

#: Scaled features further out than this say no more.
CLIP = 5.0


class Scaler(nn.Module):
    """Makes features comparable: about zero and of unit width, 0 where unknown."""

    middle: torch.Tensor
    width: torch.Tensor

    def __init__(self, middle: NDArray[np.float32], width: NDArray[np.float32]) -> None:
        super().__init__()
        self.middle: torch.Tensor
        self.width: torch.Tensor
        self.register_buffer("middle", torch.from_numpy(middle))
        self.register_buffer("width", torch.from_numpy(width))

    @classmethod
    def of(cls, features: NDArray[np.float32]) -> Scaler:
        """Return the scaler of a table of features, NaN where unknown."""
        known = np.where(np.isfinite(features), features, np.nan).astype(float)
        empty = ~np.isfinite(known).any(0)
        known[:, empty] = 0.0
        width = np.nanstd(known, 0)
        return cls(np.nanmean(known, 0).astype(np.float32), np.where(width > 1e-6, width, 1.0).astype(np.float32))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        scaled = (features - self.middle) / self.width
        return torch.where(torch.isfinite(scaled), scaled, 0.0).clamp(-CLIP, CLIP)


class Choice(nn.Module):
    """Scores of candidates (n, candidates) and of none (n,) from their features."""

    def __init__(self, candidates: Scaler, places: Scaler) -> None:
        super().__init__()
        self.candidates = _net(candidates, 64, 32)
        self.places = _net(places, 32, 16)

    def forward(
        self, candidates: torch.Tensor, places: torch.Tensor, exists: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        score = torch.full(exists.shape, -1e9)
        score[exists] = self.candidates(candidates[exists]).squeeze(-1)
        return score, self.places(places).squeeze(-1)


def _net(scaler: Scaler, first: int, second: int) -> nn.Sequential:
    n = len(scaler.middle)
    return nn.Sequential(
        scaler,
        nn.Linear(n, first),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(first, second),
        nn.ReLU(),
        nn.Linear(second, 1),
    )
