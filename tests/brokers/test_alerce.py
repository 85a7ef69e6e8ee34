"""ALeRCE keeps the laws of brokers, and reads what it really answered."""

from __future__ import annotations

import contextlib
import dataclasses
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.brokers import alerce_replies
from tests.brokers.loopback import Loopback
from tests.conformance.broker import IDS, HttpBrokerConformance
from tom_alerce_like.alerts import lightcurve, wire
from tom_alerce_like.alerts import lsst as lsst_alerts
from tom_alerce_like.alerts import ztf as ztf_alerts
from tom_alerce_like.brokers.alerce import lsst, ztf
from tom_alerce_like.brokers.alerce.probabilities import of_object
from tom_alerce_like.brokers.alerce.questions import question
from tom_alerce_like.brokers.alerce.service import AlerceService
from tom_alerce_like.brokers.query import Query


class TestAlerce(HttpBrokerConformance):
    service_class = AlerceService
    surveys = {"ZTF": "SN", "LSST": "SN"}

    @pytest.fixture
    def serve(self, settings: Any) -> Any:
        with contextlib.ExitStack() as stack:

            def start(survey: str, object_ids: list[str], class_name: str = "SN") -> Loopback:
                server = stack.enter_context(Loopback(alerce_replies.Alerce(survey, object_ids, class_name)))
                roots = dict.fromkeys(("ztf_url", "lsst_url", "stamps_url"), server.url)
                settings.DATA_SERVICES = {AlerceService.name: roots}
                return server

            yield start

    def test_all_pages_are_read(self, serve: Any, survey: str, monkeypatch: Any) -> None:
        monkeypatch.setattr("tom_alerce_like.brokers.alerce.questions.PAGE_SIZE", 7)
        server = serve(survey, IDS[survey][:30])
        assert len(self.service().search(self.query(survey))) == 30
        assert [call.params["page"] for call in server.calls] == [["1"], ["2"], ["3"], ["4"], ["5"]]

    def test_a_page_that_comes_again_and_again_ends(self, serve: Any, survey: str, monkeypatch: Any) -> None:
        monkeypatch.setattr("tom_alerce_like.brokers.alerce.questions.PAGE_SIZE", 5)
        server = serve(survey, IDS[survey][:5])
        answer, first = server.answer, {"page": ["1"]}
        server.answer = lambda call: (
            answer(dataclasses.replace(call, params={**call.params, **first})) | {"has_next": True}
        )
        assert len(self.service().search(self.query(survey))) == 5
        assert len(server.calls) == 2

    def test_an_unknown_class_is_a_message(self, serve: Any, survey: str) -> None:
        serve(survey, [])
        found = self.service().search(Query(survey=survey, class_name="Supernva"))
        assert len(found) == 0 and "check the spelling" in found.problems[0]

    def test_magnitudes_come_with_the_light_curves(self, serve: Any, survey: str) -> None:
        serve(survey, IDS[survey][:3])
        assert len(self.service().search(self.query(survey, mag_min=15.0, mag_max=25.0))) == 3
        assert len(self.service().search(self.query(survey, mag_max=15.0))) == 0

    def test_missing_forced_photometry_and_cutouts_are_not_fatal(self, serve: Any, survey: str) -> None:
        server = serve(survey, IDS[survey][:1])
        answer = server.answer
        server.answer = lambda call: b"{" if "forced-photometry" in call.path else answer(call)
        batch = self.service().fetch(IDS[survey][:1], survey)
        assert len(batch) == 1 and "forced photometry" in batch.problems[0]

    def test_the_packet_of_the_newest_alert_gives_what_the_light_curve_lacks(self, serve: Any, data: Path) -> None:
        container = next(path for path in sorted((data / "ztf_alerts" / "packets").glob("*.avro")))
        with container.open("rb") as file:
            packet = next(wire.packets(file))
        server, oid, candidate = serve("ZTF", IDS["ZTF"][:1]), IDS["ZTF"][0], packet["candidate"]
        answer = server.answer

        def with_packet(call: Any) -> Any:
            if call.path == "/get_avro":
                return container.read_bytes()
            made = answer(call)
            if call.path.endswith(f"{oid}/lightcurve"):
                made["detections"][-1]["candid"] = str(candidate["candid"])
            return made

        server.answer = with_packet
        row = self.service().fetch([oid], "ZTF").alerts.iloc[0]
        assert row["object_id"] == oid and row["alert_id"] == str(candidate["candid"])
        assert row["star_galaxy_score"] == candidate["sgscore1"] and row["cutouts"]["science"][:2] == b"\x1f\x8b"
        assert len(row["lightcurve"]) >= 3

    def test_stamps_stand_in_for_the_packet(self, serve: Any, survey: str) -> None:
        server = serve(survey, IDS[survey][:1])
        answer = server.answer
        server.answer = lambda call: b"FITS" if "stamp" in call.path else answer(call)
        assert self.service().fetch(IDS[survey][:1], survey).alerts["cutouts"].iloc[0]["difference"] == b"FITS"


def reply(data: Path, name: str) -> Any:
    path = data / "api_responses" / name
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return json.loads(text)["response"]


