"""Our plan against the best that is known, on frozen nights: ``python -m benchmarks.scheduling``."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path

import numpy as np

from benchmarks.figure import DATA, figure
from tom_alerce_like.plugins.scheduling.greedy import solve
from tom_alerce_like.plugins.scheduling.instance import Instance, problems, value

#: Optimum where it is proven (one site), otherwise an upper bound; see the README beside the instances.
BOUNDS = {"100x1": 1207.0, "500x1": 2120.0, "500x10": 10266.4, "2000x10": 19255.6}


def load(path: Path) -> Instance:
    """Read a frozen instance."""
    night = json.loads(gzip.decompress(path.read_bytes()))
    requests, sites = night["requests"], night["sites"]
    feasible = np.zeros((len(requests), len(sites), night["n_slots"]), bool)
    for row, request in enumerate(requests):
        for site, ranges in request["feasible_starts"].items():
            for first, last in ranges:
                feasible[row, sites.index(site), first : last + 1] = True
    weight = np.array([request["weight"] for request in requests], float)
    return Instance(weight, np.array([request["duration_slots"] for request in requests]), feasible)


def main() -> None:
    """Solve each instance once and print value and time."""
    for name, bound in BOUNDS.items():
        instance = load(DATA / "scheduling" / f"{name}.json.gz")
        start = time.perf_counter()
        answer = solve(instance)
        seconds = time.perf_counter() - start
        assert not problems(instance, answer)
        figure(f"plan_{name}_value", value(instance, answer), "weight", ("bound", bound))
        figure(f"plan_{name}_s", seconds, "s")


if __name__ == "__main__":
    main()
