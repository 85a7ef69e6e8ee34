"""Simulated fields as the net sees them, with what it is to answer. Needs the extra ``train`` to be learned from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from tom_alerce_like.plugins.hosts.dlr import offset
from tom_alerce_like.plugins.hosts.heatmap import grid
from tom_alerce_like.plugins.hosts.heatmap.pyramid import pyramids
from tom_alerce_like.plugins.hosts.simulate.sky import Sky

Floats = NDArray[np.float64]
#: The right answer is a Gaussian of this width around the host's centre.
SIGMA_ARCSEC = 0.25


class Lessons(NamedTuple):
    """What the net sees (n, levels, PLANES, 32, 32), and the host: east and north (n, 2), half-light semi-axis (n,)."""

    planes: NDArray[np.float16]
    host_arcsec: Floats
    size_arcsec: Floats


def lessons(made: Sky) -> Lessons:
    """Return what there is to be learned from simulated fields."""
    size_arcsec = made.truth["host_a_arcsec"].to_numpy(float)
    return Lessons(pyramids(made.fields).astype(np.float16), host_arcsec(made), size_arcsec)


def host_arcsec(made: Sky) -> Floats:
    """Return where the hosts lie: (n, 2) east and north of the transient, NaN without a host."""
    host = made.truth["host_ra_deg"].to_numpy(float), made.truth["host_dec_deg"].to_numpy(float)
    apart, angle = offset(made.fields.ra_deg, made.fields.dec_deg, *host)
    there = np.stack([apart * np.sin(np.radians(angle)), apart * np.cos(np.radians(angle))], 1)
    there[made.truth["is_hostless"].to_numpy(bool)] = np.nan
    return there


def kept(folder: Path, sky: Callable[[int, int], Sky], seeds: Iterable[int], fields: int) -> None:
    """Simulate so many fields of each seed and keep them as lessons in a folder; what is there is not made again."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        path = folder / f"{seed}.npz"
        if not path.exists():
            part = path.with_suffix(".part")
            with part.open("wb") as file:
                np.savez(file, **lessons(sky(fields, seed))._asdict())
            part.rename(path)


def read(folder: Path, seeds: Iterable[int]) -> Lessons:
    """Return the lessons of some seeds that `kept` left in a folder."""
    parts = [np.load(folder / f"{seed}.npz") for seed in seeds if (folder / f"{seed}.npz").exists()]
    return Lessons(*(np.concatenate([part[name] for part in parts]) for name in Lessons._fields))


def wanted(host_arcsec: Floats, possible: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the right answer, (n, cells and none): a Gaussian around the host's centre, or none.

    A centre outside of the cells that are ``possible`` (n, levels, 32, 32) is not to be found: none is right.
    """
    edges = (np.arange(grid.SIDE + 1) - grid.SIDE / 2) * grid.CELL_ARCSEC[:, None]
    inside = np.isfinite(host_arcsec).all(1)
    east, north = np.where(inside[:, None], host_arcsec, 0.0).T
    columns, rows = (np.diff(ndtr((edges - at[:, None, None]) / SIGMA_ARCSEC), axis=-1) for at in (-east, north))
    mass = rows[..., :, None] * columns[..., None, :] * possible * inside[:, None, None, None]
    total = mass.sum((1, 2, 3))
    found = total > 0.5
    mass = np.where(found[:, None, None, None], mass / np.maximum(total, 1e-9)[:, None, None, None], 0.0)
    return np.column_stack([mass.reshape(len(mass), grid.SPEAKS.size), ~found]).astype(np.float32)
