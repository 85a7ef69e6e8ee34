"""Work outside the web request, where the TOM has a worker for it."""

from __future__ import annotations

from django_tasks import task, tasks
from django_tasks.backends.immediate import ImmediateBackend

from tom_alerce_like.plugins.crossmatch import jobs


@task
def go_on(job_pk: int) -> None:
    """Ask one batch of a job and put the next one in the queue: other tasks have their turn between."""
    if jobs.advance(job_pk):
        go_on.enqueue(job_pk)


def in_background() -> bool:
    """Whether the TOM has a task worker; the toolkit's default backend runs tasks inside the request."""
    return not isinstance(tasks["default"], ImmediateBackend)
