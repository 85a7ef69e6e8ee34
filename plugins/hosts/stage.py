"""The chain's stage that finds hosts."""

from __future__ import annotations

from tom_alerce_like.bulk import SLICE, slices
from tom_alerce_like.pipeline import Night
from tom_alerce_like.plugins.hosts.search import has_sources, search

#: Targets at once where images are looked at, of which one takes 0.9 MB.
_WITH_IMAGES = 50


def associate(night: Night) -> None:
    """Find the hosts of the night's targets in the catalogues and images of the settings, and count them.

    A source that cannot answer is noted once, and the others' answers are kept.
    """
    catalogues, images = has_sources()
    if not catalogues and not images:
        return
    problems: dict[str, None] = {}
    chunks = list(slices(sorted(night.targets), _WITH_IMAGES if images else SLICE))
    for chunk in night.each(chunks, "hosts", len(chunks)):
        found = search(chunk)
        night.counts["hosts"] += found.n_hosts
        problems |= dict.fromkeys(found.problems)
    for problem in problems:
        night.error(problem)
