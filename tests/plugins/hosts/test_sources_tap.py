"""The online catalogues against a service on this machine that answers, fails or babbles."""

import re

import numpy as np
import pytest

from tests.plugins.hosts.conftest import GLADE, LEDA, NED
from tom_alerce_like import http
from tom_alerce_like.exceptions import BadReply, RequestRefused, ServiceUnavailable
from tom_alerce_like.plugins.hosts.associate import associate
from tom_alerce_like.plugins.hosts.sources.isophotes import HALF_LIGHT
from tom_alerce_like.plugins.hosts.sources.ned import NedCatalogue
from tom_alerce_like.plugins.hosts.sources.vizier import VizierCatalogue


def test_vizier_joins_shapes_and_redshifts(serve):
    service = serve({"VII/237": LEDA, "VII/291": GLADE})
    found = VizierCatalogue(url=service.url).cone(np.array([10.0, 50.0]), np.array([20.0, -5.0]), 600.0)
    assert found["row"].tolist() == [0, 0, 1]
    assert found["name"].tolist() == ["PGC 1", "PGC 2", "PGC 3"]
    assert found["redshift_kind"].tolist() == ["spec", "photo", ""]
    np.testing.assert_allclose(found["a_arcsec"] / HALF_LIGHT, [30, np.nan, 3 * 10**0.9])
    np.testing.assert_allclose(found["b_arcsec"] / HALF_LIGHT, [30 / 10**0.3, np.nan, np.nan])
    np.testing.assert_allclose(found["pa_deg"], [45, np.nan, np.nan])
    np.testing.assert_allclose(found["redshift"], [0.02, 0.3, np.nan])


def test_ned_gives_names_and_kinds_of_redshift(serve):
    service = serve({"objdir": NED})
    found = NedCatalogue(url=service.url).cone(np.array([50.0, 10.0]), np.array([-5.0, 20.0]), 60.0)
    assert found[["row", "name", "redshift_kind"]].values.tolist() == [
        [0, "X", ""],
        [1, "NGC 1, <b>", "spec"],
        [1, "Phot", "photo"],
    ]


def test_many_places_take_few_queries_and_each_gets_its_own_galaxies(serve):
    service = serve({"objdir": NED})
    ra, dec = np.linspace(100, 140, 45), np.full(45, 20.0)
    ra[[3, 44]] = 10.0
    ra[7] = np.nan
    found = NedCatalogue(url=service.url).cone(ra, dec, 60.0)
    assert found["row"].tolist() == [3, 3, 44, 44]
    assert len(service.queries) == 3
    # as NED's own examples write it
    assert re.search(r"CONTAINS\(POINT\('J2000', ra, dec\), CIRCLE\('J2000', [^()]*\)\) = 1", service.queries[0])
    assert sum(query.count("CIRCLE") for query in service.queries) == 44


def test_no_places_ask_nothing(serve):
    service = serve({"objdir": NED})
    assert NedCatalogue(url=service.url).cone(np.array([]), np.array([]), 60.0).empty
    assert service.queries == []


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        ("<html>maintenance</html>", 200, BadReply),
        ("", 200, BadReply),
        ("<VOTABLE/>", 400, RequestRefused),
        ("busy", 503, ServiceUnavailable),
    ],
)
def test_a_failing_service_raises_our_own_errors(serve, answer, status, error):
    service = serve({"objdir": answer}, status)
    session = http.session(retry_methods=("POST",), retries=0)
    with pytest.raises(error):
        NedCatalogue(session, service.url).cone(np.array([10.0]), np.array([20.0]), 60.0)


def test_one_failing_catalogue_leaves_the_others_answer(serve, catalogue):
    down = NedCatalogue(http.session(retry_methods=("POST",), retries=0), serve({"objdir": "busy"}, 503).url)
    answer = associate([150.0], [2.0], [down, catalogue])
    assert answer.candidates["name"].tolist()[0] == "PGC 12345"
    assert answer.answered == ("galaxies",)
    assert len(answer.problems) == 1 and answer.problems[0].startswith("NED: ")
