"""Fink keeps the laws of brokers, and its real answers are read."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.brokers import fink_replies
from tests.brokers.loopback import Loopback
from tests.conformance.broker import IDS, HttpBrokerConformance
from tom_alerce_like.alerts import lightcurve
from tom_alerce_like.brokers.fink import lsst, ztf
from tom_alerce_like.brokers.fink.service import FinkService
from tom_alerce_like.brokers.query import Query
from tom_alerce_like.exceptions import InputError


class TestFink(HttpBrokerConformance):
    service_class = FinkService
    surveys = {"ZTF": "SN candidate", "LSST": "sn_near_galaxy_candidate"}

    @pytest.fixture
    def serve(self, settings: Any) -> Any:
        with contextlib.ExitStack() as stack:

            def start(survey: str, object_ids: list[str], class_name: str = "SN candidate") -> Loopback:
                server = stack.enter_context(Loopback(fink_replies.answers(survey, object_ids, class_name)))
                settings.DATA_SERVICES = {FinkService.name: {"ztf_url": server.url, "lsst_url": server.url}}
                return server

            yield start

    def test_a_cone_with_a_class_keeps_that_class_alone(self, serve: Any) -> None:
        serve("ZTF", IDS["ZTF"][:3], "QSO")
        cone = {"ra_deg": 0.0, "dec_deg": 0.0, "radius_arcsec": 5.0}
        assert len(self.service().search(Query(class_name="(SIMBAD) QSO", **cone))) == 1
        assert len(self.service().search(Query(class_name="SN candidate", **cone))) == 0

    def test_a_class_is_asked_for_between_dates(self, serve: Any) -> None:
        server = serve("LSST", IDS["LSST"][:3])
        self.service().search(self.query("LSST", last_mjd_min=61005.0, last_mjd_max=61015.5))
        assert server.calls[0].body["startdate"] == "2025-11-26 00:00:00"
        assert server.calls[0].body["stopdate"] == "2025-12-06 12:00:00"

    def test_a_probability_is_that_of_the_class(self, serve: Any, survey: str) -> None:
        serve(survey, IDS[survey][:3])
        assert len(self.service().search(self.query(survey, min_probability=0.85))) == 3
        assert len(self.service().search(self.query(survey, min_probability=0.95))) == 0

    def test_lsst_cannot_be_searched_by_dates_alone(self) -> None:
        with pytest.raises(InputError, match="tag"):
            self.service().search(Query(survey="LSST", last_mjd_min=61000.0))

    def test_ids_of_lsst_are_sent_as_text(self, serve: Any) -> None:
        server = serve("LSST", IDS["LSST"][:3])
        self.service().fetch(IDS["LSST"][:2], "LSST")
        assert {call.body["diaObjectId"] for call in server.calls} == {",".join(IDS["LSST"][:2])}


def reply(data: Path, name: str) -> Any:
    return json.loads((data / "api_responses" / name).read_text())["response"]


def test_a_real_ztf_answer(data: Path) -> None:
    batch = ztf.batch(reply(data, "fink_ztf/api_ztf_fink_portal_org_api_v1_objects_0.json"))
    row = batch.alerts.iloc[0]
    assert batch.problems == () and len(batch) == 1
    assert (row["object_id"], row["alert_id"], row["band"]) == ("ZTF19aaosfcb", "3072410265715010069", "g")
    assert row["mag"] == 14.903686 and row["mag_err"] == 0.06423555 and not row["is_positive"]
    assert row["mjd"] == pytest.approx(60826.4102662, abs=1e-7) and row["n_detections"] == 39
    assert set(batch.classifications["version"]) == {"8.4.0"}


def test_a_real_lsst_answer(data: Path) -> None:
    batch = lsst.batch(reply(data, "fink_lsst/tags_one_row_trimmed.json"))
    row = batch.alerts.iloc[0]
    assert (row["object_id"], row["alert_id"]) == ("170587117485293571", "170666304474710105")
    assert row["flux_njy"] == -6577.8823 and row["flux_err_njy"] == 734.8993 and not row["is_positive"]
    # 37 s from TAI to UTC
    assert row["mjd"] == pytest.approx(61235.4191836794 - 37 / 86400, abs=1e-9)
    said = dict(zip(batch.classifications["class_name"], batch.classifications["probability"], strict=True))
    assert said == {"SN": 0.77453464, "SN-like": 0.9792307}


def test_detections_of_bad_quality_are_left_out() -> None:
    rows = fink_replies.alert_rows("ZTF", IDS["ZTF"][0], (10.0, 10.0), 0.0, "SN candidate")
    bad = {**rows[-1], "i:jd": rows[-1]["i:jd"] - 1, "d:tag": "badquality"}
    limit = {**fink_replies.limit_rows(IDS["ZTF"][0])[0]}
    flat = lightcurve.points(ztf.batch([*rows, bad, limit]).alerts)
    assert flat["is_detection"].tolist() == [False, True, True, True]
    assert flat["mag"].iloc[0] == 20.0
