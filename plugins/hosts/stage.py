"""The chain's stage that finds hosts."""

from __future__ import annotations

from collections.abc import Sequence

from tom_alerce_like.bulk import floats, slices
from tom_alerce_like.models import Candidate
from tom_alerce_like.pipeline import Night
from tom_alerce_like.plugins.hosts.associate import associate as ranked
from tom_alerce_like.plugins.hosts.catalogue import configured
from tom_alerce_like.plugins.hosts.store import save

#: How many candidates of a target are kept.
KEPT = 5


def associate(night: Night) -> None:
    """Find the hosts of the night's targets in the catalogues of the setting HOST_CATALOGUES, and count them.

    A catalogue that cannot answer is noted once, and the others' answers are kept.
    """
    catalogues = configured()
    if not catalogues:
        return
    problems: dict[str, None] = {}
    places = [place for some in slices(sorted(night.targets)) for place in _places(some)]
    chunks = list(slices(places))
    for chunk in night.each(chunks, "hosts", len(chunks)):
        target_ids, ra_deg, dec_deg = zip(*chunk, strict=True)
        answer = ranked(floats(ra_deg), floats(dec_deg), catalogues, top=KEPT)
        night.counts["hosts"] += save(target_ids, answer)
        problems |= dict.fromkeys(answer.problems)
    for problem in problems:
        night.error(problem)


def _places(target_ids: Sequence[int]) -> list[tuple[int, float, float]]:
    return list(Candidate.objects.filter(pk__in=target_ids).order_by("pk").values_list("pk", "ra_deg", "dec_deg"))
