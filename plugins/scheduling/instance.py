"""The scheduling problem of one night as arrays, its answer, and an independent check of an answer.

Time runs in slots. A request takes whole slots of one site without a break, at most once; a site does one thing at a
time; the sum of weights counts. Any function ``solve(instance) -> Assignment`` is a solver.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Instance:
    """What could be done.

    ``weight`` (n,) is the value of each request, ``duration`` (n,) its length in slots (1 or more), and ``feasible``
    (n, sites, slots) is true where the request may start and is observable to its end. ``loss`` (n, sites, slots), if
    given, is the share of the value that is lost by starting there, for solvers that can choose; `value` ignores it.
    """

    weight: NDArray[np.float64]
    duration: NDArray[np.int64]
    feasible: NDArray[np.bool_]
    loss: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class Assignment:
    """What shall be done: ``site`` and first ``slot`` (n,) of each request, -1 where it is left out."""

    site: NDArray[np.int64]
    slot: NDArray[np.int64]

    @property
    def scheduled(self) -> NDArray[np.int64]:
        """Positions of the requests that are scheduled."""
        return np.flatnonzero(self.site >= 0)


Solver = Callable[[Instance], Assignment]


def runs(mask: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
    """Tell where ``length`` true values in a row begin, along the last axis; same shape."""
    sums = np.cumsum(mask, axis=-1)
    sums = np.concatenate([np.zeros_like(sums[..., :1]), sums], axis=-1)
    full = np.zeros(mask.shape, bool)
    n_starts = max(0, mask.shape[-1] - length + 1)
    full[..., :n_starts] = sums[..., length:] - sums[..., :n_starts] == length
    return full


def value(instance: Instance, assignment: Assignment) -> float:
    """Return the sum of weights of what is scheduled."""
    return float(instance.weight[assignment.scheduled].sum())


def problems(instance: Instance, assignment: Assignment) -> list[str]:
    """Return what is wrong with an answer, nothing when it is valid; shares no code with any solver."""
    found = []
    owner: dict[tuple[int, int], int] = {}
    for request in range(len(instance.weight)):
        site, slot = int(assignment.site[request]), int(assignment.slot[request])
        if site < 0:
            continue
        if not instance.feasible[request, site, slot]:
            found.append(f"request {request} cannot start at site {site} in slot {slot}")
        for used in range(slot, slot + int(instance.duration[request])):
            other = owner.setdefault((site, used), request)
            if other != request:
                found.append(f"requests {other} and {request} share slot {used} of site {site}")
    return found
