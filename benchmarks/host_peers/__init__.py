"""What others answer on the same fields: DELIGHT, Prost and PATH.

DELIGHT (astro-delight, GPL) and Prost (astro-prost) are run as their users run them, each by the Python of a virtual
environment of its own: ``make .venv/peers`` makes both in ``.venv/host_peers``. Where one is not there its function
returns None.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.host_grades import Answers
from benchmarks.host_peers.path_posterior import path
from benchmarks.host_peers.run import delight, prost
from benchmarks.host_simulated import at
from tom_alerce_like.plugins.hosts.simulate.sky import Sky

__all__ = ["delight", "path", "peers", "prost"]


def peers(folder: Path) -> dict[str, Callable[[Sky], Answers | None]]:
    """Return who else answers, by name: Prost by offsets, and by offsets and luminosities. ``folder`` is for files."""
    return {
        "delight": lambda sky: _of_delight(sky, folder),
        "prost": lambda sky: _of_prost(sky, folder, absmag=False),
        "prost_absmag": lambda sky: _of_prost(sky, folder, absmag=True),
        "path": _of_path,
    }


def _of_delight(sky: Sky, folder: Path) -> Answers | None:
    offsets = delight(sky.fields, folder)
    return None if offsets is None else at(sky.fields, offsets)


def _of_prost(sky: Sky, folder: Path, absmag: bool) -> Answers | None:
    places = prost(sky.fields, sky.catalogue, folder, absmag)
    unknown = np.full(len(sky.fields), np.nan)
    return None if places is None else Answers(*places.T, unknown, unknown)


def _of_path(sky: Sky) -> Answers:
    places, probability, none = path(sky.fields, sky.catalogue)
    return Answers(*places.T, probability, none)
