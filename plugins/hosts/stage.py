"""The chain's stage that finds hosts, and the search for some targets that it is made of."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from django.db.models import Min
from tom_dataproducts.models import PhotometryReducedDatum
from tom_targets.models import TargetExtra

from tom_alerce_like.bulk import floats, slices
from tom_alerce_like.ingest.photometry import ALERT, FORCED
from tom_alerce_like.models import Candidate
from tom_alerce_like.pipeline import Night
from tom_alerce_like.plugins.hosts.associate import associate as ranked
from tom_alerce_like.plugins.hosts.catalogue import configured
from tom_alerce_like.plugins.hosts.hurried import Hurried
from tom_alerce_like.plugins.hosts.redshift import mixture
from tom_alerce_like.plugins.hosts.store import save

#: How many candidates of a target are kept.
KEPT = 5
#: The extra field of the toolkit's targets that may hold the redshift of the transient itself.
REDSHIFT_FIELD = "redshift"


class Found(NamedTuple):
    """What a search gave: how many targets have a host, which catalogues answered, what the others said."""

    n_hosts: int
    answered: tuple[str, ...]
    problems: tuple[str, ...]


def associate(night: Night) -> None:
    """Find the hosts of the night's targets in the catalogues of the setting HOST_CATALOGUES, and count them.

    A catalogue that cannot answer is noted once, and the others' answers are kept.
    """
    if not configured():
        return
    problems: dict[str, None] = {}
    chunks = list(slices(sorted(night.targets)))
    for chunk in night.each(chunks, "hosts", len(chunks)):
        found = search(chunk)
        night.counts["hosts"] += found.n_hosts
        problems |= dict.fromkeys(found.problems)
    for problem in problems:
        night.error(problem)


def search(target_ids: Sequence[int], limit_s: float | None = None) -> Found:
    """Find the hosts of targets, at most `bulk.SLICE`, and keep the answer; those without a summary are left out.

    With ``limit_s`` a catalogue that has not answered after so many seconds is one that cannot answer.
    """
    rows = Candidate.objects.filter(pk__in=target_ids).order_by("pk").values_list("pk", "ra_deg", "dec_deg")
    if not rows:
        return Found(0, (), ())
    keys, ra_deg, dec_deg = zip(*rows, strict=True)
    catalogues: list[Any] = configured()
    if limit_s is not None:
        catalogues = [Hurried(catalogue, time.monotonic() + limit_s) for catalogue in catalogues]
    answer = ranked(floats(ra_deg), floats(dec_deg), catalogues, top=KEPT)
    redshifts = mixture(answer.candidates, answer.none, _brightest(keys))
    return Found(save(keys, answer, redshifts=redshifts), answer.answered, answer.problems)


def _redshifts(target_ids: Sequence[int]) -> np.ndarray:
    """Return the redshift that people entered for each transient, NaN where there is none."""
    known = TargetExtra.objects.filter(target_id__in=target_ids, key=REDSHIFT_FIELD, float_value__gt=0)
    values = dict(known.values_list("target_id", "float_value"))
    return floats([values.get(key) for key in target_ids])


def _brightest(target_ids: Sequence[int]) -> np.ndarray:
    """Return the magnitude at which each target was seen brightest, NaN where nothing was measured."""
    datums = PhotometryReducedDatum.objects.filter(target_id__in=target_ids, reduction_version__in=(ALERT, FORCED))
    values = dict(datums.order_by().values_list("target_id").annotate(Min("brightness")))
    return floats([values.get(key) for key in target_ids])
