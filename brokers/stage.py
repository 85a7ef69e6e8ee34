"""The first stage of the chain: run the saved queries, read the archive, store what comes."""

from __future__ import annotations

from tom_dataservices.models import DataServiceQuery

from tom_alerce_like import conf
from tom_alerce_like.alerts.schema import Batch
from tom_alerce_like.brokers import saved as saved_queries
from tom_alerce_like.brokers.archive.service import ArchiveService
from tom_alerce_like.brokers.service import BrokerService
from tom_alerce_like.exceptions import AlerceLikeError
from tom_alerce_like.ingest import ingest
from tom_alerce_like.pipeline import Night

#: Objects that are fetched and stored at a time.
CHUNK = 100


def pull(night: Night) -> None:
    """Run every saved query of our brokers for what is new since its last run, and read the archive.

    What fails is an error of the night; the other queries go on, and the failed one asks for the same next time. So
    does one of whose objects the broker gave no light curve.
    """
    classes = saved_queries.services()
    for saved in list(saved_queries.queries()):
        try:
            _run(night, saved, classes[saved.data_service](user=night.user))
        except AlerceLikeError as error:
            night.error(f"saved query {saved.name}: {error}")
    if conf.get("ARCHIVE"):
        try:
            _read_archive(night)
        except AlerceLikeError as error:
            night.error(f"archive: {error}")


def _read_archive(night: Night) -> None:
    batches = ArchiveService(user=night.user).read()
    for batch in night.each(batches, "archive"):
        _store(night, batch, ArchiveService.name)


def _run(night: Night, saved: DataServiceQuery, service: BrokerService) -> None:
    query = saved_queries.new_since_last_run(saved)
    found = service.search(query)
    night.problems += [f"{saved.name}: {problem}" for problem in found.problems]
    object_ids, fetched = found.alerts["object_id"].tolist(), set[str]()
    starts = range(0, len(object_ids), CHUNK)
    for start in night.each(starts, saved.name, len(starts)):
        batch = service.fetch(object_ids[start : start + CHUNK], query.survey)
        _store(night, batch, service.name)
        fetched |= set(batch.alerts["object_id"])
    if fetched.issuperset(object_ids):
        saved_queries.ran(saved, night.now)


def _store(night: Night, batch: Batch, source: str) -> None:
    summary = ingest(batch, source=source, user=night.user)
    night.counts["alerts"] += summary.alerts
    night.counts["targets"] += len(set(summary.target_ids.values()) - night.targets)
    night.counts["errors"] += summary.errors
    night.problems += summary.problems
    night.targets |= set(summary.target_ids.values())
