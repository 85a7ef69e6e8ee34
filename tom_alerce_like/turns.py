"""One writer at a time, whatever the number of processes: pages, cron jobs and workers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from tom_alerce_like.models import Candidate

#: Any number that no other program of the TOM locks by.
_TURN = 0x616C65726365


@contextmanager
def turn(*, durable: bool = False) -> Iterator[None]:
    """Open a transaction when no other turn is under way; the next waits for its end.

    What is read in it stays true until it is written: nothing is made twice or overwritten with what was known before.
    SQLite would also refuse a transaction that reads before it writes when another has written in between.
    """
    with transaction.atomic(durable=durable):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TURN])
        else:
            # SQLite locks at the first write: this one changes nothing
            Candidate.objects.filter(pk=-1).update(survey="")
        yield
