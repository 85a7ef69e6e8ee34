"""Our replies have the form of the recorded ones: names, nesting, types."""

from __future__ import annotations

import gzip
import json

import pytest

from tests.sandbox.shapes import differences, form
from tom_alerce_like.sandbox.lsst_rows import BAND_MAP


def recorded(data, name: str):
    path = data / "api_responses" / name
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return json.loads(text)["response"]


@pytest.fixture
def oid(sandbox) -> str:
    """A star: its magnitudes are corrected, as those of the recorded object are."""
    return next(source.object_id for source in sandbox.night.of("ZTF") if source.truth.kind == "RRL")


@pytest.fixture
def dia(sandbox) -> str:
    return max(sandbox.night.of("LSST"), key=lambda source: len(source.detections)).object_id


ZTF = [
    ("ztf-v1-objects-543b5f071eed1e27.json", "/objects/?oid={oid}&count=false&page_size=200&ranking=1"),
    ("ztf-v1-objects-ZTF17aabopdz-0ee42b612cab2ee0.json", "/objects/{oid}"),
    ("ztf-v1-objects-ZTF17aabopdz-lightcurve-bec6b902c0bdbf13.json.gz", "/objects/{oid}/lightcurve"),
    ("ztf-v1-objects-ZTF17aabopdz-probabilities-910cbca6657e8dc7.json", "/objects/{oid}/probabilities"),
    ("ztf-v1-objects-ZTF17aabopdz-features-c894f515d0e0b097.json.gz", "/objects/{oid}/features"),
    ("ztf-v1-classifiers-fedd5354a8388bea.json", "/classifiers/"),
]


@pytest.mark.parametrize(("name", "path"), ZTF)
def test_alerce_ztf(name, path, data, get, oid):
    ours = get("/alerce/ztf/v1" + path.format(oid=oid)).json()
    assert not differences(form(recorded(data, f"alerce_ztf/{name}")), form(ours))


def test_alerce_ztf_v2(data, get, oid):
    ours = get(f"/alerce/v2/lightcurve/lightcurve/{oid}", survey_id="ztf").json()
    name = "alerce_ztf/v2-lightcurve-lightcurve-ZTF17aabopdz-36c610ec37e57de2.json.gz"
    assert not differences(form(recorded(data, name)), form(ours))


def test_alerce_ztf_detections_leave_nulls_out(data, get, oid):
    ours = get(f"/alerce/ztf/v1/objects/{oid}/detections").json()
    real = recorded(data, "alerce_ztf/api_alerce_online_ztf_v1_objects_ZTF18abcgqmz_detections_1.json")
    assert not any(value is None for row in ours + real for value in row.values())
    odd = [line for line in differences(form(real), form(ours)) if "parent_candid" not in line]
    assert not odd  # the id of an earlier alert is null when there is none


def test_alerce_ztf_redirects_as_recorded(data, sandbox, http):
    answer = http.get(f"{sandbox.url}/alerce/ztf/v1/classifiers", allow_redirects=False, timeout=10)
    real = json.loads((data / "api_responses/alerce_ztf/ztf-v1-classifiers-ba1176d4b0bff4f3.json").read_text())
    assert (answer.status_code, answer.headers["content-type"]) == (real["status"], real["content_type"])
    assert answer.headers["location"] == f"{sandbox.url}/alerce/ztf/v1/classifiers/"


def test_alerce_lsst(data, get, dia):
    def ours(path, **more):
        return form(get(f"/alerce-lsst/{path}", **more).json())

    real = form(recorded(data, "alerce_lsst/api_lsst_alerce_online_object_api_object_0.json"))
    assert not differences(real, ours("object_api/object", survey_id="lsst", oid=dia))
    real = form(recorded(data, "alerce_lsst/api_lsst_alerce_online_lightcurve_api_detections_1.json"))
    assert not differences(real, ours("lightcurve_api/detections", survey_id="lsst", oid=dia))
    real = form(recorded(data, "alerce_lsst/api-lsst-alerce-online-classifier-api-classifiers-248aa6f296f5b9dd.json"))
    assert not differences(real, ours("classifier_api/classifiers"))
    real = form(recorded(data, "alerce_lsst/api-lsst-alerce-online-object-api-list-objects-5a83cec8a576e6fb.json"))
    assert not differences(real, ours("object_api/list_objects", survey="lsst", ra=307.5, dec=51.1, radius=3))


