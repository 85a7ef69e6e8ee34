"""Work outside the web request, where the TOM has a worker for it."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django_tasks import task, tasks
from django_tasks.backends.immediate import ImmediateBackend

from tom_alerce_like.plugins.crossmatch import jobs
from tom_alerce_like.plugins.crossmatch.models import CrossmatchJob, State

#: A job that waits in the queue for longer is put there once more.
LOST_AFTER = timedelta(minutes=1)


@task
def go_on(job_pk: int) -> None:
    """Ask one batch of a job and put the next one in the queue: other tasks have their turn between."""
    if jobs.advance(job_pk):
        enqueue(job_pk)


def enqueue(job_pk: int) -> None:
    """Tell a task worker to go on with a job."""
    CrossmatchJob.objects.filter(pk=job_pk).update(queued=timezone.now())
    go_on.enqueue(job_pk)


def revive(job_pk: int) -> None:
    """Put a job that nobody works on in the queue again, once a minute: a worker died, or its task was lost."""
    now = timezone.now()
    idle = Q(busy_until=None) | Q(busy_until__lt=now)
    forgotten = Q(queued=None) | Q(queued__lt=now - LOST_AFTER)
    if CrossmatchJob.objects.filter(idle, forgotten, pk=job_pk, state=State.RUNNING).update(queued=now):
        go_on.enqueue(job_pk)


def in_background() -> bool:
    """Whether the TOM has a task worker; the toolkit's default backend runs tasks inside the request."""
    return not isinstance(tasks["default"], ImmediateBackend)
