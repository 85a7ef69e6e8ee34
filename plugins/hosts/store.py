"""Candidate hosts in the database, and the best of them in the target's summary."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from tom_alerce_like.bulk import nullable, slices
from tom_alerce_like.models import Candidate
from tom_alerce_like.plugins.hosts.claim import claimed
from tom_alerce_like.plugins.hosts.models import Host, HostLabel
from tom_alerce_like.plugins.hosts.searches import write
from tom_alerce_like.turns import turn

if TYPE_CHECKING:
    import pandas as pd

    from tom_alerce_like.plugins.hosts.associate import Association

_MEASURED = (
    *("ra_deg", "dec_deg", "offset_arcsec", "dlr", "probability", "redshift", "redshift_err"),
    *("mag", "a_arcsec", "b_arcsec", "pa_deg", "p_star"),
)
#: What stands for a catalogue where only an image shows the source.
IMAGE = "image"
#: Fields of Host -> columns of an association's candidates.
_TEXTS = {
    "name": "name",
    "catalogue": "catalogue",
    "catalogue_id": "id",
    "redshift_kind": "redshift_kind",
    "why": "why",
}
_WRITTEN = ("rank", "name", "redshift_kind", "why", *_MEASURED)
#: Fields of Candidate -> fields of Host.
_SUMMARY = {
    "host_name": "name",
    "host_ra_deg": "ra_deg",
    "host_dec_deg": "dec_deg",
    "host_offset_arcsec": "offset_arcsec",
    "host_probability": "probability",
    "host_redshift": "redshift",
    "host_redshift_err": "redshift_err",
    "host_redshift_kind": "redshift_kind",
}


@turn()
def save(target_ids: Sequence[int], answer: Association, **seen: Any) -> int:
    """Write what an association said, one target per place; returns how many targets have a host now.

    ``seen``: what else `searches.write` takes. The same answer twice changes nothing but the time of the search. What a
    person chose stays, and so do candidates of catalogues that did not answer this time, and of images where there is
    none this time.
    """
    # backwards: of two galaxies under one id, as two files of one name may hold them, the more probable stays
    rows = {_key(host): host for host in reversed(_rows(target_ids, answer.candidates))}
    Host.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["target", "catalogue", "catalogue_id"],
        update_fields=_WRITTEN,
    )
    _drop_stale(target_ids, rows, answer.answered)
    pictures = seen.get("pictures") or [None] * len(target_ids)
    _drop_stale([key for key, one in zip(target_ids, pictures, strict=True) if one], rows, [IMAGE])
    write(target_ids, answer, **seen)
    return publish(target_ids)


def publish(target_ids: Sequence[int]) -> int:
    """Copy each target's host into its `Candidate`; returns how many have one.

    The host is what a person chose, else the most probable candidate where that suffices (see `claim`). A target of
    which a person said that none of the candidates is the host has none.
    """
    changed, n_hosts = [], 0
    for some in slices(target_ids):
        hosts = _by_target(Host.objects.filter(target_id__in=some))
        hostless = set(HostLabel.objects.filter(target_id__in=some, is_none=True).values_list("pk", flat=True))
        for candidate in Candidate.objects.filter(target_id__in=some):
            host = None if candidate.pk in hostless else best(hosts.get(candidate.pk, []))
            n_hosts += host is not None
            if _copy(host, candidate):
                changed.append(candidate)
    Candidate.objects.bulk_update(changed, [*_SUMMARY], batch_size=100)
    return n_hosts


def best(hosts: Sequence[Host]) -> Host | None:
    """Return the host among a target's candidates, or None."""
    chosen = next((host for host in hosts if host.is_chosen), None)
    first = max(hosts, key=lambda host: host.probability, default=None)
    return chosen or (first if first and claimed(first.probability, none_probability(hosts)) else None)


def none_probability(hosts: Iterable[Host]) -> float:
    """Return the probability that the host is not among the candidates."""
    return max(0.0, 1 - sum(host.probability for host in hosts))


def _rows(target_ids: Sequence[int], candidates: pd.DataFrame) -> list[Host]:
    numbers = {name: nullable(candidates[name]) for name in _MEASURED}
    columns = numbers | {field: _texts(candidates[column], field) for field, column in _TEXTS.items()}
    _name_sources(columns)
    columns["rank"] = candidates["rank"].tolist()
    columns["target_id"] = [target_ids[row] for row in candidates["row"]]
    return [Host(**dict(zip(columns, values, strict=True))) for values in zip(*columns.values(), strict=True)]


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


def _key(host: Host) -> tuple[int, str, str]:
    return host.target_id, host.catalogue, host.catalogue_id


def _drop_stale(target_ids: Sequence[int], kept: Container[tuple], answered: Sequence[str]) -> None:
    for some in slices(target_ids):
        before = Host.objects.filter(target_id__in=some, catalogue__in=answered, is_chosen=False)
        keys = before.values_list("pk", "target_id", "catalogue", "catalogue_id")
        stale = [pk for pk, *key in keys if tuple(key) not in kept]
        for pks in slices(stale):
            Host.objects.filter(pk__in=pks).delete()


def _by_target(hosts: Iterable[Host]) -> dict[int, list[Host]]:
    grouped: dict[int, list[Host]] = {}
    for host in hosts:
        grouped.setdefault(host.target_id, []).append(host)
    return grouped


def _copy(host: Host | None, candidate: Candidate) -> bool:
    """Write the host's facts into the summary; returns whether anything changed."""
    blank = {"host_name": "", "host_redshift_kind": ""}
    facts = {mine: getattr(host, theirs) if host else blank.get(mine) for mine, theirs in _SUMMARY.items()}
    changed = any(getattr(candidate, name) != value for name, value in facts.items())
    for name, value in facts.items():
        setattr(candidate, name, value)
    return changed
