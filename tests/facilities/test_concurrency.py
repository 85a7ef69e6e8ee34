"""A double click is two processes at the same moment: only a database with real concurrency can show it."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from tom_alerce_like.facilities import ledger
from tom_alerce_like.facilities.ocs.payload import default_params

N_THREADS = 6


@pytest.mark.on_postgresql
@pytest.mark.django_db(transaction=True)
def test_the_same_asked_by_many_at_once_is_one_request(portal, target, astronomer):
    params, start, found = default_params(), threading.Barrier(N_THREADS), []

    def ask() -> None:
        start.wait()
        found.append(ledger.submit(target, params, astronomer).pk)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(N_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == N_THREADS and len(set(found)) == 1 and len(portal.groups) == 1
