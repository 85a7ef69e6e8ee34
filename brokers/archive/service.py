"""Alert files of a folder on this machine as a data service of the TOM."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from tom_alerce_like import conf
from tom_alerce_like.alerts import files
from tom_alerce_like.alerts.schema import CUTOUTS, Batch
from tom_alerce_like.brokers import table
from tom_alerce_like.brokers.query import Query
from tom_alerce_like.brokers.service import BrokerService
from tom_alerce_like.exceptions import ConfigurationError

#: Messages about unreadable files that are passed on.
MAX_PROBLEMS = 10


class ArchiveService(BrokerService):
    """Alerts in the folder that the setting ARCHIVE names: Avro or parquet, ZTF or LSST."""

    name = "Alert-archive"
    verbose_name = "Archive (alert files on this machine)"
    source = "Archive"

    def search(self, query: Query) -> Batch:
        batch = self._newest(query)
        if query.class_name:
            mask, notes = table.of_class(batch, query.class_name, query.classifier, query.min_probability)
            batch = table.select(batch, mask, notes)
        return table.first(batch, query.max_rows, self.source)

    def fetch(self, object_ids: Sequence[str], survey: str) -> Batch:
        wanted = set(object_ids)
        found = [table.select(batch, batch.alerts["object_id"].isin(wanted).to_numpy()) for batch in self.read()]
        return table.join([Batch(batch.alerts, batch.classifications, batch.aliases) for batch in found])

    def query_photometry(self, query_parameters: dict[str, Any], **kwargs: Any) -> Batch:
        # targets that `alerce_ingest` made are updated by it: an archive that is off has nothing new of them
        return super().query_photometry(query_parameters, **kwargs) if conf.get("ARCHIVE") else table.nothing()

    def read(self) -> Iterator[Batch]:
        """Yield all alerts of the folder in batches.

        Raises `ConfigurationError` when the setting ARCHIVE names no folder.
        """
        folder = conf.get("ARCHIVE")
        if not folder or not Path(folder).is_dir():
            raise ConfigurationError("The archive is off: the setting ARCHIVE of TOM_ALERCE_LIKE names no folder.")
        return files.read(folder)

    def _newest(self, query: Query) -> Batch:
        """Return the newest alert of each object that meets the limits; limits speak of that alert."""
        kept, notes = table.nothing(), dict[str, None]()
        for batch in self.read():
            notes |= dict.fromkeys(batch.problems)
            mine = table.select(batch, (batch.alerts["survey"] == query.survey).to_numpy())
            kept = table.newest(table.join([kept, _without_cutouts(mine)]))
        mask, unknown = query.keep(kept.alerts)
        return table.select(kept, mask, [*list(notes)[:MAX_PROBLEMS], *unknown])


def _without_cutouts(batch: Batch) -> Batch:
    nothing = pd.Series(pa.nulls(len(batch), CUTOUTS), dtype=pd.ArrowDtype(CUTOUTS), index=batch.alerts.index)
    return Batch(batch.alerts.assign(cutouts=nothing), batch.classifications, batch.aliases)
