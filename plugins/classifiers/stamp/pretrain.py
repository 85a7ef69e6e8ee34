"""Train the net that looks at the pixels: ``python -m tom_alerce_like.plugins.classifiers.stamp.pretrain DATA``.

It sees simulated stamps only, on backgrounds of DATA/ztf_alerts/alerts_unlabelled.parquet, whose objects are none of
the labelled ones: one net serves every part of the cross-validation. Uses a GPU where there is one; 10 to 20 minutes of
a CPU. Needs the extra ``train``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from tom_alerce_like.plugins.classifiers import labelled, nets_export, pixels
from tom_alerce_like.plugins.classifiers.nets import StampNet, planes
from tom_alerce_like.plugins.classifiers.normalise import normalised
from tom_alerce_like.plugins.classifiers.pixels import Pixels
from tom_alerce_like.plugins.classifiers.simulate import ARTEFACTS, REAL, Backgrounds, examples
from tom_alerce_like.plugins.classifiers.simulate.streaks import THROUGH_PX, simulated
from tom_alerce_like.plugins.classifiers.stamp.net import WEIGHTS

SEED = 20261120
EPOCHS, STAMPS, BATCH, RATE = 8, 24000, 128, 3e-3
#: Simulated trails and rows of glints beside each epoch's stamps; those that pass far from the alert are left out.
LINES = 2500
KINDS = (*REAL, *ARTEFACTS, "asteroid streak", "satellite")
_LINES = {"trail": "satellite", "glints": "satellite", "asteroid streak": "asteroid streak"}

Epoch = tuple[torch.Tensor, torch.Tensor]


class Simulation:
    """Stamps and the numbers of their kinds, as many as wanted."""

    def __init__(self, data: Path) -> None:
        alerts = labelled.read(data, labelled.UNLABELLED)
        self.backgrounds = Backgrounds.of(alerts)
        self.under, self.is_positive = pixels.triplets(alerts), alerts["is_positive"].to_numpy(bool)

    def epoch(self, rng: np.random.Generator) -> Epoch:
        """Return normalised stamps (n, 3, 63, 63) and kinds (n), in random order."""
        stamps, names = examples(STAMPS, self.backgrounds, rng)
        lines, drawn = simulated(self.under, self.is_positive, LINES, rng)
        through = (drawn["offset_px"].abs() < THROUGH_PX).to_numpy()
        kinds = np.concatenate([names, drawn["kind"][through].map(_LINES)])
        order = rng.permutation(len(kinds))
        seen: Pixels = normalised(np.concatenate([stamps, lines[through]]))[order]
        numbers = np.array([KINDS.index(name) for name in kinds])[order]
        return torch.from_numpy(seen), torch.from_numpy(numbers)


def trained(simulation: Simulation, epochs: int = EPOCHS) -> StampNet:
    """Return the net after so many epochs, each of new stamps."""
    rng, device = np.random.default_rng(SEED), "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(SEED)
    net = StampNet(len(KINDS)).to(device)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=1e-3)
    steps = epochs * ((STAMPS + LINES) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    for number in range(epochs):
        stamps, kinds = simulation.epoch(rng)
        losses = []
        for seen, kind in zip(stamps.split(BATCH), kinds.split(BATCH), strict=True):
            loss = F.cross_entropy(net(planes(seen.to(device))), kind.to(device), label_smoothing=0.02)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
        print(f"epoch {number + 1} of {epochs}: loss {np.mean(losses):.3f}", flush=True)
    return net.cpu().eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    net = trained(Simulation(options.data))
    nets_export.write(net, {"kinds": ",".join(KINDS)}, options.out)
    print(f"{options.out}: {options.out.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
