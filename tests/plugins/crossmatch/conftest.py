"""Small catalogues on disk, and services on this machine that speak like CDS and catsHTM."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Iterator
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd
import pytest

from tom_alerce_like.sky import separation_arcsec

STARS = pd.DataFrame(
    {
        "star": ["near", "far", "wrapped", "pole", "=1+1"],
        "ra": [10.0, 10.001, 359.9999, 77.0, 200.0],
        "dec": [20.0, 20.0, 0.0, 89.9999, -45.5],
        "mag": [15.5, np.nan, 17.25, 18.0, 19.0],
    }
)


@pytest.fixture
def stars(tmp_path: Path) -> Path:
    """A catalogue of five stars as a parquet file."""
    path = tmp_path / "stars.parquet"
    STARS.to_parquet(path, index=False)
    return path


@pytest.fixture
def named(stars: Path, settings: Any) -> Path:
    """The same catalogue under the name ``stars`` in the settings."""
    settings.TOM_ALERCE_LIKE = {"XMATCH_CATALOGUES": {"stars": str(stars)}, "TIMEOUT_S": 5.0}
    return stars


class Cds:
    """Answers as the cross-match service of CDS does, from `STARS`; ``faults`` are what it answers first instead."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.faults: list[tuple[int, bytes]] = []

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/xmatch/api/v1/sync"
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def reply(self, fields: dict[str, str]) -> tuple[int, bytes]:
        self.asked.append(fields)
        if self.faults:
            return self.faults.pop(0)
        given = pd.read_csv(io.StringIO(fields["cat1"]))
        ra, dec = (given[fields[name]].to_numpy()[:, None] for name in ("colRA1", "colDec1"))
        apart = separation_arcsec(ra, dec, STARS["ra"].to_numpy(), STARS["dec"].to_numpy())
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["angDist", *given.columns, "main_id", "RAdeg", "mag"])
        # not ordered by place, as the real one is not
        for row, star in reversed(np.argwhere(apart <= float(fields["distMaxArcsec"])).tolist()):
            said = [STARS["star"][star], STARS["ra"][star], STARS["mag"][star]]
            writer.writerow([f"{apart[row, star]:.6f}", *given.iloc[row], *said])
        return 200, out.getvalue().encode()


def _handler(service: Any) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
            parts = BytesParser(policy=HTTP).parsebytes(head + body).iter_parts()
            fields = {
                str(part.get_param("name", header="content-disposition")): part.get_content().strip() for part in parts
            }
            self._answer(*service.reply(fields))

        def do_GET(self) -> None:
            asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            self._answer(*service.reply(asked))

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    return Handler


class Recorded(Cds):
    """Answers any question with the same bytes: catsHTM as it was recorded."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.body = body

    def reply(self, fields: dict[str, str]) -> tuple[int, bytes]:
        self.asked.append(fields)
        return self.faults.pop(0) if self.faults else (200, self.body)


@pytest.fixture
def cds(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cds]:
    """A service that every `CdsCatalogue` made in the test asks."""
    from tom_alerce_like.plugins.crossmatch.cds import CdsCatalogue

    with Cds() as service:
        monkeypatch.setattr(CdsCatalogue.__init__, "__defaults__", (None, service.url))
        yield service
