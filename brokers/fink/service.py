"""Fink: its ZTF and its LSST service as one data service of the TOM."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tom_alerce_like import http
from tom_alerce_like.alerts.schema import Batch
from tom_alerce_like.brokers import gather, table
from tom_alerce_like.brokers.fink import lsst, ztf
from tom_alerce_like.brokers.fink.classes import ALL, CLASSES
from tom_alerce_like.brokers.fink.form import FinkForm
from tom_alerce_like.brokers.ids import LSST, ZTF
from tom_alerce_like.brokers.query import Query
from tom_alerce_like.brokers.reply import Row, rows
from tom_alerce_like.brokers.service import BrokerService
from tom_alerce_like.clock import from_mjd
from tom_alerce_like.exceptions import InputError

#: Objects of which one call asks.
IDS_PER_CALL = 25
#: Fink counts alerts, not objects: it is asked for this many times the objects that are wanted.
ALERTS_PER_OBJECT = 3


class FinkService(BrokerService):
    """Alerts with the scores of Fink's modules; reading needs no credentials."""

    name = "Fink-multisurvey"
    verbose_name = "Fink (ZTF and LSST)"
    info_url = "https://fink-broker.org"
    source = "Fink"
    form_class = FinkForm
    defaults = {"ztf_url": "https://api.ztf.fink-portal.org", "lsst_url": "https://api.lsst.fink-portal.org"}

    def search(self, query: Query) -> Batch:
        found, is_more = self._alerts(query)
        batch = (lsst if query.survey == LSST else ztf).batch(found)
        mask, notes = query.keep(batch.alerts)
        batch = self._of_class(table.select(batch, mask, notes), query, found)
        batch = table.select(batch, np.ones(len(batch), dtype=bool), _doubts(query, len(batch)))
        return table.first(batch, query.max_rows, self.source, is_more)

    def fetch(self, object_ids: Sequence[str], survey: str) -> Batch:
        ask = self._ask_lsst if survey == LSST else self._ask_ztf
        batches, problems = gather.each(ask, _lists(object_ids))
        return table.join([*batches, table.nothing(problems)])

    def _alerts(self, query: Query) -> tuple[list[Row], bool]:
        """Return the alerts that Fink gives for the strongest criterion, and whether there may be more."""
        n_alerts = query.max_rows * ALERTS_PER_OBJECT + 1
        if query.object_ids:
            return self._by_ids(query), False
        if query.cone:
            ra, dec, radius = query.cone
            asked = {"ra": ra, "dec": dec, "radius": radius}
            found = self._post(query.survey, "conesearch", {**asked, "n": n_alerts})
        else:
            found = self._post(query.survey, *_by_class(query), n=n_alerts)
        return found, len(found) >= n_alerts

    def _by_ids(self, query: Query) -> list[Row]:
        lists = _lists(query.object_ids[: query.max_rows])
        return [row for names in lists for row in self._history(query.survey, names)]

    def _history(self, survey: str, names: str, **more: Any) -> list[Row]:
        if survey == LSST:
            return self._post(LSST, "sources", {"diaObjectId": names})
        return self._post(ZTF, "objects", {"objectId": names}, **more)

    def _ask_ztf(self, names: str) -> Batch:
        return ztf.batch(self._history(ZTF, names, withupperlim="True"))

    def _ask_lsst(self, names: str) -> Batch:
        problems: list[str] = []
        asked = {"diaObjectId": names}
        nothing: list[Row] = []
        forced = gather.optional(lambda: self._post(LSST, "fp", asked), nothing, "forced photometry", problems)
        batch = lsst.batch(self._history(LSST, names), forced)
        return Batch(batch.alerts, batch.classifications, batch.aliases, (*batch.problems, *problems))

    def _post(self, survey: str, what: str, asked: dict[str, Any], **more: Any) -> list[Row]:
        root = self.url("lsst_url" if survey == LSST else "ztf_url")
        body = {**asked, **more, "output-format": "json"}
        if survey == LSST:
            body["columns"] = lsst.COLUMNS
        return rows(http.fetch_json(self.session, "POST", f"{root}/api/v1/{what}", json=body))

    def _of_class(self, batch: Batch, query: Query, found: Sequence[Row]) -> Batch:
        """Apply what the call itself could not: the class to a cone or to ids, and the probability."""
        name = query.class_name
        if name and query.survey == ZTF and (query.cone or query.object_ids):
            labels = ztf.labels(found)
            # Fink answers with the bare name for classes of catalogues
            wanted = {name, name.rsplit(") ", 1)[-1]}
            batch = table.select(batch, [labels.get(oid) in wanted for oid in batch.alerts["object_id"]])
        if not name or query.min_probability is None:
            return batch
        scored = CLASSES[query.survey].get(name) or name
        return table.select(batch, *table.of_class(batch, scored, query.classifier, query.min_probability))


def _lists(object_ids: Sequence[str]) -> list[str]:
    """Return the names of each call, separated by commas."""
    names = list(dict.fromkeys(object_ids))
    return [",".join(names[start : start + IDS_PER_CALL]) for start in range(0, len(names), IDS_PER_CALL)]


def _doubts(query: Query, n_found: int) -> list[str]:
    if n_found or not query.class_name or query.class_name in CLASSES[query.survey]:
        return []
    return [f"“{query.class_name}” is not a class that Fink is known to give for {query.survey}: check the spelling."]


def _by_class(query: Query) -> tuple[str, dict[str, Any]]:
    """Return the call and its parameters for a class (ZTF) or a tag (LSST), between the dates of the query.

    Raises `InputError` where Fink has no such question.
    """
    dates = {"startdate": query.last_mjd_min, "stopdate": query.last_mjd_max}
    asked = {name: from_mjd(mjd).strftime("%Y-%m-%d %H:%M:%S") for name, mjd in dates.items() if mjd is not None}
    if query.survey == ZTF:
        return "latests", {"class": query.class_name or ALL, **asked}
    if not query.class_name:
        raise InputError("Fink's LSST service needs object ids, a cone or a tag (class) to search by.")
    return "tags", {"tag": query.class_name, **asked}
