"""Works on users' lists, one batch at a time."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from io import StringIO
from typing import Any
from zlib import compress

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tom_alerce_like.exceptions import AlerceLikeError, InputError
from tom_alerce_like.plugins.crossmatch import catalogues, joined, matching, positions, summary
from tom_alerce_like.plugins.crossmatch.csvfile import CsvFile
from tom_alerce_like.plugins.crossmatch.joined import Found
from tom_alerce_like.plugins.crossmatch.matches import Matches, Source
from tom_alerce_like.plugins.crossmatch.matching import Batch
from tom_alerce_like.plugins.crossmatch.models import CrossmatchJob, CrossmatchPart, State
from tom_alerce_like.plugins.crossmatch.positions import Positions

logger = logging.getLogger(__name__)
#: Who works on a batch for longer than this has died.
LONGEST_BATCH = timedelta(minutes=10)
MAX_MATCHES = 300_000
_CHANGED = ("state", "n_matches", "done", "failed", "problems", "summary", "result", "busy_until")


def start(job: CrossmatchJob, options: dict[str, Any]) -> None:
    """Begin a job, or do it again with other options; raises `InputError` for options that cannot be met."""
    table = job.table()
    places = positions.read(table, options["ra"], options["dec"])
    sources = [catalogues.source(name) for name in options["catalogues"]]
    batches = matching.plan(sources, places, options["radius_arcsec"])
    if not batches:
        raise InputError(f"no line has a position in these columns; {places.problems[0]}")
    new = CrossmatchJob(state=State.RUNNING, options=options, total=len(batches), n_bad=places.n_bad)
    new.n_rows, new.problems = len(places.ra_deg), list(places.problems)
    names = (*_CHANGED, "options", "total", "n_bad", "n_rows")
    with transaction.atomic():
        # two presses of the button start it once
        idle = CrossmatchJob.objects.filter(pk=job.pk).exclude(state=State.RUNNING)
        if idle.update(**{name: getattr(new, name) for name in names}):
            CrossmatchPart.objects.filter(job=job.pk).delete()


def advance(pk: int) -> bool:
    """Ask the next batch of a job, or write its result, unless somebody else is at it; returns whether there is more.

    A catalogue that cannot answer is asked no more; what the others hold, and what it said before, stays.
    """
    now = timezone.now()
    free = Q(busy_until=None) | Q(busy_until__lt=now)
    mine = CrossmatchJob.objects.filter(free, pk=pk, state=State.RUNNING)
    if not mine.update(busy_until=now + LONGEST_BATCH):
        return False
    job = CrossmatchJob.objects.get(pk=pk)
    part = None
    try:
        part = _step(job)
    except Exception as error:
        known = isinstance(error, AlerceLikeError)
        if not known:
            logger.exception("cross-match %s failed", pk)
        job.state = State.FAILED
        job.problems.append(str(error) if known else "something failed; the server's log says what")
    job.busy_until = None
    _save(job, part)
    return job.state == State.RUNNING


def _step(job: CrossmatchJob) -> CrossmatchPart | None:
    options = job.options
    table = job.table()
    places = positions.read(table, options["ra"], options["dec"])
    sources = [catalogues.source(name) for name in options["catalogues"]]
    batches = matching.plan(sources, places, options["radius_arcsec"])
    if job.done >= len(batches):
        _finish(job, table, places, sources)
        return None
    return _asked(job, places, sources, batches)


def _asked(
    job: CrossmatchJob, places: Positions, sources: Sequence[Source], batches: Sequence[Batch]
) -> CrossmatchPart | None:
    """Ask one batch; when that fails, go on to the next catalogue."""
    number, batch = job.done, batches[job.done]
    source, options = sources[batch.number], job.options
    try:
        found = matching.ask(source, places, batch, options["radius_arcsec"], options["nearest_only"])
        if job.n_matches + len(found.row) > MAX_MATCHES:
            raise InputError(
                f"more than {MAX_MATCHES:,} matches: take a smaller radius, or use manage.py alerce_xmatch"
            )
    except AlerceLikeError as error:
        asked = f"the result holds what it has around the first {batch.first:,} positions"
        job.problems.append(f"{source.name}: {error}; {asked if batch.first else 'nothing of it is in the result'}.")
        job.failed.append(batch.number)
        job.done += sum(later.number == batch.number for later in batches[number:])
        return None
    job.n_matches += len(found.row)
    job.done += 1
    return CrossmatchPart(job=job, number=number, catalogue=batch.number, content=found.packed())


def _finish(job: CrossmatchJob, table: CsvFile, places: Positions, sources: Sequence[Source]) -> None:
    parts = list(job.parts.values_list("pk", "catalogue"))
    found = [
        Found(source.name, [partial(_load, pk) for pk, catalogue in parts if catalogue == number])
        for number, source in enumerate(sources)
    ]
    text = StringIO()
    joined.write(table, found, text, job.options["matches_only"])
    job.result = compress(text.getvalue().encode(), 1)
    job.summary = summary.of(table, places, found, job.options)
    job.state = State.DONE


def _load(pk: int) -> Matches:
    return Matches.unpacked(bytes(CrossmatchPart.objects.get(pk=pk).content))


def _save(job: CrossmatchJob, part: CrossmatchPart | None) -> None:
    with transaction.atomic():
        # the user may have deleted it meanwhile
        if not CrossmatchJob.objects.filter(pk=job.pk).update(**{name: getattr(job, name) for name in _CHANGED}):
            return
        if part:
            part.save()
        if job.state == State.DONE:
            job.parts.all().delete()
