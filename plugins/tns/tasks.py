"""Work outside the web request."""

from __future__ import annotations

from django_tasks import task, tasks
from django_tasks.backends.immediate import ImmediateBackend

from tom_alerce_like.plugins.tns import ledger
from tom_alerce_like.plugins.tns.account import account
from tom_alerce_like.plugins.tns.client import Client

PATIENCE_S = 120.0


@task
def settle() -> None:
    """Poll, resolve and send, as ``manage.py alerce_tns`` does."""
    ledger.settle(Client(account(), patience_s=PATIENCE_S))


def in_background() -> bool:
    """Whether the TOM has a task worker; the toolkit's default backend runs tasks inside the request."""
    return not isinstance(tasks["default"], ImmediateBackend)
