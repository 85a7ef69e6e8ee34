"""Rows of candidate hosts: made from what an association says, and matched with those that are stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tom_alerce_like.bulk import nullable
from tom_alerce_like.plugins.hosts.models import Host
from tom_alerce_like.sky import separation_arcsec

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

#: What stands for a catalogue where only an image shows the source.
IMAGE = "image"
#: Sources of two searches that are so near are the same galaxy.
SAME_ARCSEC = 1.0
_MEASURED = (
    *("ra_deg", "dec_deg", "offset_arcsec", "dlr", "probability", "redshift", "redshift_err"),
    *("mag", "a_arcsec", "b_arcsec", "pa_deg", "p_star"),
)
#: Fields of Host -> columns of an association's candidates.
_TEXTS = {
    "name": "name",
    "catalogue": "catalogue",
    "catalogue_id": "id",
    "redshift_kind": "redshift_kind",
    "why": "why",
}
#: Fields that a search writes anew into a row that is stored.
WRITTEN = ("rank", "name", "redshift_kind", "why", "is_current", *_MEASURED)


def made(target_ids: Sequence[int], candidates: pd.DataFrame) -> list[Host]:
    """Return a row, not yet stored, of each candidate of an `associate.Association`."""
    numbers = {name: nullable(candidates[name]) for name in _MEASURED}
    columns = numbers | {field: _texts(candidates[column], field) for field, column in _TEXTS.items()}
    _name_sources(columns)
    columns["rank"] = candidates["rank"].tolist()
    columns["target_id"] = [target_ids[row] for row in candidates["row"]]
    return [Host(**dict(zip(columns, values, strict=True))) for values in zip(*columns.values(), strict=True)]


def key(host: Host) -> tuple[int, str, str]:
    """Return what tells a candidate from all others."""
    return host.target_id, host.catalogue, host.catalogue_id


def recognise(new: Sequence[Host], stored: Sequence[Host]) -> None:
    """Give new rows the names and ids of stored ones at the same place, where both are one galaxy for sure.

    So it is with sources of images, whose places differ a little from search to search; and a galaxy that a person has
    chosen stays the same row when another catalogue tells of it.
    """
    found, known = {key(host) for host in new}, {key(host) for host in stored}
    every = by_target(new)
    for old in sorted(stored, key=lambda host: not host.is_chosen):
        of_it = every.get(old.target_id, ()) if key(old) not in found else ()
        others = [
            one for one in of_it if old.is_chosen or (_is_shown(old) and _is_shown(one) and key(one) not in known)
        ]
        apart = apart_arcsec(old, others)
        if apart.min(initial=np.inf) <= SAME_ARCSEC:
            same = others[int(apart.argmin())]
            same.name, same.catalogue, same.catalogue_id = old.name, old.catalogue, old.catalogue_id


def _is_shown(host: Host) -> bool:
    return host.catalogue == IMAGE


def apart_arcsec(host: Host, others: Sequence[Host]) -> NDArray[np.float64]:
    """Return how far other galaxies are from one."""
    places = [other.ra_deg for other in others], [other.dec_deg for other in others]
    return separation_arcsec(host.ra_deg, host.dec_deg, *places)


def by_target(hosts: Iterable[Host]) -> dict[int, list[Host]]:
    """Return the rows of each target."""
    grouped: dict[int, list[Host]] = {}
    for host in hosts:
        grouped.setdefault(host.target_id, []).append(host)
    return grouped


def _name_sources(columns: dict[str, list[Any]]) -> None:
    """Give sources of images, which have no names and other ids each time, those of their places."""
    places = zip(columns["ra_deg"], columns["dec_deg"], strict=True)
    for number, (catalogue, name, place) in enumerate(zip(columns["catalogue"], columns["name"], places, strict=True)):
        if catalogue == IMAGE:
            columns["catalogue_id"][number] = "{:.5f}{:+.5f}".format(*place)
            columns["name"][number] = name or f"source {columns['catalogue_id'][number]}"


def _texts(values: pd.Series, field: str) -> list[str]:
    longest = getattr(Host._meta.get_field(field), "max_length", None)
    return [text[:longest] for text in values]
