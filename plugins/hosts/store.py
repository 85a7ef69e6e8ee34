"""Candidate hosts in the database, and the best of them in the target's summary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tom_alerce_like.bulk import slices
from tom_alerce_like.models import Candidate
from tom_alerce_like.plugins.hosts import rows
from tom_alerce_like.plugins.hosts.claim import claimed
from tom_alerce_like.plugins.hosts.models import Host, HostLabel, HostSearch
from tom_alerce_like.plugins.hosts.searches import write
from tom_alerce_like.turns import turn

if TYPE_CHECKING:
    from tom_alerce_like.plugins.hosts.associate import Association

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
    person chose stays. So do candidates of catalogues that did not answer this time, and of images where there is none
    this time, but they are not current: no probability counts them. Where nobody answered at all the search changes
    nothing but the problems.
    """
    pictures = seen.get("pictures") or [None] * len(target_ids)
    pictured = {target_id for target_id, picture in zip(target_ids, pictures, strict=True) if picture}
    heard = [target_id for target_id in target_ids if answer.answered or target_id in pictured]
    stored = [host for some in slices(heard) for host in Host.objects.filter(target_id__in=some)]
    hosts = rows.made(target_ids, answer.candidates)
    rows.recognise(hosts, stored)
    # backwards: of two galaxies under one id, as two files of one name may hold them, the more probable stays
    new = {rows.key(host): host for host in reversed(hosts)}
    Host.objects.bulk_create(
        new.values(),
        update_conflicts=True,
        unique_fields=["target", "catalogue", "catalogue_id"],
        update_fields=rows.WRITTEN,
    )
    _put_aside([host for host in stored if rows.key(host) not in new], hosts, answer.answered, pictured)
    write(target_ids, answer, **seen)
    return publish(target_ids)


def publish(target_ids: Sequence[int]) -> int:
    """Copy each target's host into its `Candidate`; returns how many have one.

    The host is what a person chose, else the most probable candidate where that suffices (see `claim`). A target of
    which a person said that none of the candidates is the host has none.
    """
    changed, n_hosts = [], 0
    for some in slices(target_ids):
        hosts = rows.by_target(Host.objects.filter(target_id__in=some))
        searches = HostSearch.objects.defer("image", "redshift_density").in_bulk(some)
        hostless = set(HostLabel.objects.filter(target_id__in=some, is_none=True).values_list("pk", flat=True))
        for candidate in Candidate.objects.filter(target_id__in=some):
            found, search = hosts.get(candidate.pk, []), searches.get(candidate.pk)
            host = None if candidate.pk in hostless else best(found, none_probability(found, search))
            n_hosts += host is not None
            if _copy(_facts(host, search, likeliest(found)), candidate):
                changed.append(candidate)
    Candidate.objects.bulk_update(changed, [*_SUMMARY], batch_size=100)
    return n_hosts


def best(hosts: Sequence[Host], none: float) -> Host | None:
    """Return the host among a target's candidates, or None; ``none``: probability that it is none of them."""
    chosen, first = next((host for host in hosts if host.is_chosen), None), likeliest(hosts)
    return chosen or (first if first and claimed(first.probability, none) else None)


def likeliest(hosts: Sequence[Host]) -> Host | None:
    """Return the most probable candidate of the newest search."""
    return max((host for host in hosts if host.is_current), key=lambda host: host.probability, default=None)


def none_probability(hosts: Sequence[Host], search: HostSearch | None) -> float:
    """Return the probability that no galaxy is the host, by the newest search, else what the candidates leave."""
    return search.none if search else max(0.0, 1 - sum(host.probability for host in hosts if host.is_current))


def _put_aside(missing: Sequence[Host], hosts: Sequence[Host], answered: Sequence[str], pictured: set[int]) -> None:
    """Deal with stored candidates that a search did not find.

    Those of sources that answered go, and so do those that another source now tells of. What a person chose stays, and
    so does what nobody was there to tell of, but not as part of the newest search.
    """
    new = rows.by_target(hosts)
    stale: list[int] = []
    aside: list[int] = []
    for host in missing:
        near = rows.apart_arcsec(host, new.get(host.target_id, []))
        has_answered = host.catalogue in answered or (host.catalogue == rows.IMAGE and host.target_id in pictured)
        is_told = bool((near <= rows.SAME_ARCSEC).any())
        (stale if (has_answered or is_told) and not host.is_chosen else aside).append(host.pk)
    for pks in slices(stale):
        Host.objects.filter(pk__in=pks).delete()
    for pks in slices(aside):
        Host.objects.filter(pk__in=pks, is_current=True).update(is_current=False)


def _facts(host: Host | None, search: HostSearch | None, first: Host | None) -> dict[str, Any]:
    """Return what the summary says of a host.

    Where its redshift is no spectroscopic one, that of the transient by all that was found is better: it also knows how
    bright the transient is. It is not that of a galaxy which a person prefers to the likeliest.
    """
    blank = {"host_name": "", "host_redshift_kind": ""}
    facts = {mine: getattr(host, theirs) if host else blank.get(mine) for mine, theirs in _SUMMARY.items()}
    if host and host == first and host.redshift is not None and host.redshift_kind != "spec":
        mixed = search.mixed_redshift if search else None
        facts |= dict(zip(("host_redshift", "host_redshift_err"), mixed, strict=True)) if mixed else {}
    return facts


def _copy(facts: dict[str, Any], candidate: Candidate) -> bool:
    """Write facts into the summary; returns whether anything changed."""
    changed = any(getattr(candidate, name) != value for name, value in facts.items())
    for name, value in facts.items():
        setattr(candidate, name, value)
    return changed
