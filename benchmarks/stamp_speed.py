"""How fast modules that look at pixels judge, on one core in CPU time, beside the survey's net run eagerly in torch.

``stamps_per_s`` counts triplets of decoded stamps through preparation and net, on both sides; ``NAME_alerts_per_s``
counts alerts with compressed cutouts through the whole module. ``NAME_first_score_s`` is the wall time from the import
of a module to its first score, in a process that has loaded pandas, as a TOM has.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.figure import BRAAI_WEIGHTS, DATA, figure
from tom_alerce_like.plugins.classifiers import labelled
from tom_alerce_like.plugins.classifiers.normalise import filled
from tom_alerce_like.plugins.classifiers.pixels import Pixels, triplets

MODULES = {
    "real_bogus": "RealBogus",
    "stamp": "StampClassifier",
    "streak": "StreakClassifier",
    "star_galaxy": "StarGalaxyClassifier",
}
PACKAGE = "tom_alerce_like.plugins.classifiers"
ALERTS, PEER_BATCH, ROUNDS, HALF = 500, 64, 3, 0.5


def figures(data: Path) -> None:
    """Print stamps and alerts per second, and the time to a first score."""
    names = (labelled.UNLABELLED, labelled.LABELLED)
    there = [name for name in names if (data / "ztf_alerts" / name).is_file()]
    alerts = pd.concat([labelled.read(data, name) for name in there]) if there else pd.DataFrame()
    if alerts.empty:
        print(f"skipped: speed: no alerts in {data / 'ztf_alerts'}", flush=True)
        return
    alerts = pd.concat([alerts] * -(-ALERTS // len(alerts)), ignore_index=True)[:ALERTS]
    against_peer(filled(triplets(alerts)))
    for name, kind in MODULES.items():
        module = getattr(import_module(f"{PACKAGE}.{name}"), kind)()
        figure(f"{name}_alerts_per_s", per_second(lambda score=module.score: score(alerts), len(alerts)), "1/s")
        figure(f"{name}_first_score_s", first_score_s(name, kind), "s")


def against_peer(stamps: Pixels) -> None:
    """Print how many triplets of stamps `real_bogus` judges a second, and how many braai in torch does."""
    from tom_alerce_like.plugins.classifiers.real_bogus.classifier import WEIGHTS_INT8, probabilities

    ours = per_second(lambda: probabilities(stamps), len(stamps))
    peer = None
    if BRAAI_WEIGHTS:
        score = braai(BRAAI_WEIGHTS)
        peer = "braai in torch", per_second(lambda: score(stamps), len(stamps))
    figure("stamps_per_s", ours, "1/s", peer)
    figure("stamps_per_s_int8", per_second(lambda: probabilities(stamps, WEIGHTS_INT8), len(stamps)), "1/s", peer)
    same = (probabilities(stamps) >= HALF) == (probabilities(stamps, WEIGHTS_INT8) >= HALF)
    figure("real_bogus_int8_agreement", float(same.mean()), "fraction")


def braai(weights: Path) -> Callable[[Pixels], Any]:
    """Return the survey's net with its preparation, in torch on one thread."""
    import torch

    from benchmarks.braai_torch import network
    from tom_alerce_like.plugins.classifiers.braai.reader import D6_M7, read

    torch.set_num_threads(1)
    net = network(read(weights, D6_M7))

    def score(stamps: Pixels) -> None:
        with torch.inference_mode():
            for part in np.array_split(stamps, -(-len(stamps) // PEER_BATCH)):
                norm = np.linalg.norm(part, axis=-1, keepdims=True)
                net(torch.from_numpy(part / np.where(norm > 0, norm, 1)))

    return score


def per_second(work: Callable[[], Any], count: int) -> float:
    """Return how many of ``count`` are done per second of CPU time, the best of some rounds after a first one."""
    work()
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return count / min(times)


def first_score_s(name: str, kind: str) -> float:
    """Return the wall time from import to first score in a new process."""
    code = (
        "import time, django\n"
        "from tests.conformance.module import random_alerts\n"
        "django.setup(); alert = random_alerts(1); start = time.perf_counter()\n"
        f"from {PACKAGE}.{name} import {kind}\n"
        f"{kind}().score(alert); print(time.perf_counter() - start)\n"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True, env=environment)
    return float(done.stdout)


if __name__ == "__main__":
    figures(DATA)
