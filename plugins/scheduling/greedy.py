"""A greedy solver: the most valuable request per slot first, each seen well where others want the sky least."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.scheduling.instance import Assignment, Instance, runs

# A gap left beside a block is often too short for anything: each open side makes a place this much dearer.
_GAP_PENALTY = 0.3


def solve(instance: Instance) -> Assignment:
    """Schedule requests one by one in falling order of weight per slot; about 30 microseconds a request."""
    site = np.full(len(instance.weight), -1)
    slot = np.full(len(instance.weight), -1)
    free = np.ones(instance.feasible.shape[1:], bool)
    demand = np.pad(np.cumsum(_demand(instance), axis=1), ((0, 0), (1, 0)))
    for request in np.argsort(-instance.weight / instance.duration, kind="stable"):
        length = int(instance.duration[request])
        possible = instance.feasible[request] & runs(free, length)
        if possible.any():
            site[request], slot[request] = where = _place(instance, request, possible, free, demand)
            free[where[0], where[1] : where[1] + length] = False
    return Assignment(site, slot)


def _place(instance: Instance, request: int, possible: NDArray, free: NDArray, demand: NDArray) -> tuple[int, int]:
    """Return the cheapest place: what others would have gained there, as a share of this value, and what it loses."""
    length = int(instance.duration[request])
    n_starts = free.shape[1] - length + 1
    sides = np.pad(free, ((0, 0), (1, 1)))
    gaps = sides[:, :n_starts].astype(int) + sides[:, length + 1 :]
    price = (demand[:, length:] - demand[:, :n_starts]) / instance.weight[request] * (1 + _GAP_PENALTY * gaps)
    if instance.loss is not None:
        price += instance.loss[request, :, :n_starts]
    site, slot = divmod(int(np.where(possible[:, :n_starts], price, np.inf).argmin()), n_starts)
    return site, slot


def _demand(instance: Instance) -> NDArray:
    """Return the value that hopes for each slot (sites, slots), each request spread evenly over all its places."""
    n_places = instance.feasible.sum(axis=(1, 2))
    share = instance.weight / instance.duration / np.maximum(n_places, 1)
    demand = np.zeros(instance.feasible.shape[1:])
    for length in np.unique(instance.duration):
        same = instance.duration == length
        starts = np.tensordot(share[same], instance.feasible[same], axes=1)
        for later in range(min(int(length), starts.shape[1])):
            demand[:, later:] += starts[:, : starts.shape[1] - later]
    return demand
