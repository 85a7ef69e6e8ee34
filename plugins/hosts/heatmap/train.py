"""Train the net: ``python -m tom_alerce_like.plugins.hosts.heatmap.train CACHE``.

CACHE is a folder for simulated fields as the net sees them, 40 kB each; what is there already is used again. Writes the
weights beside this file. Needs the extra ``train``.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from torch import Tensor

from tom_alerce_like.plugins.hosts.heatmap import grid
from tom_alerce_like.plugins.hosts.heatmap.export import write
from tom_alerce_like.plugins.hosts.heatmap.lessons import Lessons, kept, read, wanted
from tom_alerce_like.plugins.hosts.heatmap.net import HeatNet
from tom_alerce_like.plugins.hosts.heatmap.serve import WEIGHTS
from tom_alerce_like.plugins.hosts.simulate import Sky, hosts, sky

VERSION = "1.0"
SEED = 20261120
#: Seeds of the simulator, each of which gives so many fields: to learn from, and to find the temperature with.
FIELDS = 100
TRAIN, VALIDATION = range(100_000, 100_120), range(200_000, 200_010)
#: Of every second seed to learn from, hosts of more than `LARGE_ARCSEC` (half-light semi-axis) put on top.
LARGE_SHARE, LARGE_ARCSEC = 0.15, 6.0
BATCH, RATE, DECAY = 32, 4e-3, 1e-3
#: The weights that are kept are the mean over about this part of the steps, the last ones.
_MEAN_SHARE = 0.03


def simulated(n: int, seed: int) -> Sky:
    """Return fields; of those to learn from every second seed has more large hosts, and so more that lie far off."""
    return sky(n, seed, large_share=LARGE_SHARE) if seed in TRAIN and seed % 2 else sky(n, seed)


def weights(size_arcsec: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return weights with which large hosts count as often as in nature."""
    large = size_arcsec > LARGE_ARCSEC
    extra = (LARGE_SHARE - hosts.LARGE_SHARE) / 2 / large.mean()
    return np.where(large, 1 - extra, 1.0).astype(np.float32)


def asked(planes: NDArray[np.float16], host_arcsec: NDArray[np.float64]) -> tuple[Tensor, Tensor, Tensor]:
    """Return planes, cells that may hold a centre (n, cells and none) and the right answer."""
    possible = grid.possible(planes[:, :, -1] > 0)
    target = wanted(host_arcsec, possible)
    always = np.ones((len(planes), 1), bool)
    open_cells = np.concatenate([possible.reshape(len(planes), grid.SPEAKS.size), always], 1)
    return torch.from_numpy(planes.astype(np.float32)), torch.from_numpy(open_cells), torch.from_numpy(target)


def logits(net: HeatNet, planes: Tensor, possible: Tensor) -> Tensor:
    """Return logits (n, cells and none); those of impossible cells end every competition."""
    cells, none = net(planes)
    return torch.where(possible, torch.cat([cells.flatten(1), none[:, None]], 1).float(), -1e4)


def trained(data: Lessons, epochs: float, cycle: int = 0, start: HeatNet | None = None) -> HeatNet:
    """Return a net that learned from the lessons in random order, from nothing or from what a cycle before left."""
    torch.manual_seed(SEED + cycle)
    rng = np.random.default_rng(SEED + cycle)
    net, rate = start or HeatNet(), RATE / (1 + cycle)
    # the rare is learned first, how rare it is later: the last cycle makes probabilities honest
    weight = weights(data.size_arcsec) if cycle else np.ones(len(data.planes), np.float32)
    steps = int(epochs * len(data.planes) / BATCH)
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps, pct_start=0.2)
    mean = torch.optim.swa_utils.AveragedModel(
        net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(1 - 1 / (_MEAN_SHARE * steps))
    )
    order, recent, began = np.empty(0, int), [], time.perf_counter()
    for step in range(steps):
        if len(order) < BATCH:
            order = np.concatenate([order, rng.permutation(len(data.planes))])
        rows, order = order[:BATCH], order[BATCH:]
        planes, possible, target = asked(data.planes[rows], data.host_arcsec[rows])
        with torch.autocast("cpu", torch.bfloat16):
            said = logits(net, planes, possible)
        value = (-(target * said.log_softmax(1)).sum(1) * torch.from_numpy(weight[rows])).mean()
        optimiser.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        mean.update_parameters(net)
        recent.append(value.item())
        if (step + 1) % 50 == 0:
            print(f"{step + 1}/{steps} {np.mean(recent[-50:]):.4f} {time.perf_counter() - began:.0f} s", flush=True)
    net.load_state_dict(mean.module.state_dict())
    return net.eval()


def temperature(net: HeatNet, data: Lessons) -> float:
    """Return what logits are to be divided by so that the right answers of unseen fields are the likeliest."""
    starts = range(0, len(data.planes), BATCH)
    parts = [asked(data.planes[k : k + BATCH], data.host_arcsec[k : k + BATCH]) for k in starts]
    with torch.no_grad():
        said = torch.cat([logits(net, planes, possible) for planes, possible, _ in parts]).double()
    target = torch.cat([right for *_, right in parts])

    def surprise(log_temperature: float) -> float:
        return -float((target * (said / np.exp(log_temperature)).log_softmax(1)).sum(1).mean())

    best = minimize_scalar(surprise, bounds=(-1, 1), method="bounded", options={"xatol": 0.01})
    print(f"validation {surprise(0.0):.4f}, {best.fun:.4f} at temperature {np.exp(best.x):.3f}")
    return float(np.exp(best.x))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--epochs", type=float, default=8.0, help="of each cycle")
    parser.add_argument("--cycles", type=int, default=2)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    kept(options.cache, simulated, (*VALIDATION, *TRAIN), FIELDS)
    data = read(options.cache, TRAIN)
    net = trained(data, options.epochs)
    for cycle in range(1, options.cycles):
        net = trained(data, options.epochs, cycle, net)
    found = temperature(net, read(options.cache, VALIDATION))
    write(net, {"temperature": repr(found), "version": VERSION}, options.out)


if __name__ == "__main__":
    main()
