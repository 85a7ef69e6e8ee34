"""What the panel on the target page shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from tom_targets.models import Target

from tom_alerce_like.permissions import may_change
from tom_alerce_like.plugins.hosts import redshift_panel, sketch, surroundings
from tom_alerce_like.plugins.hosts.models import Host, HostLabel, HostSearch
from tom_alerce_like.plugins.hosts.search import REDSHIFT, REDSHIFT_ERR, entered, has_sources
from tom_alerce_like.plugins.hosts.store import best, none_probability

#: How the three cases without a host in the list are told.
NONE = {
    "hostless": "no galaxy at all",
    "undetected": "a galaxy too faint for what was searched",
    "outside": "a galaxy centred farther out than was searched",
}
#: Galaxies that are not kept, told where they are as probable as this.
FURTHER, SHOWN = "a galaxy further down the list", 0.001
#: From these probabilities on a host is almost sure, or probable.
SURE, PROBABLE = 0.95, 0.8


class Row(NamedTuple):
    """A line of the list: a galaxy, or one of the cases without one."""

    host: Host | None
    words: str
    probability: float
    percent: str
    colour: str


def context(target: Target, user: Any) -> dict[str, Any]:
    """Return the candidate hosts of a target, what a search said of it, and whether the user may choose."""
    hosts = _listed(target)
    search = HostSearch.objects.filter(pk=target.pk).defer("image").first()
    label = HostLabel.objects.filter(pk=target.pk).select_related("user").first()
    none = none_probability(hosts, search)
    first = best([host for host in hosts if not host.is_chosen], none)
    host = None if label and label.is_none else best(hosts, none)
    redshift = _redshift(target, host, search, label)
    image_arcsec, image_source = surroundings.described(target, search)
    return {
        "hosts": hosts,
        "host": host,
        "label": label,
        "search": search,
        "rows": [
            Row(one, one.name, one.probability, percent(one.probability), sketch.colour(one.rank)) for one in hosts
        ],
        "none_rows": _none_rows(hosts, search, none),
        "none_probability": none,
        "none_percent": percent(none),
        "host_percent": percent(host.probability) if host else "",
        "verdict": _verdict(host),
        "first": first,
        "sketch": _sketch(target, hosts, image_arcsec, redshift["z"]),
        "image_source": image_source,
        "redshift": redshift,
        "may_choose": may_change(user, target.pk),
        "has_sources": any(has_sources()),
    }


def percent(probability: float) -> str:
    """Return a probability as people say it, and never as a certainty."""
    if probability < 0.001:
        return "< 0.1 %"
    return "> 99.9 %" if probability > 0.999 else f"{100 * probability:.1f} %"


def _verdict(host: Host | None) -> str:
    if host is None or host.is_chosen:
        return ""
    words = {SURE: "almost surely", PROBABLE: "probably"}
    return next((said for least, said in words.items() if host.probability >= least), "perhaps")


def _listed(target: Target) -> list[Host]:
    """Return the candidates as they are listed: those of earlier searches last, and numbered on."""
    hosts = sorted(Host.objects.filter(target_id=target.pk), key=lambda host: not host.is_current)
    for number, host in enumerate(hosts, start=1):
        host.rank = number
    return hosts


def _redshift(target: Target, host: Host | None, search: HostSearch | None, label: HostLabel | None) -> dict[str, Any]:
    """Return the best redshift, words and plot: the transient's own, of a galaxy that was chosen, or of all."""
    own, err = (float(entered([target.pk], name)[0]) for name in (REDSHIFT, REDSHIFT_ERR))
    if own > 0:
        return {"z": own, "words": redshift_panel.of_transient(own, err)}
    z = host.redshift if host else None
    if search is not None and label is None and not (host and host.is_chosen):
        return {"z": z, "words": redshift_panel.of_all(search, host), "plot": redshift_panel.draw(search)}
    return {"z": z, "words": redshift_panel.of_galaxy(host) if host else ""}


def _none_rows(hosts: Sequence[Host], search: HostSearch | None, none: float) -> list[Row]:
    if search is None:
        return [Row(None, "none of these", none, percent(none), "")]
    told = {words: getattr(search, name) for name, words in NONE.items()}
    further = 1 - none - sum(host.probability for host in hosts if host.is_current)
    if further >= SHOWN:
        told[FURTHER] = further
    return [Row(None, words, value, percent(value), "") for words, value in told.items()]


def _sketch(
    target: Target, hosts: Sequence[Host], image_arcsec: float | None, redshift: float | None
) -> sketch.Sketch | None:
    if target.ra is None or target.dec is None or not (hosts or image_arcsec):
        return None
    return sketch.draw(target.ra, target.dec, hosts, image_arcsec, redshift)
