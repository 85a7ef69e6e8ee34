"""The brokers' parameters filter for real, and their quirks are there."""

from __future__ import annotations

import gzip
import io

import fastavro
import pytest
from astropy.io import fits
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tom_alerce_like.sandbox import opinions
from tom_alerce_like.sandbox.lsst_rows import TAI_MINUS_UTC_D

LIST, LSST_LIST = "/alerce/ztf/v1/objects/", "/alerce-lsst/object_api/list_objects"
calm = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def items(get):
    def call(path=LIST, **parameters):
        answer = get(path, **{"page_size": 1000, **parameters})
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    return call


@pytest.fixture
def star(sandbox):
    return next(source for source in sandbox.night.of("ZTF") if source.truth.kind == "RRL")


@pytest.fixture
def far(sandbox):
    """The LSST source with most detections."""
    return max(sandbox.night.of("LSST"), key=lambda source: len(source.detections))


def test_every_reply_says_that_it_is_simulated(get):
    assert get(LIST).headers["X-Simulated"] == "yes" and get("/nowhere").headers["X-Simulated"] == "yes"


@given(size=st.integers(1, 40))
@calm
def test_pages_of_alerce_ztf_join_to_the_whole(size, get, items):
    everything = [row["oid"] for row in items(order_by="oid", order_mode="ASC")]
    joined, page = [], 1
    while page:
        reply = get(LIST, page=page, page_size=size, count="true", order_by="oid", order_mode="ASC").json()
        assert reply["total"] == len(everything) and reply["has_next"] == (reply["next"] is not None)
        joined += [row["oid"] for row in reply["items"]]
        page = reply["next"]
    assert joined == everything


@given(size=st.integers(1, 30))
@calm
def test_pages_of_alerce_lsst_join_to_the_whole(size, get, items):
    everything = items(LSST_LIST, survey="lsst")
    joined, page = [], 1
    while page:
        reply = get(LSST_LIST, survey="lsst", page=page, page_size=size).json()
        assert reply["current_page"] == page
        joined += reply["items"]
        page = reply["next"]
    assert joined == everything


def test_without_count_alerce_ztf_tells_nothing_of_pages(get):
    reply = get(LIST, page_size=5).json()
    assert len(reply["items"]) == 5
    assert [reply[name] for name in ("total", "page", "next", "has_next")] == [None, None, None, False]


@given(
    low=st.floats(-200, 0),
    width=st.floats(0, 200),
    column=st.sampled_from(["firstmjd", "lastmjd"]),
    survey=st.sampled_from(["ZTF", "LSST"]),
)
@calm
def test_date_ranges(low, width, column, survey, sandbox, items):
    start, stop = sandbox.night.mjd + low, sandbox.night.mjd + low + width
    path = LIST if survey == "ZTF" else LSST_LIST
    shift = 0 if survey == "ZTF" else TAI_MINUS_UTC_D
    index = 0 if column == "firstmjd" else -1
    found = {str(row["oid"]) for row in items(path, **{column: [start, stop]})}
    times = {source.object_id: source.detections["mjd"][index] + shift for source in sandbox.night.of(survey)}
    assert found == {name for name, mjd in times.items() if start <= mjd <= stop}
    open_end = {str(row["oid"]) for row in items(path, **{column: start})}
    assert open_end == {name for name, mjd in times.items() if mjd >= start}


@given(least=st.floats(0, 1), name=st.sampled_from(opinions.STAMP))
@calm
def test_class_and_probability(least, name, sandbox, items):
    found = items(classifier="stamp_classifier", probability=least, **{"class": name})
    expected = {
        source.object_id
        for source in sandbox.night.of("ZTF")
        for said in opinions.alerce(source)
        if said.classifier_name == "stamp_classifier"
        and (said.class_name, said.ranking) == (name, 1)
        and said.probability >= least
    }
    assert {row["oid"] for row in found} == expected
    assert all(row["class"] == name and row["probability"] >= least for row in found)


def test_order_and_number_of_detections(items):
    rows = items(classifier="stamp_classifier", order_by="probability", order_mode="DESC", ndet=[3, 30])
    assert rows == sorted(rows, key=lambda row: -row["probability"])
    assert rows and all(3 <= row["ndet"] <= 30 for row in rows)


