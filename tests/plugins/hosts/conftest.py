"""Small galaxy catalogues on disk and on a service of this machine, and targets near their galaxies."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pandas as pd
import pytest

from tom_alerce_like.models import Candidate
from tom_alerce_like.plugins.hosts.dlr import ARCSEC_PER_RADIAN
from tom_alerce_like.plugins.hosts.sources.glade import GladeCatalogue

LEDA = "PGC,RAJ2000,DEJ2000,logD25,logR25,PA\n1,10.0,20.0,1.0,0.3,45\n2,10.001,20.0,9.99,9.99,999\n3,50.0,-5.0,0.9,,\n"
GLADE = "PGC,Bmag,zhelio,e_zhelio,f_dL\n1,15.5,0.02,0.0001,3\n2,,0.3,0.05,1\n"
NED = 'prefname,ra,dec,z,zunc,zflag\n"NGC 1, <b>",10.0,20.0,0.02,1e-5,SPEC\nPhot,10.002,20.0,0.2,,PHOT \nX,50,-5,,,\n'
NAMES = ("PGC", "GWGC", "HyperLEDA", "2MASS", "WISExSCOS")


def galaxy(ra_deg: float, dec_deg: float, a_arcsec: float = 20.0, ratio: float = 2.0, pa_deg: float = 0.0, **others):
    """A row with the columns of the GLADE+ list."""
    shape = {"log_d25_0p1arcmin": np.log10(a_arcsec / 3), "log_r25": np.log10(ratio), "pa_deg": pa_deg}
    return {"ra_deg": ra_deg, "dec_deg": dec_deg, **shape, "b_mag": 15.0, "z": 0.03, "z_err": 0.001, **others}


def write(path: Path, rows: list[dict]) -> Path:
    table = pd.DataFrame(rows)
    table["glade_id"] = np.arange(1, len(table) + 1)
    for name in NAMES:
        table[name] = table.get(name, pd.Series([None] * len(table), dtype="object")).astype("string")
    table.to_parquet(path)
    return path


def moved(ra_deg: float, dec_deg: float, north_arcsec: float, east_arcsec: float) -> tuple[float, float]:
    """A place some arcsec away: good to the precision that a catalogue test needs, away from the poles."""
    dec = dec_deg + north_arcsec / 3600
    return (ra_deg + np.degrees(east_arcsec / ARCSEC_PER_RADIAN) / np.cos(np.radians(dec))) % 360, dec


@pytest.fixture
def catalogue(tmp_path) -> GladeCatalogue:
    """Three galaxies: one at RA 0, one large with a small neighbour."""
    rows = [
        galaxy(0.0, -30.0, GWGC="NGC0001", HyperLEDA="NGC0001"),
        galaxy(150.0, 2.0, a_arcsec=60.0, pa_deg=90.0, HyperLEDA="12345", PGC="12345"),
        galaxy(*moved(150.0, 2.0, 90.0, 0.0), a_arcsec=6.0, ratio=1.0, pa_deg=np.nan),
    ]
    return GladeCatalogue(write(tmp_path / "galaxies.parquet", rows))


@pytest.fixture
def new_target(db):
    """Makes a target with its summary row at a place."""
    from tom_targets.models import Target

    def make(name: str, ra_deg: float, dec_deg: float, **fields) -> Target:
        target = Target.objects.create(name=name, type="SIDEREAL", ra=ra_deg, dec=dec_deg, **fields)
        Candidate.objects.create(target=target, survey="ZTF", object_id=name, ra_deg=ra_deg, dec_deg=dec_deg)
        return target

    return make


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
