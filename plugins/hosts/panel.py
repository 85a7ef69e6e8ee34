"""What the panel on the target page shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from tom_targets.models import Target

from tom_alerce_like.permissions import may_change
from tom_alerce_like.plugins.hosts import redshift_panel, sketch, surroundings
from tom_alerce_like.plugins.hosts.models import Host, HostLabel, HostSearch
from tom_alerce_like.plugins.hosts.search import has_sources
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
    hosts = list(Host.objects.filter(target_id=target.pk))
    search = HostSearch.objects.filter(pk=target.pk).defer("image").first()
    label = HostLabel.objects.filter(pk=target.pk).select_related("user").first()
    first = best([host for host in hosts if not host.is_chosen])
    host = None if label and label.is_none else best(hosts)
    none = none_probability(hosts)
    image_arcsec, image_source = surroundings.described(target, search)
    return {
        "hosts": hosts,
        "host": host,
        "label": label,
        "search": search,
        "rows": [
            Row(one, one.name, one.probability, percent(one.probability), sketch.colour(one.rank)) for one in hosts
        ],
        "none_rows": _none_rows(search, none),
        "none_probability": none,
        "none_percent": percent(none),
        "host_percent": percent(host.probability) if host else "",
        "verdict": _verdict(host),
        "first": first,
        "sketch": _sketch(target, hosts, image_arcsec, host),
        "image_source": image_source,
        "redshift": _redshift(host, search, label),
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


def _redshift(host: Host | None, search: HostSearch | None, label: HostLabel | None) -> dict[str, Any]:
    """Return words and plot: of all candidates, or of the galaxy that a person has chosen."""
    if search is not None and label is None and not (host and host.is_chosen):
        return {"words": redshift_panel.of_all(search, host), "plot": redshift_panel.draw(search)}
    return {"words": redshift_panel.of_galaxy(host) if host else ""}


def _none_rows(search: HostSearch | None, none: float) -> list[Row]:
    if search is None:
        return [Row(None, "none of these", none, percent(none), "")]
    cases = {words: getattr(search, name) for name, words in NONE.items()}
    total = sum(cases.values())
    # what a catalogue that fell silent once said still counts: then there is less left than the newest search says
    left = min(1.0, none / total) if total else 0.0
    told = {words: value * left for words, value in cases.items()}
    if none - total >= SHOWN:
        told[FURTHER] = none - total
    return [Row(None, words, value, percent(value), "") for words, value in told.items()]


def _sketch(
    target: Target, hosts: Sequence[Host], image_arcsec: float | None, host: Host | None
) -> sketch.Sketch | None:
    if target.ra is None or target.dec is None or not (hosts or image_arcsec):
        return None
    return sketch.draw(target.ra, target.dec, hosts, image_arcsec, host.redshift if host else None)