def test_an_object_comes_once_for_each_classifier_or_once_without_class(items, star):
    assert [row["class"] for row in items(oid=star.object_id)] == [None]
    rows = items(oid=star.object_id, ranking=1)
    assert len(rows) == len({row["classifier"] for row in rows}) > 1


@pytest.mark.parametrize(("path", "survey"), [(LIST, "ZTF"), (LSST_LIST, "LSST")])
def test_cones(path, survey, sandbox, items):
    source = sandbox.night.of(survey)[0]
    at = {"ra": source.truth.ra_deg, "dec": source.truth.dec_deg}
    assert {str(row["oid"]) for row in items(path, **at, radius=5)} == {source.object_id}
    assert items(path, ra=at["ra"], dec=-at["dec"] - 20, radius=5) == []


def test_alerce_ztf_ignores_a_cone_at_zero_as_the_real_one_does(items, sandbox):
    assert len(items(ra=0.0, dec=10, radius=1)) == len(sandbox.night.of("ZTF"))
    assert items(ra=1e-9, dec=10, radius=1) == []
    assert items(LSST_LIST, ra=0.0, dec=10, radius=1) == []


def test_wrong_types_are_refused(get):
    answer = get(LIST, page="two")
    assert answer.status_code == 400 and "page" in answer.json()["errors"]
    answer = get(LSST_LIST, ra="east")
    assert answer.status_code == 422 and answer.json()["detail"][0]["loc"] == ["query", "ra"]


@pytest.mark.parametrize(
    "path",
    [
        "/alerce/ztf/v1/objects/ZTF00nothing",
        "/alerce/ztf/v1/objects/ZTF00nothing/lightcurve",
        "/alerce/v2/lightcurve/lightcurve/ZTF00nothing",
        "/alerce-lsst/object_api/object?survey_id=lsst&oid=1",
        "/alerce-lsst/probability_api/probability?oid=1",
        "/alerce-avro/get_stamp?oid=ZTF00nothing&candid=1&type=science&format=fits",
        "/alerce-avro/get_avro?oid=ZTF00nothing&candid=1",
    ],
)
def test_unknown_objects_are_404(path, get):
    assert get(path).status_code == 404


def test_light_curves_hold_all_that_the_survey_saw(get, star, far):
    reply = get(f"/alerce/v2/lightcurve/lightcurve/{star.object_id}").json()
    assert [row["mjd"] for row in reply["detections"]] == star.detections["mjd"].tolist()
    assert len(reply["non_detections"]) == len(star.non_detections)
    assert any(row["mag"] == 100.0 for row in reply["forced_photometry"])  # a visit in fifty has failed
    rows = get("/alerce-lsst/lightcurve_api/detections", survey_id="lsst", oid=far.object_id).json()
    assert [row["psfFlux"] for row in rows] == far.detections["flux_njy"].tolist()


def test_the_packet_is_the_alert_of_the_light_curve(get, star):
    candid = int(star.detections["alert_id"][-1])
    container = get("/alerce-avro/get_avro", oid=star.object_id, candid=candid).content
    (packet,) = fastavro.reader(io.BytesIO(container))
    curve = get(f"/alerce/ztf/v1/objects/{star.object_id}/lightcurve").json()["detections"]
    row = next(row for row in curve if row["candid"] == str(candid))
    shared = ("magpsf", "sigmapsf", "magap", "distnr", "ra", "dec", "drb", "diffmaglim")
    assert {name: packet["candidate"][name] for name in shared} == {name: row[name] for name in shared}
    assert (packet["objectId"], packet["candid"]) == (star.object_id, candid)
    asked = {"oid": star.object_id, "candid": candid, "type": "template", "format": "fits"}
    assert packet["cutoutTemplate"]["stampData"] == get("/alerce-avro/get_stamp", **asked).content


def test_stamps(get, star, far):
    asked = {"oid": star.object_id, "candid": star.detections["alert_id"][0], "type": "science", "format": "fits"}
    assert fits.open(io.BytesIO(gzip.decompress(get("/alerce-avro/get_stamp", **asked).content)))[0].data.shape == (
        63,
        63,
    )
    asked = {"oid": far.object_id, "measurement_id": far.detections["alert_id"][0], "file_format": "fits"}
    answer = get("/alerce-lsst/stamps_api/stamp", **asked, survey_id="lsst", stamp_type="cutoutTemplate")
    assert fits.open(io.BytesIO(gzip.decompress(answer.content)))[0].data.shape == (30, 30)


