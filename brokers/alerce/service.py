"""ALeRCE: its ZTF and its LSST service as one data service of the TOM."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tom_alerce_like import http
from tom_alerce_like.alerts import lsst as lsst_alerts
from tom_alerce_like.alerts import ztf as ztf_alerts
from tom_alerce_like.alerts.schema import Batch
from tom_alerce_like.brokers import gather, table
from tom_alerce_like.brokers.alerce import classes, lsst, objects, ztf
from tom_alerce_like.brokers.alerce.form import AlerceForm
from tom_alerce_like.brokers.alerce.probabilities import SOURCE
from tom_alerce_like.brokers.alerce.questions import question
from tom_alerce_like.brokers.ids import LSST, ZTF
from tom_alerce_like.brokers.query import Query
from tom_alerce_like.brokers.reply import Row, rows
from tom_alerce_like.brokers.service import BrokerService

#: Pages of one list that are read at most: an object may have a row for each of its classifiers.
MAX_PAGES = 100
#: Objects whose light curves are fetched to learn their magnitudes, which the lists lack.
MAX_MAGNITUDES = 100


class AlerceService(BrokerService):
    """Objects, light curves, forced photometry and class probabilities; reading needs no credentials."""

    name = "ALeRCE-multisurvey"
    verbose_name = "ALeRCE (ZTF and LSST)"
    info_url = "https://alerce.online"
    source = SOURCE
    form_class = AlerceForm
    defaults = {
        "ztf_url": "https://api.alerce.online",
        "lsst_url": "https://api-lsst.alerce.online",
        "stamps_url": "https://avro.alerce.online",
    }

    def search(self, query: Query) -> Batch:
        found, is_more = self._list(query)
        batch = (lsst if query.survey == LSST else ztf).objects(found)
        batch = table.first(batch, query.max_rows, self.source, is_more)
        if query.limits("mag") != (None, None):
            batch = self._with_magnitudes(batch, query.survey)
        mask, notes = query.keep(batch.alerts)
        return table.select(batch, mask, [*notes, *_doubts(query)])

    def fetch(self, object_ids: Sequence[str], survey: str) -> Batch:
        found, problems = gather.each(
            self._ask_lsst if survey == LSST else self._ask_ztf, list(dict.fromkeys(object_ids))
        )
        packets = [one.packet for one in found if one.packet is not None]
        batch = (lsst_alerts if survey == LSST else ztf_alerts).from_packets(packets)
        problems += [problem for one in found for problem in one.problems]
        said = table.join([Batch(batch.alerts[:0], one.classes) for one in found]).classifications
        return Batch(batch.alerts, said, batch.aliases, (*batch.problems, *problems))

    def _list(self, query: Query) -> tuple[list[Row], bool]:
        """Return the rows of all pages, and whether there are more than the bound lets through."""
        url = f"{self.url('lsst_url')}/object_api/list_objects"
        if query.survey == ZTF:
            # without the slash at its end the service redirects each call
            url = f"{self.url('ztf_url')}/ztf/v1/objects/"
        asked, found, seen = question(query), list[Row](), set[str]()
        for page in range(1, MAX_PAGES + 1):
            reply = self.get_json(url, {**asked, "page": page})
            items = rows(reply, "items")
            before = len(found)
            found += [row for row in items if _is_new(row, seen)]
            # asked not to count, the ZTF service says has_next false on every page: a full page may have a next one
            is_last = not reply.get("has_next") and len(items) < asked["page_size"]
            if is_last or len(found) == before:
                return found, False
            if len({row.get("oid") for row in found}) > query.max_rows:
                break
        return found, True

    def _ask_ztf(self, oid: str) -> objects.Found:
        return objects.of_ztf(oid, self.url("ztf_url"), self.url("stamps_url"), self.get_json, self._get_bytes)

    def _ask_lsst(self, oid: str) -> objects.Found:
        return objects.of_lsst(oid, self.url("lsst_url"), self.get_json, self._get_bytes)

    def _get_bytes(self, url: str, params: dict[str, Any]) -> bytes:
        return http.fetch(self.session, "GET", url, params=params)[1]

    def _with_magnitudes(self, batch: Batch, survey: str) -> Batch:
        """Fill the newest magnitude and band of the first objects from their light curves."""
        asked = table.select(batch, np.arange(len(batch)) < MAX_MAGNITUDES)
        notes = []
        if len(asked) < len(batch):
            notes = [f"ALeRCE's lists have no magnitudes: only the first {MAX_MAGNITUDES} objects were looked at."]
        known = self.fetch(asked.alerts["object_id"].tolist(), survey).alerts.set_index("object_id")
        alerts = asked.alerts.copy()
        for name in ("mag", "mag_err"):
            alerts[name] = known[name].reindex(alerts["object_id"]).to_numpy()
        alerts["band"] = known["band"].reindex(alerts["object_id"]).fillna("").to_numpy()
        return Batch(alerts, asked.classifications, asked.aliases, (*asked.problems, *notes))


def _is_new(row: Row, seen: set[str]) -> bool:
    key = repr(sorted(row.items(), key=str))
    is_new = key not in seen
    seen.add(key)
    return is_new


def _doubts(query: Query) -> list[str]:
    if not query.class_name or classes.is_known(query.survey, query.class_name, query.classifier):
        return []
    return [f"“{query.class_name}” is not a class that ALeRCE is known to give for {query.survey}: check the spelling."]
