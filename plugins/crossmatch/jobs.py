"""Works on users' lists, one batch at a time."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from io import StringIO
from typing import Any
from zlib import compress

from django.db import transaction
from django.db.models import F, Q
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
#: What kills the process that works on it is not tried a third time.
MAX_ATTEMPTS = 2
MAX_MATCHES = 300_000
#: A batch is asked in so many parts at most; each has up to `matches.MAX_PAIRS`.
MAX_PARTS = 32
MAX_RESULT_MB = 100
_SMALLER = "take a smaller radius, or use manage.py alerce_xmatch"
_CHANGED = (
    *("state", "n_matches", "done", "failed", "faults", "problems", "summary", "result", "busy_until", "attempts"),
)


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
    claimed = now + LONGEST_BATCH
    if not mine.update(busy_until=claimed, attempts=F("attempts") + 1):
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
        job.faults.append(f"{error}." if known else "Something failed; the server's log says what.")
    job.busy_until, job.attempts = None, 0
    return _save(job, part, claimed) and job.state == State.RUNNING


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
        if job.attempts > MAX_ATTEMPTS:
            raise InputError(f"what asked it stopped without a word {MAX_ATTEMPTS} times")
        asked = matching.ask(source, places, batch, options["radius_arcsec"], options["nearest_only"])
        found = _few(asked, MAX_MATCHES - job.n_matches)
    except AlerceLikeError as error:
        kept = f"the result holds what it has around the first {batch.first:,} positions"
        job.faults.append(f"{source.name}: {error}; {kept if batch.first else 'nothing of it is in the result'}.")
        job.failed.append(batch.number)
        job.done += sum(later.number == batch.number for later in batches[number:])
        return None
    job.n_matches += len(found.row)
    job.done += 1
    return CrossmatchPart(job=job, number=number, catalogue=batch.number, content=found.packed())


def _few(asked: Iterable[Matches], most: int) -> Matches:
    """Return all parts of a batch as one; raises `InputError` for more matches, or for more parts than we wait for."""
    parts, n_matches = [], 0
    for part in asked:
        parts.append(part)
        n_matches += len(part.row)
        if n_matches > most:
            raise InputError(f"more than {MAX_MATCHES:,} matches: {_SMALLER}")
        if len(parts) > MAX_PARTS:
            raise InputError(f"too much lies around these positions: {_SMALLER}")
    return Matches.joined(parts)


class _Bounded(StringIO):
    """A text of up to `MAX_RESULT_MB` million characters."""

    def write(self, text: str) -> int:
        if self.tell() + len(text) > MAX_RESULT_MB * 1e6:
            raise InputError(f"the result has more than {MAX_RESULT_MB} MB: {_SMALLER}")
        return super().write(text)


def _finish(job: CrossmatchJob, table: CsvFile, places: Positions, sources: Sequence[Source]) -> None:
    if job.attempts > MAX_ATTEMPTS:
        raise InputError(f"what wrote the result stopped without a word {MAX_ATTEMPTS} times: {_SMALLER}")
    parts = list(job.parts.values_list("pk", "catalogue"))
    found = [
        Found(source.name, [partial(_load, pk) for pk, catalogue in parts if catalogue == number])
        for number, source in enumerate(sources)
    ]
    text = _Bounded()
    joined.write(table, found, text, job.options["matches_only"])
    job.result = compress(text.getvalue().encode(), 1)
    job.summary = summary.of(table, places, found, job.options)
    for number in job.failed:
        job.summary["catalogues"][number]["failed"] = True
    job.state = State.DONE


def _load(pk: int) -> Matches:
    return Matches.unpacked(bytes(CrossmatchPart.objects.get(pk=pk).content))


def _save(job: CrossmatchJob, part: CrossmatchPart | None, claimed: datetime) -> bool:
    """Keep what a batch gave; returns whether the job was still ours.

    Meanwhile the user may have deleted it, or others who took us for dead have done this batch and more.
    """
    with transaction.atomic():
        ours = CrossmatchJob.objects.filter(pk=job.pk, busy_until=claimed)
        if not ours.update(**{name: getattr(job, name) for name in _CHANGED}):
            return False
        if part:
            part.save()
        if job.state != State.RUNNING:
            job.parts.all().delete()
    return True
