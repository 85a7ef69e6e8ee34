"""Catalogues of online services: many places at a time, within a time, sorted out by place."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial
from io import BytesIO
from threading import Thread
from typing import TypeVar

import numpy as np
import pandas as pd
import requests

from tom_alerce_like import http
from tom_alerce_like.exceptions import BadReply, ServiceUnavailable
from tom_alerce_like.plugins.hosts.catalogue import COLUMNS, Floats, galaxies
from tom_alerce_like.plugins.hosts.sources.columns import understood
from tom_alerce_like.plugins.hosts.sources.index import Ints, SkyIndex

T = TypeVar("T")
_LATE = "no complete answer within the time allowed"


class OnlineCatalogue(ABC):
    """A catalogue that a service answers for: a subclass asks it, the columns being any of `spellings.SPELLINGS`.

    ``release`` names the data behind the answers, ``deadline_s`` is how long one call of `cone` may take in all. Every
    fault of the service is raised as one of the `ServiceError` family.
    """

    name: str
    url: str
    release: str
    radius_arcsec: float
    completeness: float
    depth_mag: float
    places_per_query = 20
    deadline_s = 120.0

    def __init__(
        self, session: requests.Session | None = None, url: str | None = None, deadline_s: float | None = None
    ) -> None:
        # a query changes nothing, so it may be repeated however it is sent
        self.session = session or http.session(retry_methods=("GET", "POST"))
        self.url = url or self.url
        self.deadline_s = deadline_s or self.deadline_s

    @abstractmethod
    def _asked(self, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float) -> pd.DataFrame:
        """Return what the service says of these places, every value as text."""

    def cone(self, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float) -> pd.DataFrame:
        """Return the galaxies within ``radius_arcsec`` of each place, see `catalogue.Catalogue`."""
        found = [table for _, table in self.chunks(ra_deg, dec_deg, radius_arcsec)]
        return pd.concat(found, ignore_index=True) if found else galaxies({"row": []})

    def chunks(self, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float) -> Iterator[tuple[Ints, pd.DataFrame]]:
        """Yield (numbers of places, the galaxies around these) as the answers come in; see `cone`."""
        until = time.monotonic() + self.deadline_s
        known = np.flatnonzero(np.isfinite(ra_deg) & np.isfinite(dec_deg))
        for start in range(0, len(known), self.places_per_query):
            row = known[start : start + self.places_per_query]
            place = ra_deg[row], dec_deg[row]
            told = within(until - time.monotonic(), partial(self._asked, *place, radius_arcsec))
            table = understood(told, self.name)
            number, source, _ = SkyIndex(table["ra_deg"], table["dec_deg"]).pairs(*place, radius_arcsec)
            yield row, table.take(source).assign(row=row[number]).reset_index(drop=True)[list(COLUMNS)]


def within(seconds: float, call: Callable[[], T]) -> T:
    """Return what ``call`` returns; raises `ServiceUnavailable` when that takes longer.

    The time-outs of a connection do not end an answer that comes drop by drop, nor the repeating of calls.
    """
    if seconds <= 0:
        raise ServiceUnavailable(_LATE)
    outcome: Future[T] = Future()

    def work() -> None:
        try:
            outcome.set_result(call())
        except BaseException as error:
            outcome.set_exception(error)

    # a daemon: a process that ends does not wait for it
    Thread(target=work, daemon=True).start()
    try:
        return outcome.result(timeout=seconds)
    except TimeoutError as error:
        raise ServiceUnavailable(_LATE) from error


def table(body: bytes, columns: tuple[str, ...], service: str) -> pd.DataFrame:
    """Return a reply in CSV, every value as text; raises `BadReply` when it lacks one of the columns."""
    # SDSS writes the number of the table first
    rows = body.partition(b"\n")[2] if body.startswith(b"#") else body
    try:
        told = pd.read_csv(BytesIO(rows), dtype="str", skipinitialspace=True)
    except ValueError as error:
        raise BadReply(f"{service} answered with something that is not a table") from error
    if missing := [name for name in columns if name not in told.columns]:
        raise BadReply(f"{service} answered without the columns {', '.join(missing)}")
    return told[list(columns)]
