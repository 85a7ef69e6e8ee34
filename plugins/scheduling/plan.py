"""A night's plan over many sites: from requests on the sky to blocks of time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.plugins.scheduling import greedy
from tom_alerce_like.plugins.scheduling.instance import Instance, Solver, runs
from tom_alerce_like.plugins.scheduling.sites import Site
from tom_alerce_like.plugins.scheduling.visibility import LIMITS, STEP_MIN, Limits, altitude, dark_time, observable

SLOT_DAYS = STEP_MIN / 1440
N_SLOTS = round(1 / SLOT_DAYS)

#: Columns of a table of requests: one row a target. ``duration_s`` is exposure and overhead together.
REQUEST_COLUMNS = ("target_id", "ra_deg", "dec_deg", "value", "duration_s")
#: Columns of a plan: one row a block.
BLOCK_COLUMNS = ("target_id", "site", "start_mjd", "end_mjd", "value")


def plan(
    requests: pd.DataFrame,
    sites: Sequence[Site],
    mjd: float,
    taken: pd.DataFrame | None = None,
    solve: Solver = greedy.solve,
    limits: Limits = LIMITS,
) -> pd.DataFrame:
    """Plan the next 24 hours from ``mjd`` (UTC).

    Parameters
    ----------
    requests : table of `REQUEST_COLUMNS`; rows with NaN or without a positive value are left out.
    sites : where to observe; a site does one thing at a time.
    taken : blocks (site, start_mjd, end_mjd) that sites are busy with already.
    solve : what decides.

    Returns a table of `BLOCK_COLUMNS` in order of time; blocks last multiples of 5 minutes, and a target
    keeps ``limits`` from the start to the end of its block.
    """
    wanted = requests[requests[list(REQUEST_COLUMNS)].notna().all(axis=1) & (requests["value"] > 0)]
    edges = mjd + SLOT_DAYS * np.arange(N_SLOTS + 1)
    duration = np.maximum(1, np.ceil(wanted["duration_s"].to_numpy(float) / (STEP_MIN * 60))).astype(int)
    if wanted.empty or not sites:
        return pd.DataFrame(columns=list(BLOCK_COLUMNS))
    seen, loss = _sky(wanted, sites, edges, limits)
    starts = _starts(seen, duration)
    if taken is not None:
        starts &= _undisturbed(taken, sites, edges, duration)
    instance = Instance(wanted["value"].to_numpy(float), duration, starts, loss)
    answer = solve(instance)
    chosen = answer.scheduled
    blocks = pd.DataFrame(
        {
            "target_id": wanted["target_id"].to_numpy()[chosen],
            "site": [sites[site].name for site in answer.site[chosen]],
            "start_mjd": edges[answer.slot[chosen]],
            "end_mjd": edges[answer.slot[chosen] + duration[chosen]],
            "value": instance.weight[chosen],
        }
    )
    return blocks.sort_values(["start_mjd", "site"], ignore_index=True)


def _sky(
    requests: pd.DataFrame, sites: Sequence[Site], edges: NDArray, limits: Limits
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return whether requests are observable, (requests, sites, edges), and what airmass costs, (..., slots).

    The loss is 1 - 1 / airmass: nothing at the zenith, half at airmass 2.
    """
    seen = np.zeros((len(requests), len(sites), len(edges)), bool)
    loss = np.ones(seen.shape)
    places = requests["ra_deg"].to_numpy(float), requests["dec_deg"].to_numpy(float)
    for index, site in enumerate(sites):
        night = dark_time(site, edges[0], limits.sun_deg)
        if night:
            inside = (edges >= night[0]) & (edges <= night[1])
            seen[:, index, inside] = observable(*places, site, edges[inside], limits)
            loss[:, index, inside] = 1 - np.sin(np.radians(altitude(*places, site, edges[inside])))
    return seen, loss[..., :-1]


def _starts(seen: NDArray[np.bool_], duration: NDArray) -> NDArray[np.bool_]:
    """Tell where each request may start, (requests, sites, slots)."""
    starts = np.zeros((*seen.shape[:2], seen.shape[2] - 1), bool)
    for length in np.unique(duration):
        same = duration == length
        # a block of n slots is bounded by n + 1 moments at which the target must be observable
        starts[same] = runs(seen[same], int(length) + 1)[..., :-1]
    return starts


def _undisturbed(taken: pd.DataFrame, sites: Sequence[Site], edges: NDArray, duration: NDArray) -> NDArray[np.bool_]:
    """Tell where requests would not overlap the blocks ``taken``, (requests, sites, slots)."""
    free = np.ones((len(sites), len(edges) - 1), bool)
    for index, site in enumerate(sites):
        for block in taken[taken["site"] == site.name].itertuples():
            free[index] &= (edges[1:] <= block.start_mjd) | (edges[:-1] >= block.end_mjd)
    lengths, which = np.unique(duration, return_inverse=True)
    return np.stack([runs(free, int(length)) for length in lengths])[which]
