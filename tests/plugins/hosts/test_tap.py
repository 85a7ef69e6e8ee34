"""The online catalogues against a service on this machine that answers, fails or babbles."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import numpy as np
import pytest

from tom_alerce_like import http
from tom_alerce_like.exceptions import BadReply, RequestRefused, ServiceUnavailable
from tom_alerce_like.plugins.hosts.associate import associate
from tom_alerce_like.plugins.hosts.tap import NedCatalogue, VizierCatalogue

LEDA = "PGC,RAJ2000,DEJ2000,logD25,logR25,PA\n1,10.0,20.0,1.0,0.3,45\n2,10.001,20.0,9.99,9.99,999\n3,50.0,-5.0,0.9,,\n"
GLADE = "PGC,Bmag,zhelio,e_zhelio,f_dL\n1,15.5,0.02,0.0001,3\n2,,0.3,0.05,1\n"
NED = 'prefname,ra,dec,z,zunc,zflag\n"NGC 1, <b>",10.0,20.0,0.02,1e-5,SPEC\nPhot,10.002,20.0,0.2,,PHOT \nX,50,-5,,,\n'


class Service:
    """Answers each query by the first text whose key it contains."""

    def __init__(self, answers: dict[str, str], status: int = 200) -> None:
        self.queries: list[str] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                service.queries.append(form["QUERY"][0])
                body = next(text for key, text in answers.items() if key in form["QUERY"][0]).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """Stay silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/tap/sync"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def serve():
    started = []

    def start(answers: dict[str, str], status: int = 200) -> Service:
        started.append(Service(answers, status))
        return started[-1]

    yield start
    for service in started:
        service.close()


def test_vizier_joins_shapes_and_redshifts(serve):
    service = serve({"VII/237": LEDA, "VII/291": GLADE})
    found = VizierCatalogue(url=service.url).cone(np.array([10.0, 50.0]), np.array([20.0, -5.0]), 600.0)
    assert found["row"].tolist() == [0, 0, 1]
    assert found["name"].tolist() == ["PGC 1", "PGC 2", "PGC 3"]
    assert found["redshift_kind"].tolist() == ["spec", "photo", ""]
    np.testing.assert_allclose(found["a_arcsec"], [30, np.nan, 3 * 10**0.9])
    np.testing.assert_allclose(found["b_arcsec"], [30 / 10**0.3, np.nan, np.nan])
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
