"""CDS and catsHTM: what is asked, what is made of the answers, and what is said when there is none."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from tests.plugins.crossmatch.conftest import STARS, Cds, Recorded
from tom_alerce_like import http
from tom_alerce_like.exceptions import BadReply, InputError, RequestRefused, ServiceUnavailable
from tom_alerce_like.plugins.crossmatch import catalogues, matching
from tom_alerce_like.plugins.crossmatch.catshtm import CatsHtm
from tom_alerce_like.plugins.crossmatch.cds import CdsCatalogue
from tom_alerce_like.plugins.crossmatch.matches import Matches
from tom_alerce_like.plugins.crossmatch.matching import Batch
from tom_alerce_like.plugins.crossmatch.positions import Positions

RA, DEC = np.array([10.0, 0.0, 100.0]), np.array([20.0, 0.0, 5.0])


@pytest.fixture
def service():
    with Cds() as running:
        yield running


@pytest.fixture
def quick():
    """A session that does not wait before it asks again."""
    return http.session(retry_methods=("POST", "GET"), retries=0)


def test_the_question_and_the_answer(service, quick):
    found = CdsCatalogue("gaia_dr3", "I/355/gaiadr3", quick, service.url).match(RA, DEC, 5.0, nearest_only=False)
    assert found.row.tolist() == [0, 0, 1]
    assert found.table["main_id"].tolist() == ["near", "far", "wrapped"]
    assert [*found.table.columns] == ["main_id", "RAdeg", "mag"], "the columns that we sent are left out"
    assert found.separation_arcsec.tolist() == [*sorted(found.separation_arcsec.tolist()[:2]), 0.36]
    [asked] = service.asked
    file = asked.pop("cat1")
    assert asked == {
        "request": "xmatch", "RESPONSEFORMAT": "csv", "distMaxArcsec": "5", "selection": "all",
        "cat2": "vizier:I/355/gaiadr3", "colRA1": "xm_ra", "colDec1": "xm_dec",
    }  # fmt: skip
    assert file.splitlines()[0] == "xm_row,xm_ra,xm_dec" and len(file.splitlines()) == 4


def test_the_nearest_only(service, quick):
    found = CdsCatalogue("simbad", "simbad", quick, service.url).match(RA, DEC, 5.0, nearest_only=True)
    assert found.table["main_id"].tolist() == ["near", "wrapped"]
    assert (service.asked[0]["selection"], service.asked[0]["cat2"]) == ("best", "simbad")


def test_the_service_says_nothing_where_nothing_is(service, quick):
    service.faults = [(200, b""), (200, b"angDist,xm_row,xm_ra,xm_dec,main_id\n")]
    source = CdsCatalogue("simbad", "simbad", quick, service.url)
    for _ in range(2):
        found = source.match(RA, DEC, 5.0, nearest_only=False)
        assert len(found.row) == len(found.table) == len(found.separation_arcsec) == 0


@pytest.mark.parametrize(
    ("status", "body", "error", "why"),
    [
        (500, b"<h1>sorry</h1>", ServiceUnavailable, "500"),
        (200, b"<VOTABLE>the table is not there</VOTABLE>", BadReply, "no table of matches"),
        (200, b"angDist,xm_row\n0.1,seven\n", BadReply, "no table of matches"),
        (200, b"angDist,xm_row\n0.1,7\n", BadReply, "not asked for"),
        (200, b"angDist,xm_row\n9.5,1\n", BadReply, "not asked for"),
        (200, b"angDist,xm_row\nnan,1\n", BadReply, "not asked for"),
        (200, b"angDist,xm_row\n0.1\n", BadReply, "no table of matches"),
        (
            400,
            b'<INFO name="QUERY_STATUS" value="ERROR">no such table</INFO>',
            RequestRefused,
            r"\(400\): no such table",
        ),
        (403, b"", RequestRefused, "403"),
    ],
)
def test_faults_of_the_service(service, quick, status, body, error, why):
    service.faults = [(status, body)]
    with pytest.raises(error, match=why):
        CdsCatalogue("simbad", "simbad", quick, service.url).match(RA, DEC, 5.0, nearest_only=False)


def test_a_service_that_is_not_there(quick):
    with pytest.raises(ServiceUnavailable, match="no answer"):
        CdsCatalogue("simbad", "simbad", quick, "http://127.0.0.1:9/").match(RA, DEC, 5.0, nearest_only=False)


def test_a_question_is_asked_again(service):
    service.faults = [(503, b"")]
    found = CdsCatalogue("simbad", "simbad", url=service.url).match(RA, DEC, 5.0, nearest_only=False)
    assert len(found.row) == 3 and len(service.asked) == 2


def test_a_batch_with_too_large_an_answer_is_asked_in_halves(service, quick, settings, monkeypatch):
    monkeypatch.setattr(CdsCatalogue, "batch_rows", 4)
    places = Positions(np.append(RA, 359.9999), np.append(DEC, 0.0), 0)
    source = CdsCatalogue("simbad", "simbad", quick, service.url)
    whole = list(matching.ask(source, places, Batch(0, 0, 4), 5.0, False))
    settings.TOM_ALERCE_LIKE = {"MAX_REPLY_MB": 2e-4}
    service.asked.clear()
    parts = list(matching.ask(source, places, Batch(0, 0, 4), 5.0, False))
    assert len(whole) == 1 and [len(part.row) for part in parts] == [3, 1] and len(service.asked) == 3
    pd.testing.assert_frame_equal(Matches.joined(parts).table, whole[0].table.reset_index(drop=True))
    assert Matches.joined(parts).row.tolist() == whole[0].row.tolist() == [0, 0, 1, 3]
    settings.TOM_ALERCE_LIKE = {"MAX_REPLY_MB": 1e-5}
    with pytest.raises(InputError, match="narrow the query"):
        list(matching.ask(source, places, Batch(0, 0, 4), 5.0, False))


def test_positions_travel_encrypted():
    assert CdsCatalogue("simbad", "simbad").url.startswith("https://")


RECORDED = "catshtm/catshtm-alerce-online-crossmatch-all-b5d0c98ab851496a.json"


@pytest.mark.data
def test_catshtm_as_it_was_recorded(data, quick):
    reply = json.loads((data / "api_responses" / RECORDED).read_text())["response"]
    with Recorded(json.dumps(reply).encode()) as service:
        source = CatsHtm(quick, service.url)
        found = source.match(np.array([307.47413, 1.0]), np.array([51.12344, 2.0]), 10.0, nearest_only=False)
        assert service.asked[0] == {"ra": "307.47413", "dec": "51.12344", "radius": "10"}
    assert found.row.tolist() == [0] * 4 + [1] * 4
    assert found.table["catalogue"].tolist()[:4] == ["GAIA/DR2", "GAIA/DR1", "2MASS", "unWISE"]
    assert found.table["ra_deg"].iloc[2] == "307.47412000"
    assert json.loads(found.table["values"].iloc[2])["Mag_J"] == 15.317
    assert (np.diff(found.separation_arcsec[:4]) > 0).all()


@pytest.mark.parametrize("reply", [b"null", b"[]"])
def test_catshtm_where_nothing_is(quick, reply):
    with Recorded(reply) as service:
        assert len(CatsHtm(quick, service.url).match(RA, DEC, 10.0, nearest_only=False).row) == 0


@pytest.mark.parametrize("reply", [b"42", b"[1]", b'[{"2MASS": {"RA": 1}}]', b'{"message": "no"}', b"<html>"])
def test_faults_of_catshtm(quick, reply):
    with Recorded(reply) as service, pytest.raises(BadReply):
        CatsHtm(quick, service.url).match(RA, DEC, 10.0, nearest_only=False)


def test_units_of_catshtm(quick):
    cells = {"RA": {"unit": "rad", "value": np.pi}, "Dec": {"unit": "furlong", "value": 1.0}}
    reply = json.dumps([{"X": {**cells, "distance": {"unit": "arcsec", "value": 1.0}}}]).encode()
    with Recorded(reply) as service:
        found = CatsHtm(quick, service.url).match(RA[:1], DEC[:1], 10.0, nearest_only=False)
    assert found.table[["ra_deg", "dec_deg"]].to_numpy().tolist() == [["180.00000000", ""]]


@pytest.mark.parametrize(
    ("name", "table", "called"),
    [
        ("gaia_dr3", "I/355/gaiadr3", "gaia_dr3"),
        ("J/ApJS/249/18/table2", "J/ApJS/249/18/table2", "J_ApJS_249_18_table2"),
        ("vizier:J/A+A/552/A8/tablea1", "J/A+A/552/A8/tablea1", "J_A_A_552_A8_tablea1"),
        ("B/vsx/vsx", "B/vsx/vsx", "B_vsx_vsx"),
    ],
)
def test_catalogues_by_name(name, table, called):
    source = catalogues.source(name)
    assert isinstance(source, CdsCatalogue) and (source.table, source.name) == (table, called)


@pytest.mark.parametrize(
    "name", ["", "gaia", "../etc/passwd", "http://127.0.0.1/x", "I/355", "I/355/a&b=c d", "X" * 99]
)
def test_what_is_no_catalogue(name):
    with pytest.raises(InputError, match="there is no catalogue"):
        catalogues.source(name)


def test_a_file_of_the_tom_hides_a_table_of_the_same_name(settings, stars):
    settings.TOM_ALERCE_LIKE = {"XMATCH_CATALOGUES": {"simbad": str(stars)}}
    found = catalogues.source("simbad").match(RA, DEC, 1.0, True)
    assert found.table["star"].tolist() == ["near", "wrapped"] and len(STARS) == 5
