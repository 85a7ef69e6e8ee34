"""A list of positions against catalogues, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tom_alerce_like.exceptions import InputError
from tom_alerce_like.plugins.crossmatch.matches import Matches, Source, TooManyMatches
from tom_alerce_like.plugins.crossmatch.positions import Positions


@dataclass(frozen=True)
class Batch:
    """A question to the ``number``-th source: of the places that are known, those from ``first`` to before ``last``."""

    number: int
    first: int
    last: int


def plan(sources: Sequence[Source], positions: Positions, radius_arcsec: float) -> list[Batch]:
    """Return the batches of all catalogues, one catalogue after the other; raises `InputError` for what none can do."""
    if not 0 < radius_arcsec < np.inf:
        raise InputError("the radius must be larger than 0 arcsec")
    if len({source.name for source in sources}) < len(sources) or not sources:
        raise InputError("choose at least one catalogue, and each of them once")
    n = len(known(positions))
    for source in sources:
        if radius_arcsec > source.max_radius_arcsec:
            raise InputError(f"{source.name} takes radii up to {source.max_radius_arcsec:g} arcsec")
        if n > source.max_rows:
            raise InputError(f"{source.name} is for up to {source.max_rows:g} positions, not {n:,}")
    return [
        Batch(number, first, min(first + source.batch_rows, n))
        for number, source in enumerate(sources)
        for first in range(0, n, source.batch_rows)
    ]


def known(positions: Positions) -> np.ndarray:
    """Return the numbers of the rows that have a position."""
    return np.flatnonzero(np.isfinite(positions.ra_deg))


def ask(
    source: Source, positions: Positions, batch: Batch, radius_arcsec: float, nearest_only: bool
) -> Iterator[Matches]:
    """Ask a catalogue for one batch, in halves where there is too much at once, and give the parts in order.

    Places are numbered by the rows of the table. Raises as `matches.Source`.
    """
    rows = known(positions)[batch.first : batch.last]
    try:
        found = source.match(positions.ra_deg[rows], positions.dec_deg[rows], radius_arcsec, nearest_only)
    except TooManyMatches:
        if len(rows) < 2:
            raise
    else:
        yield found.numbered(rows)
        return
    middle = (batch.first + batch.last) // 2
    for half in (replace(batch, last=middle), replace(batch, first=middle)):
        yield from ask(source, positions, half, radius_arcsec, nearest_only)
