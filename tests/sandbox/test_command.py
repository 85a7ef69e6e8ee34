"""``manage.py alerce_sandbox``: no database, a catalogue in the folder, settings to paste."""

from __future__ import annotations

import ast
from io import StringIO

import pandas as pd
import pytest
import requests
from django.core.management import CommandError, call_command

from tom_alerce_like.management.commands import alerce_sandbox
from tom_alerce_like.sandbox.server import Sandbox


def test_it_serves_until_interrupted(monkeypatch, tmp_path):
    out, pages = StringIO(), []

    def look_around() -> None:
        url = out.getvalue().split()[3].rstrip("/")
        pages.append(requests.get(f"{url}/", timeout=5))

    monkeypatch.setattr(alerce_sandbox, "_until_interrupted", look_around)
    call_command("alerce_sandbox", port=0, folder=tmp_path / "new", seed=3, objects=14, stdout=out)

    assert "nothing here is real" in pages[0].text
    assert len(pd.read_parquet(tmp_path / "new" / "galaxies.parquet")) > 14
    names = {
        node.targets[0].id: ast.literal_eval(node.value) for node in ast.parse(out.getvalue().split("\n", 2)[2]).body
    }
    assert set(names) == {"DATA_SERVICES", "FACILITIES", "TOM_ALERCE_LIKE"}
    assert names["TOM_ALERCE_LIKE"]["HOST_CATALOGUES"] == [str(tmp_path / "new" / "galaxies.parquet")]
    with pytest.raises(requests.ConnectionError):
        requests.get(pages[0].url, timeout=5)


def test_a_port_that_is_taken_is_said(sandbox, tmp_path):
    port = int(sandbox.url.rpartition(":")[2])
    with pytest.raises(CommandError, match=f"port {port}"):
        call_command("alerce_sandbox", port=port, folder=tmp_path, objects=5)


def test_the_index_page_tells_what_was_received(get, send, report, booked):
    one = report(internal_name="<script>alert(1)</script>")
    send(one)
    page = get("/").text
    assert booked["name"] in page
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_two_at_once_do_not_know_each_other():
    with Sandbox(n_objects=5) as one, Sandbox(n_objects=5) as two:
        assert one.url != two.url
        assert one.settings()["DATA_SERVICES"]["TNS"]["base_url"] == f"{one.url}/tns"
