"""Train the module: ``python -m tom_alerce_like.plugins.classifiers.real_bogus.train DATA --teacher FILE``.

DATA holds ztf_alerts/; FILE are the public weights of braai d6_m7 (docs/modules/braai.md), without which the net learns
from truths of simulated stamps instead of the survey's judgement of them. Writes the weights beside this file, in
float32 and in 8 bits. A GPU is used where there is one; a CPU needs about ten minutes. Needs the extra ``train``.
"""

from __future__ import annotations

import argparse
import copy
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from tom_alerce_like.plugins.classifiers import nets_export, quantise
from tom_alerce_like.plugins.classifiers.nets import LINES, StampNet
from tom_alerce_like.plugins.classifiers.normalise import filled
from tom_alerce_like.plugins.classifiers.real_bogus.classifier import VERSION, WEIGHTS, WEIGHTS_INT8
from tom_alerce_like.plugins.classifiers.real_bogus.known import Known
from tom_alerce_like.plugins.classifiers.real_bogus.lessons import Lessons, joined, lessons, own
from tom_alerce_like.plugins.classifiers.real_bogus.teacher import Teacher, braai

SEED = 20261120
#: Lessons from alerts on which nothing is measured, and how often each is repeated; the same for the alerts at hand.
GENERAL, GENERAL_EPOCHS, GENERAL_RATE = 48_000, 5, 4e-3
SPECIAL, SPECIAL_EPOCHS, SPECIAL_RATE = 8_000, 4, 3e-3
#: Lessons of the first kind that are repeated among the second, and how often the alerts themselves are.
REVISED, OWN = 8_000, 2
BATCH, DECAY = 128, 1e-3
FEWEST = 50


class General:
    """A net and its lessons that know no object with a drb: where training for any part of them starts.

    Raises `FileNotFoundError` where nearly all objects have one.
    """

    def __init__(self, known: Known, teacher: Teacher | None) -> None:
        start = known.never_scored()
        if len(start) < FEWEST:
            raise FileNotFoundError(f"{len(start)} alerts of objects without a drb, {FEWEST} are needed to begin with")
        torch.manual_seed(SEED)
        self.teacher = teacher
        self.lessons = lessons(GENERAL, start, np.random.default_rng(SEED), teacher)
        self.net = fitted(StampNet(1, LINES), self.lessons, GENERAL_EPOCHS, GENERAL_RATE)

    def specialised(self, known: Known, seed: int = SEED) -> StampNet:
        """Return a net that learned from the known alerts too."""
        new = lessons(SPECIAL, known, np.random.default_rng(seed), self.teacher)
        picked = np.random.default_rng(seed).permutation(len(self.lessons[1]))[:REVISED]
        revised = self.lessons[0][picked], self.lessons[1][picked]
        everything = joined(new, revised, own(known, OWN, self.teacher))
        return fitted(copy.deepcopy(self.net), everything, SPECIAL_EPOCHS, SPECIAL_RATE)


def fitted(net: StampNet, given: Lessons, epochs: int, rate: float) -> StampNet:
    """Train a net; the rate rises and falls once (Smith & Topin 2017, arXiv:1708.07120)."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    net = net.to(device).train()
    planes, targets = given[0], given[1].to(device)
    steps = len(targets) // BATCH
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=epochs * steps + 1, pct_start=0.2)
    order = torch.Generator().manual_seed(SEED)
    for _ in range(epochs):
        for rows in torch.randperm(len(targets), generator=order)[: steps * BATCH].split(BATCH):
            with torch.autocast(device, torch.bfloat16):
                logits = net(planes[rows].to(device, memory_format=torch.channels_last))[:, 0]
            loss = F.binary_cross_entropy_with_logits(logits.float(), targets[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return net.cpu().eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--teacher", type=Path, metavar="FILE")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    known, teacher = Known.read(options.data), braai(options.teacher) if options.teacher else None
    net = General(known, teacher).specialised(known)
    nets_export.write(net, {"version": VERSION, "teacher": "braai d6_m7" if teacher else ""}, options.out)
    small = options.out.with_name(WEIGHTS_INT8.name)
    quantise.write(options.out, filled(known.stamps), small)
    for path in (options.out, small):
        print(f"{path}: {path.stat().st_size / 1e3:.0f} kB from {len(known)} alerts")


if __name__ == "__main__":
    main()
