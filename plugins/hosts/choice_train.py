"""Train the choice model: ``python -m tom_alerce_like.plugins.hosts.choice_train LESSONS NATURAL``.

Both folders hold what ``choice_lessons`` wrote, NATURAL with ``--natural``: the first is learned from, the second makes
probabilities honest. Sources are taken away at random, so that one model serves with whatever there is: the image or
the catalogue, the map, star probabilities, sizes, magnitudes, redshifts of galaxies, the transient's redshift. Needs
the extra ``train``.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from torch import Tensor

from tom_alerce_like.plugins.hosts import choice, choice_lessons
from tom_alerce_like.plugins.hosts.choice_examples import TAKEN, Examples, read
from tom_alerce_like.plugins.hosts.choice_export import write
from tom_alerce_like.plugins.hosts.choice_net import Choice, Scaler

#: Each field is seen so often, each time with other sources taken away.
PASSES = 3
MEMBERS, EPOCHS, BATCH, RATE, DECAY = 4, 30, 256, 3e-3, 3e-2


def loss(model: Choice, given: list[torch.Tensor]) -> torch.Tensor:
    """Return the negative logarithm of the probability of what is right: the host's candidates, or none."""
    candidates, places, exists, right = given
    score, none = model(candidates, places, exists)
    return _surprise(score, none, right)


def _surprise(score: torch.Tensor, none: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    every = torch.cat([score, none[:, None]], 1)
    host = torch.cat([right, ~right.any(1, keepdim=True)], 1)
    return -(torch.logsumexp(every.masked_fill(~host, -1e9), 1) - torch.logsumexp(every, 1)).mean()


def trained(data: Examples, seed: int) -> Choice:
    """Return a net trained on examples."""
    torch.manual_seed(seed)
    model = Choice(Scaler.of(data.candidates[data.exists]), Scaler.of(data.places))
    tensors = [torch.from_numpy(values) for values in data[:4]]
    optimiser = torch.optim.AdamW(model.parameters(), RATE, weight_decay=DECAY)
    steps = EPOCHS * (len(data.places) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    for epoch in range(EPOCHS):
        total = 0.0
        order = torch.randperm(len(data.places))
        for start in range(0, len(order) - BATCH + 1, BATCH):
            part = order[start : start + BATCH]
            optimiser.zero_grad()
            value = loss(model, [tensor[part] for tensor in tensors])
            value.backward()
            optimiser.step()
            schedule.step()
            total += value.item() * BATCH / len(order)
        if epoch % 5 == 4:
            print(f"member {seed} epoch {epoch + 1}: loss {total:.4f}", flush=True)
    return model.eval()


def calibration(models: list[Choice], data: Examples) -> dict[str, tuple[float, float]]:
    """Return for each kind of sources the temperature, and what is added to the score of none, of the least loss."""
    made = {}
    for number, name in enumerate(choice.KINDS):
        mine = data.kind == number
        candidates, places, exists, right = (torch.from_numpy(values[mine]) for values in data[:4])
        with torch.no_grad():
            said = [model(candidates, places, exists) for model in models]
        score, none = (torch.stack(values).mean(0).double() for values in zip(*said, strict=True))

        def lost(line: NDArray[np.float64], score: Tensor = score, none: Tensor = none, right: Tensor = right) -> float:
            return float(_surprise(score / line[0], (none + line[1]) / line[0], right))

        best = minimize(lost, [1.0, 0.0], method="Nelder-Mead", bounds=[(0.3, 3.0), (-4.0, 4.0)])
        made[name] = float(best.x[0]), float(best.x[1])
        print(f"{name}: loss {best.fun:.4f} with {made[name]}, {lost(np.array([1.0, 0.0])):.4f} without")
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lessons", type=Path)
    parser.add_argument("natural", type=Path)
    parser.add_argument("--out", type=Path, default=choice.WEIGHTS)
    given = parser.parse_args()
    torch.set_num_threads(1)
    data = read(given.lessons, PASSES, TAKEN)
    models = [trained(data, seed) for seed in range(MEMBERS)]
    found = calibration(models, read(given.natural, PASSES, 0.0))
    told = {}
    for name, folder in (("lessons", given.lessons), ("natural", given.natural)):
        seeds = choice_lessons.seeds(folder)
        told[name] = f"{len(seeds)} seeds from {seeds[0]}"
    write(models, {"calibration": json.dumps(found), **told}, given.out)


if __name__ == "__main__":
    main()