def notebook_columns(data, call: str, arguments: str) -> list[set[str]]:
    path = data / "api_responses/alerce_lsst/notebook_result_tables.json.gz"
    tables = json.loads(gzip.decompress(path.read_bytes()))["tables"]
    return [set(t["columns"]) for t in tables if t["call"] == call and arguments in t["arguments"]]


def test_alerce_lsst_has_the_columns_that_notebooks_show(data, get, dia):
    rows = get("/alerce-lsst/object_api/list_objects", survey="lsst", oid=dia).json()["items"]
    assert set(rows[0]) in notebook_columns(data, "alerce_client.query_objects", "survey='lsst'")
    forced = get("/alerce-lsst/lightcurve_api/forced-photometry", survey_id="lsst", oid=dia).json()
    shown = (set(forced[0]) - {"band_map"}) | {"band_name"}  # their client exchanges these
    assert shown in notebook_columns(data, "alerce_client.query_forced_photometry", "survey='lsst'")
    curve = get("/alerce-lsst/lightcurve_api/lightcurve", survey_id="lsst", oid=dia).json()
    assert set(curve) in notebook_columns(data, "alerce_client.query_lightcurve", "survey='lsst'")
    assert forced[0]["band_map"] == BAND_MAP


def test_fink_ztf(data, post, oid):
    ours = post("/fink-ztf/api/v1/objects", {"objectId": oid, "output-format": "json"}).json()
    real = recorded(data, "fink_ztf/api_ztf_fink_portal_org_api_v1_objects_0.json")
    assert not differences(form(real), form(ours))


def test_fink_lsst(data, post, dia):
    real = recorded(data, "fink_lsst/tags_one_row_trimmed.json")[0]
    row = post("/fink-lsst/api/v1/sources", {"diaObjectId": dia, "columns": ",".join(real)}).json()[0]
    assert set(row) == set(real)
    assert not differences(form(real), form(row))


def test_portal(data, sandbox, booked):
    real = recorded(data, "lco/requestgroups_list_mop.json")["results"][0]
    nulls = json.loads(json.dumps(real).replace('"None"', "null").replace('"True"', "true"))
    lists = differences(form(nulls), form(booked))
    # the older recording has these two as well; the acquisition's exposure time is null in it
    assert set(lists) <= {
        "/requests[]/configurations[]/constraints/max_seeing: only ours",
        "/requests[]/configurations[]/constraints/min_transparency: only ours",
        "/requests[]/configurations[]/acquisition_config/exposure_time: only ours",
    }


def test_tns_reply(data, sandbox, http, report, send, reply):
    real = recorded(data, "tns/bulk_report_atlas26afg_request_and_reply.json")
    ids = {"internal_name": "X", "internal_objid": "1"}
    number = send(report(internal_ids=ids)).json()["data"]["report_id"]
    answer = reply(number)
    assert answer.json()["data"]["feedback"]["at_report"][0]["internal_ids"] == ids
    assert not differences(form(real), form(answer.json()))


def test_tns_object_has_the_fields_of_the_old_reply_and_more(data, ask, report, send, reply):
    name = reply(send(report()).json()["data"]["report_id"]).json()["data"]["feedback"]["at_report"][0]["100"][
        "objname"
    ]
    ours = ask("get/object", {"objname": name, "photometry": "1"}).json()["data"]
    real = recorded(data, "tns/get_object_1999gy_api_v1.json")["data"]["reply"]
    assert set(real) <= set(ours)
    assert set(real["photometry"][0]) == set(ours["photometry"][0])
