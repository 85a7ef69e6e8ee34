"""A folder of alert files keeps the laws of brokers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.checks import Info
from tom_targets.models import Target

from tests.brokers import fink_replies
from tests.conformance.broker import IDS, BrokerConformance, spread
from tom_alerce_like.brokers import checks
from tom_alerce_like.brokers.archive.service import ArchiveService
from tom_alerce_like.brokers.fink.lsst import packet as lsst_packet
from tom_alerce_like.brokers.fink.ztf import packet as ztf_packet
from tom_alerce_like.brokers.query import Query
from tom_alerce_like.exceptions import ConfigurationError


def packets(survey: str, object_ids: list[str]) -> list[dict[str, Any]]:
    """Return one alert of each object as the survey and Fink send it."""
    made = []
    for index, (oid, place) in enumerate(zip(object_ids, spread(len(object_ids)), strict=True)):
        rows = fink_replies.alert_rows(survey, oid, place, 10.0 * index, "SN candidate")
        if survey == "ZTF":
            made.append(ztf_packet(oid, [*rows, *fink_replies.limit_rows(oid)]))
        else:
            made.append(lsst_packet(rows[::-1], fink_replies.forced_rows(oid)))
    return made


class TestArchive(BrokerConformance):
    service_class = ArchiveService
    surveys = {"ZTF": "SN", "LSST": "SN"}

    @pytest.fixture
    def serve(self, settings: Any, tmp_path: Path) -> Any:
        def write(survey: str, object_ids: list[str]) -> None:
            settings.TOM_ALERCE_LIKE = {"ARCHIVE": str(tmp_path)}
            if object_ids:
                pq.write_table(pa.Table.from_pylist(packets(survey, object_ids)), tmp_path / "alerts.parquet")

        return write

    def test_a_folder_of_real_packets(self, settings: Any, data: Path) -> None:
        settings.TOM_ALERCE_LIKE = {"ARCHIVE": str(data / "ztf_alerts" / "packets")}
        found = self.service().search(Query(n_detections_min=1))
        assert len(found) > 10 and found.alerts["object_id"].is_unique
        name = found.alerts["object_id"].iloc[0]
        fetched = self.service().fetch([name], "ZTF")
        assert set(fetched.alerts["object_id"]) == {name} and fetched.alerts["cutouts"].notna().all()

    def test_one_bad_file_is_a_message(self, serve: Any, tmp_path: Path) -> None:
        serve("ZTF", IDS["ZTF"][:2])
        (tmp_path / "broken.avro").write_bytes(b"Obj\x01 and no more")
        found = self.service().search(self.query("ZTF"))
        assert len(found) == 2 and "broken.avro" in found.problems[0]


@pytest.mark.parametrize("folder", [None, "/nowhere"])
def test_without_a_folder_the_archive_is_off(settings: Any, folder: str | None) -> None:
    settings.TOM_ALERCE_LIKE = {"ARCHIVE": folder}
    with pytest.raises(ConfigurationError, match="ARCHIVE"):
        ArchiveService().search(Query(class_name="SN"))
    (found,) = checks.archive_folder(None)
    assert isinstance(found, Info) and "Alert-archive is off" in str(found.hint)


def test_with_a_folder_the_check_is_silent(settings: Any, tmp_path: Path) -> None:
    settings.TOM_ALERCE_LIKE = {"ARCHIVE": str(tmp_path)}
    assert checks.archive_folder(None) == []


@pytest.mark.django_db
def test_an_archive_that_is_off_has_nothing_new_of_a_target_that_files_made(settings: Any) -> None:
    settings.TOM_ALERCE_LIKE = {}
    target = Target.objects.create(name=IDS["ZTF"][0], type="SIDEREAL", ra=0, dec=0)
    service = ArchiveService()
    assert service.to_reduced_datums(target, service.query_reduced_data(target)) == []
