"""A list from the file to the result in a real browser, on a laptop and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tom_targets.models import Target

from tests.pages.browser import CHROMIUM, Window
from tests.plugins.crossmatch.conftest import Cds
from tom_alerce_like.plugins.crossmatch.cds import CdsCatalogue
from tom_alerce_like.sky import separation_arcsec

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser: {CHROMIUM} is not there"),
]
N = 400
PASSWORD = "only for this test"


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> Iterator[Any]:
    """Debian's chromium; playwright's event loop runs in this thread, which Django takes for asynchronous code."""
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def given(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> Path:
    """A list of transients some arcsec from galaxies of a catalogue, two of its lines without a position."""
    random = np.random.default_rng(4)
    ra, dec = random.uniform(140, 160, N), random.uniform(-10, 20, N)
    galaxies = {"name": [f"NGC {number}" for number in range(N)], "ra": ra, "dec": dec}
    galaxies |= {"z": random.uniform(0.01, 0.1, N).round(4), "mag": random.uniform(14, 19, N).round(2)}
    pd.DataFrame(galaxies).to_parquet(tmp_path / "galaxies.parquet", index=False)
    settings.TOM_ALERCE_LIKE = {"XMATCH_CATALOGUES": {"galaxies": str(tmp_path / "galaxies.parquet")}}
    monkeypatch.setattr(CdsCatalogue, "batch_rows", 100)
    away = np.abs(random.normal(0, 2.5, N)) / 3600
    names = [f"AT 2026{'abcdefghij'[number % 10]}{number}" for number in range(N)]
    table = pd.DataFrame({"name": names, "ra": ra.round(6), "dec": (dec + away).round(6), "discovered": "2026-11-19"})
    table[["ra", "dec"]] = table[["ra", "dec"]].astype(str)
    table.loc[3, "dec"], table.loc[17, ["ra", "dec"]] = "95.0", ["unknown", ""]
    Target.objects.create(name=names[1], type="SIDEREAL", ra=ra[1], dec=dec[1])
    table.to_csv(tmp_path / "transients.csv", index=False)
    return tmp_path / "transients.csv"


def test_a_list_is_matched(browser, live_server, given: Path, cds: Cds, django_user_model):
    django_user_model.objects.create_superuser("observer", password=PASSWORD)
    laptop = Window(browser, live_server.url, "laptop")
    page = laptop.go("/alerce/xmatch/")
    page.fill("input[name=login]", "observer")
    page.fill("input[name=password]", PASSWORD)
    with page.expect_navigation():
        page.press("input[name=password]", "Enter")
    page.set_input_files("input[name=file]", given)
    laptop.press("Upload")
    assert f"{N} rows" in laptop.text() and page.locator("select[name=ra]").input_value() == "1"
    page.get_by_label("galaxies", exact=True).check()
    page.get_by_label("AAVSO VSX").check()
    page.get_by_label("Radius").fill("8")
    laptop.picture("xmatch-options", height=1000)
    laptop.press("Match")
    seen = watch(laptop)
    assert len(seen) > 2 and seen == sorted(seen) and len(cds.asked) == -(-(N - 2) // 100)
    look_at_the_result(laptop, given)
    phone = Window(browser, live_server.url, "phone", laptop.context.storage_state())
    for picture, path in {"xmatch": page.url, "xmatch-lists": "/alerce/xmatch/"}.items():
        phone.go(path)
        phone.page.wait_for_function("window.bootstrap !== undefined")
        assert phone.fits(), f"{path} is too wide"
        phone.picture(picture, height=2200)
    phone.press("Delete")
    assert "Deleted transients.csv" in phone.text() and "None yet" in phone.text()
    assert laptop.complaints + phone.complaints == []


def watch(window: Window) -> list[int]:
    """Return what the progress bar shows until it is gone."""
    seen = []
    bar = window.page.locator("[role=progressbar]")
    while window.page.get_by_role("link", name="Download the result").count() == 0:
        shown = bar.get_attribute("aria-valuenow", timeout=20_000) if bar.count() else None
        if shown and int(shown) not in seen:
            seen.append(int(shown))
            if len(seen) == 2:
                window.picture("xmatch-progress", height=420)
        window.page.wait_for_timeout(50)
    return seen


def look_at_the_result(window: Window, given: Path) -> None:
    page = window.page
    page.wait_for_selector(".alerce-plot .main-svg")
    assert page.locator(".alerce-plot .point").count() > 10
    assert page.locator("tbody tr .alerce-name").count() == 50
    assert "2 rows have no position" in window.text() and "line 5: Dec 95.0 is beyond 90" in window.text()
    assert page.locator("td[data-label=Targets]").all_inner_texts() == ["AT 2026b1"]
    assert window.fits()
    window.picture("xmatch", height=1300)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the result").click()
    result = pd.read_csv(download.value.path())
    assert download.value.suggested_filename == "transients_xmatch.csv"
    assert result["name"].nunique() == N and [*result.columns[:4]] == ["name", "ra", "dec", "discovered"]
    matched = result.dropna(subset="galaxies_ra")
    ra, dec = (pd.to_numeric(matched[name]) for name in ("ra", "dec"))
    apart = separation_arcsec(ra, dec, matched["galaxies_ra"], matched["galaxies_dec"])
    assert len(matched) > 300 and np.allclose(apart, matched["galaxies_separation_arcsec"], atol=1e-5)
