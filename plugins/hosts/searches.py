"""What a search for hosts said beside its candidates, in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from django.utils import timezone

from tom_alerce_like import __version__
from tom_alerce_like.bulk import nullable
from tom_alerce_like.plugins.hosts.models import HostSearch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tom_alerce_like.plugins.hosts.associate import Association
    from tom_alerce_like.plugins.hosts.picture import Picture
    from tom_alerce_like.plugins.hosts.redshift import Mixtures

#: Fields of HostSearch -> names in `redshift.Mixtures`.
_REDSHIFT = {
    "redshift": "median",
    "redshift_lo68": "low68",
    "redshift_hi68": "high68",
    "redshift_lo95": "low95",
    "redshift_hi95": "high95",
    "e_host_phot": "e_host_phot",
    "e_host_id": "e_host_id",
}
_SAID = (
    *("made", "version", "hostless", "undetected", "outside", "answered", "problems"),
    *(*_REDSHIFT, "redshift_kind", "redshift_density"),
)
_IMAGE = ("image", "image_arcsec", "image_source")
#: The stored distribution has so many points at most; cells below this part of the highest are left out.
_POINTS, _NEGLIGIBLE = 100, 1e-3


def write(
    target_ids: Sequence[int],
    answer: Association,
    redshifts: Mixtures | None = None,
    pictures: Sequence[Picture | None] | None = None,
    problems: Sequence[str] | None = None,
) -> None:
    """Write one row a target; a picture that is not there this time leaves that of an earlier search in its place.

    Where neither a catalogue nor an image answered, what an earlier search said stays, but for the problems.
    ``problems``: what kept sources from answering, where there is more to say than the association knows.
    """
    columns: dict[str, Sequence[Any]] = {
        name: nullable(getattr(answer, name, answer.none * (name == "undetected")))
        for name in ("hostless", "undetected", "outside")
    }
    if redshifts is not None:
        columns |= {field: nullable(getattr(redshifts, name)) for field, name in _REDSHIFT.items()}
        columns["redshift_kind"] = redshifts.kind.tolist()
        columns["redshift_density"] = [_thinned(density) for density in redshifts.density]
    same = {
        "made": timezone.now(),
        "version": __version__,
        "answered": list(answer.answered),
        "problems": list(answer.problems if problems is None else problems),
    }
    rows = [
        HostSearch(target_id=target_id, **same, **dict(zip(columns, values, strict=True)))
        for target_id, *values in zip(target_ids, *columns.values(), strict=True)
    ]
    seen = [picture is not None for picture in pictures or [None] * len(rows)]
    for row, picture in zip(rows, pictures or (), strict=False):
        if picture is not None:
            row.image, row.image_arcsec, row.image_source = picture
    _upsert([row for row, is_seen in zip(rows, seen, strict=True) if is_seen], (*_SAID, *_IMAGE))
    said = _SAID if answer.answered else ("problems",)
    _upsert([row for row, is_seen in zip(rows, seen, strict=True) if not is_seen], said)


def _upsert(rows: list[HostSearch], fields: Sequence[str]) -> None:
    HostSearch.objects.bulk_create(rows, update_conflicts=True, unique_fields=["target"], update_fields=fields)


def _thinned(density: NDArray[np.float64]) -> dict[str, list[float]]:
    """Return the part of a distribution on the grid of redshifts that a plot shows, in few points."""
    from tom_alerce_like.plugins.hosts.luminosity import REDSHIFTS

    high = np.flatnonzero(density > _NEGLIGIBLE * density.max(initial=0))
    if not len(high):
        return {}
    cells = np.arange(max(high[0] - 1, 0), min(high[-1] + 2, len(density)))
    step = -(-len(cells) // _POINTS)
    # the highest of each few cells: a spectroscopic redshift is one cell wide
    tops = [some[density[some].argmax()] for some in np.split(cells, range(step, len(cells), step))]
    return {"z": np.round(REDSHIFTS[tops], 5).tolist(), "density": np.round(density[tops], 4).tolist()}
