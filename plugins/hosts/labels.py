"""What people say about hosts: kept as labels, and obeyed."""

from __future__ import annotations

from typing import Any

from tom_alerce_like.plugins.hosts.models import Host, HostLabel, HostSearch
from tom_alerce_like.plugins.hosts.store import none_probability, publish
from tom_alerce_like.turns import turn

#: Columns of an export; positions in degrees.
COLUMNS = (
    *("target", "target_ra_deg", "target_dec_deg", "user", "made", "is_none", "name", "catalogue", "catalogue_id"),
    *("ra_deg", "dec_deg", "rank", "probability", "version"),
)
_OF_THE_GALAXY = ("name", "catalogue", "catalogue_id", "ra_deg", "dec_deg", "rank", "probability")


def choose(host: Host, user: Any) -> None:
    """Make a candidate the host of its target, in place of what was said before.

    Raises `Host.DoesNotExist` when a search has dropped it since it was shown: then what was said before stays.
    """
    with turn():
        # as it is now: a search may have written since it was read
        host = Host.objects.get(pk=host.pk)
        said = {name: getattr(host, name) for name in _OF_THE_GALAXY}
        _forget(host.target_id)
        Host.objects.filter(pk=host.pk).update(is_chosen=True)
        _write(host.target_id, user, said)


def choose_none(target_id: int, user: Any) -> None:
    """Say that none of the candidates is the host, in place of what was said before."""
    with turn():
        _forget(target_id)
        search = HostSearch.objects.filter(pk=target_id).defer("image").first()
        none = none_probability(list(Host.objects.filter(target_id=target_id)), search)
        _write(target_id, user, {"is_none": True, "probability": none})


def release(target_id: int) -> None:
    """Take back what was said: the most probable answer counts again."""
    with turn():
        _forget(target_id)
        publish([target_id])


def export() -> list[tuple[Any, ...]]:
    """Return all labels as rows of `COLUMNS`, the oldest first."""
    fields = {
        "target": "target__name", "target_ra_deg": "target__ra", "target_dec_deg": "target__dec",
        "user": "user__username",
    }  # fmt: skip
    return list(HostLabel.objects.order_by("made", "pk").values_list(*(fields.get(name, name) for name in COLUMNS)))


def _forget(target_id: int) -> None:
    Host.objects.filter(target_id=target_id, is_chosen=True).update(is_chosen=False)
    HostLabel.objects.filter(target_id=target_id).delete()


def _write(target_id: int, user: Any, said: dict[str, Any]) -> None:
    version = HostSearch.objects.filter(pk=target_id).values_list("version", flat=True).first()
    HostLabel.objects.create(target_id=target_id, user=user, version=version or "", **said)
    publish([target_id])