def test_a_real_ztf_light_curve(data: Path) -> None:
    curve = reply(data, "alerce_ztf/ztf-v1-objects-ZTF17aabopdz-lightcurve-bec6b902c0bdbf13.json.gz")
    forced = reply(data, "alerce_ztf/v2-lightcurve-lightcurve-ZTF17aabopdz-36c610ec37e57de2.json.gz")
    made = ztf.packet("ZTF17aabopdz", curve["detections"], curve["non_detections"], forced["forced_photometry"])
    batch = ztf_alerts.from_packets([made])
    flat = lightcurve.points(batch.alerts)
    counts = flat.groupby(["is_detection", "is_forced"]).size()
    epochs = {(row["mjd"], row["fid"]) for row in curve["detections"]}
    assert batch.problems == () and counts[True, False] == len(epochs)
    # forced fluxes below 3 sigma are limits; of 510 rows 102 have no flux and are limits as well
    assert counts[True, True] + counts[False, True] == 510 - 102
    newest = batch.alerts.iloc[0]
    assert (newest["alert_id"], newest["mag"], newest["mag_err"]) == ("3276159001415015016", 18.385323, 0.19329324)
    assert newest["mjd"] == pytest.approx(61030.15900459979, abs=1e-9) and newest["real_bogus"] == 0.0572814


@pytest.mark.parametrize(
    "name", ["lightcurve_service_forced_mongo.json", "lightcurve_service_forced_photometry_202311301515.json"]
)
def test_real_forced_photometry_of_either_form(data: Path, name: str) -> None:
    detections = reply(data, "alerce_ztf/api_alerce_online_ztf_v1_objects_ZTF18abcgqmz_detections_1.json")
    forced = reply(data, f"alerce_ztf/{name}")
    batch = ztf_alerts.from_packets([ztf.packet("ZTF18abcgqmz", detections, [], forced)])
    flat = lightcurve.points(batch.alerts)
    measured = flat[flat["is_forced"] & flat["is_detection"]].sort_values("mjd")
    given = forced["forced_photometry"] if isinstance(forced, dict) else forced
    mags = {round(row["mag"], 6): row for row in given}
    assert len(measured) and set(measured["mag"].round(6)) <= set(mags)
    signs = [mags[mag]["isdiffpos"] for mag in measured["mag"].round(6)]
    assert (np.sign(measured["flux_njy"]).to_numpy() == signs).all()


def test_a_real_lsst_light_curve(data: Path) -> None:
    detections = reply(data, "alerce_lsst/api_lsst_alerce_online_lightcurve_api_detections_1.json")
    batch = lsst_alerts.from_packets([lsst.packet("170587116732416143", detections, [], [])])
    row, flat = batch.alerts.iloc[0], lightcurve.points(batch.alerts)
    assert (row["object_id"], row["alert_id"], row["band"]) == ("170587116732416143", "170587117274005632", "g")
    assert flat["flux_njy"].tolist() == [row["psfFlux"] for row in sorted(detections, key=lambda row: row["mjd"])]
    assert flat["mjd"].iloc[0] == pytest.approx(61217.41670499195 - 37 / 86400, abs=1e-9)
    assert not row["is_positive"] and row["mag"] == pytest.approx(31.4 - 2.5 * np.log10(3019.9097))


def test_a_real_list_of_lsst_objects(data: Path) -> None:
    tables = reply_tables(data, "alerce_client.query_objects")
    rows = [row for table in tables for row in table if "meanra" in row and str(row["oid"]).isdecimal()]
    batch = lsst.objects(rows)
    assert len(batch) == len({row["oid"] for row in rows}) > 10
    assert set(batch.alerts["object_id"]) == {str(row["oid"]) for row in rows}
    assert batch.alerts["mjd"].iloc[0] == pytest.approx(rows[0]["lastmjd"] - 37 / 86400, abs=1e-9)
    assert batch.alerts["first_mjd"].iloc[0] == pytest.approx(rows[0]["firstmjd"] - 37 / 86400, abs=1e-9)
    assert batch.classifications["probability"].between(0, 1).all()


def reply_tables(data: Path, call: str) -> list[list[dict[str, Any]]]:
    text = gzip.decompress((data / "api_responses/alerce_lsst/notebook_result_tables.json.gz").read_bytes())
    tables = [table for table in json.loads(text)["tables"] if table["call"] == call]
    return [[dict(zip(table["columns"], row, strict=True)) for row in table["rows"]] for table in tables]


def test_real_probabilities_keep_classifier_and_version(data: Path) -> None:
    rows = reply(data, "alerce_ztf/ztf-v1-objects-ZTF17aabopdz-probabilities-910cbca6657e8dc7.json")
    said = of_object(rows, "ZTF", "ZTF17aabopdz")
    assert len(said) == len(rows) == 344
    assert ("stamp_classifier", "stamp_classifier_1.0.4") in set(zip(said["classifier"], said["version"], strict=True))


@given(survey=st.sampled_from(["ZTF", "LSST"]), low=st.one_of(st.none(), st.floats(50000, 60000)), high=st.none())
def test_both_ends_of_a_range_are_asked_for_or_none(survey: str, low: float | None, high: None) -> None:
    for name in ("first_mjd", "last_mjd"):
        asked = question(Query(survey=survey, **{f"{name}_min": low, f"{name}_max": high}))
        assert len(asked.get(name.replace("_", ""), [0, 0])) == 2