def test_fink_takes_arguments_from_body_or_url(get, post, star):
    asked = {"objectId": star.object_id, "columns": "i:jd,i:magpsf"}
    by_post = post("/fink-ztf/api/v1/objects", asked).json()
    assert by_post == get("/fink-ztf/api/v1/objects", **asked).json()
    assert len(by_post) == len(star.detections) and set(by_post[0]) == {"i:jd", "i:magpsf"}
    assert by_post == sorted(by_post, key=lambda row: -row["i:jd"])


def test_fink_upper_limits(post, star):
    rows = post("/fink-ztf/api/v1/objects", {"objectId": star.object_id, "withupperlim": "True"}).json()
    limits = [row for row in rows if row["d:tag"] == "upperlim"]
    assert len(limits) == len(star.non_detections)
    assert all(row["i:magpsf"] is None and row["i:diffmaglim"] and row["i:candid"] == -1 for row in limits)


def test_fink_latests(post, sandbox):
    rows = post("/fink-ztf/api/v1/latests", {"class": "SN candidate", "n": 5}).json()
    assert len(rows) == 5 and all(row["v:classification"] == "SN candidate" for row in rows)
    since = sandbox.night.mjd - 1
    rows = post("/fink-ztf/api/v1/latests", {"class": "SN candidate", "n": 1000, "startdate": str(since)}).json()
    assert rows and all(row["i:jd"] - 2400000.5 >= since for row in rows)


@pytest.mark.parametrize("root", ["/fink-ztf", "/fink-lsst"])
def test_fink_cones_in_degrees_and_sexagesimal(root, post, sandbox):
    source = sandbox.night.of("ZTF" if root == "/fink-ztf" else "LSST")[0]
    ra, dec = source.truth.ra_deg, source.truth.dec_deg
    hours, minutes = divmod(ra / 15, 1)[0], divmod(ra / 15, 1)[1] * 60
    degrees, parts = divmod(abs(dec), 1)[0], divmod(abs(dec), 1)[1] * 60
    sexagesimal = {
        "ra": f"{hours:.0f}:{minutes // 1:.0f}:{minutes % 1 * 60:.4f}",
        "dec": f"{'-' if dec < 0 else '+'}{degrees:.0f}:{parts // 1:.0f}:{parts % 1 * 60:.3f}",
    }
    for at in ({"ra": str(ra), "dec": str(dec)}, sexagesimal):
        rows = post(f"{root}/api/v1/conesearch", {**at, "radius": "5"}).json()
        assert len(rows) == 1 and rows[0]["v:separation_degree"] * 3600 < 5
    assert post(f"{root}/api/v1/conesearch", {"ra": "1", "dec": "1", "radius": "20000"}).status_code == 400
    assert post(f"{root}/api/v1/conesearch", {"ra": "1"}).status_code == 400


def test_fink_lsst_explains_its_tags_and_wants_ids_as_text(get, post, far):
    assert "sn_near_galaxy_candidate" in get("/fink-lsst/api/v1/tags").json()
    assert get("/fink-lsst/api/v1/tags", tag="nonsense").status_code == 400
    assert post("/fink-lsst/api/v1/sources", {"diaObjectId": int(far.object_id)}).status_code == 500
    assert len(post("/fink-lsst/api/v1/fp", {"diaObjectId": far.object_id}).json()) > 0
    assert post("/fink-lsst/api/v1/sources", {"diaObjectId": "1"}).json() == []


def test_fink_lsst_cutouts(get, far):
    asked = {"diaObjectId": far.object_id, "kind": "Science"}
    image = get("/fink-lsst/api/v1/cutouts", **asked, **{"output-format": "array"}).json()["b:cutoutScience"]
    assert (len(image), len(image[0])) == (30, 30)
    packed = get("/fink-lsst/api/v1/cutouts", **asked, **{"output-format": "FITS"}).content
    assert fits.open(io.BytesIO(packed))[0].data.shape == (30, 30)
