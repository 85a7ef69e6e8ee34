"""One evening of an astronomer in a real browser, without internet, against the simulated services."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command

from tests.pages.browser import CHROMIUM, Window
from tom_alerce_like.clock import now_mjd
from tom_alerce_like.models import Candidate
from tom_alerce_like.plugins.scheduling.sites import OCS_SITES
from tom_alerce_like.plugins.scheduling.visibility import observable_hours
from tom_alerce_like.sandbox.night import Source
from tom_alerce_like.sandbox.server import Sandbox

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser: {CHROMIUM} is not there"),
]
PASSWORD = "only for this test"
ONE_METRES = [site for site in OCS_SITES if site.name not in ("Haleakala", "Cerro Pachon")]
TAB = "section.alerce-tab"


@pytest.fixture
def sandbox(settings: Any, tmp_path: Any) -> Iterator[Sandbox]:
    """The simulated services, and a TOM that talks to them."""
    with Sandbox(seed=1, n_objects=100) as running:
        running.night.write_galaxies(tmp_path / "galaxies.parquet")
        for name, value in running.settings().items():
            setattr(settings, name, value)
        settings.TOM_ALERCE_LIKE = {"HOST_CATALOGUES": [str(tmp_path / "galaxies.parquet")]}
        yield running


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> Iterator[Any]:
    """Debian's chromium; playwright's event loop runs in this thread, which Django takes for asynchronous code."""
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


def test_from_a_query_to_a_request_and_a_report(browser, live_server, sandbox, django_user_model):
    django_user_model.objects.create_superuser("observer", password=PASSWORD)
    laptop = Window(browser, live_server.url, "laptop")
    log_in(laptop)
    first, second = query_by_class(laptop, sandbox)
    third = query_by_cone(laptop, sandbox, {first, second})
    run_the_chain(targets=3)
    choose_candidates(laptop, {first, second, third})
    look_at_target(laptop, first)
    request_follow_up(laptop, sandbox, first)
    request_on_the_toolkits_page(laptop, sandbox, second)
    report_to_tns(laptop, first)
    report_together(laptop, [second, third])
    take_all_results(laptop)
    plan_the_night(laptop)
    phone = Window(browser, live_server.url, "phone", laptop.context.storage_state())
    take_the_phone(phone, first, third)
    assert laptop.complaints + phone.complaints == []
    assert any("cdn" in url for url in laptop.blocked), "the toolkit's base page asks a CDN for Bootstrap"


def young_supernovae(sandbox: Sandbox) -> list[Source]:
    """Return ZTF supernovae with a host and a few detections, up for telescopes tonight; the youngest first."""
    found = [source for source in sandbox.night.of("ZTF") if source.truth.kind.startswith("SN")]
    clear = [source for source in found if len(source.detections) > 3 and source.truth.host is not None]
    ra_deg, dec_deg = ([getattr(source.truth, name) for source in clear] for name in ("ra_deg", "dec_deg"))
    hours = observable_hours(ra_deg, dec_deg, ONE_METRES, now_mjd()).max(axis=1)
    seen = [source for source, some in zip(clear, hours, strict=True) if some > 1]
    return sorted(seen, key=lambda source: -source.detections["mjd"][0])


def log_in(window: Window) -> None:
    page = window.go("/alerce/candidates/")
    assert "/accounts/login/" in page.url
    page.fill("input[name=login]", "observer")
    page.fill("input[name=password]", PASSWORD)
    with page.expect_navigation():
        page.press("input[name=password]", "Enter")
    assert "No candidates yet" in window.text()
    looks_as_it_should(window)


def looks_as_it_should(window: Window) -> None:
    """Bootstrap comes from our copy, since nothing else can be reached."""
    window.page.wait_for_selector("#alerce-bootstrap", state="attached")
    window.page.wait_for_function("window.bootstrap !== undefined")
    assert window.style("nav.navbar", "position") == "fixed"
    assert window.style("main .btn", "borderRadius") != "0px"
    assert window.style("main .btn", "textDecorationLine") == "none"
    assert window.page.locator("#navbarsExampleDefault").is_visible() == (window.size == "laptop")
    assert window.fits()


def query_by_class(window: Window, sandbox: Sandbox) -> list[str]:
    """Ask ALeRCE for supernovae, sort by age, and make targets of two."""
    page = window.go("/alerce/query/")
    window.follow("ALeRCE")
    page.fill("input[name=class_name]", "SN")
    page.fill("input[name=min_probability]", "0.2")
    window.picture("query")
    window.press("Run")
    assert page.locator("tbody .alerce-bar").count() >= 3
    page.get_by_role("link", name="First seen").click()
    page.wait_for_selector("th[aria-sort=descending]")
    offered = page.locator("tbody .alerce-name").all_inner_texts()
    names = [source.object_id for source in young_supernovae(sandbox) if source.object_id in offered][:2]
    create(window, names)
    assert "2 targets (2 new)" in window.text()
    assert set(page.locator("tbody a[href^='/targets/']").all_inner_texts()) == set(names)
    window.picture("results")
    return names


def query_by_cone(window: Window, sandbox: Sandbox, known: set[str]) -> str:
    """Ask Fink around another supernova, which becomes the third target."""
    source = next(source for source in young_supernovae(sandbox) if source.object_id not in known)
    page = window.go("/alerce/query/new/Fink-multisurvey/")
    page.fill("input[name=centre]", f"{source.truth.ra_deg:.6f} {source.truth.dec_deg:.6f}")
    page.fill("input[name=radius_arcsec]", "5")
    window.press("Run")
    assert page.locator("tbody .alerce-name").all_inner_texts() == [source.object_id]
    create(window, [source.object_id])
    window.follow(source.object_id, within=page.locator("tbody"))
    assert source.object_id in page.inner_text("#target-info")
    return source.object_id


def create(window: Window, names: list[str]) -> None:
    for name in names:
        window.page.get_by_label(f"choose {name}").check()
    window.press("Create targets")


def run_the_chain(targets: int) -> None:
    """Classify, find hosts, rank and plan, as cron does."""
    said = io.StringIO()
    call_command("alerce_run", user="observer", since_hours=1, stdout=said)
    assert f"ranked={targets} " in said.getvalue() and said.getvalue().endswith("errors=0\n")


def choose_candidates(window: Window, names: set[str]) -> None:
    """Filter, sort, choose and act on the list of candidates."""
    page = window.go("/alerce/candidates/")
    assert set(shown(window)) == names
    looks_as_it_should(window)
    window.follow("Mag")
    mags = [float(text.split()[-1]) for text in page.locator("td[data-label=Mag]").all_inner_texts()]
    assert mags == sorted(mags)
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Name begins with").fill(min(names))
    window.press("Apply")
    assert shown(window) == [min(names)]
    window.go("/alerce/candidates/")
    window.press("Request follow-up")
    assert "Choose at least one target" in window.text()
    page.get_by_label("choose all").check()
    window.press("Request follow-up")
    assert "Submit 3 requests" in window.text()


def shown(window: Window) -> list[str]:
    return [text.split("\n")[0] for text in window.page.locator("tbody .alerce-name").all_inner_texts()]


def open_target(window: Window, name: str) -> None:
    window.go("/alerce/candidates/")
    window.follow(name)
    window.page.wait_for_selector(TAB)
    window.page.wait_for_selector(".alerce-plot .main-svg")


def look_at_target(window: Window, name: str) -> None:
    """Stamps are images, the light curve is drawn, and every panel speaks."""
    open_target(window, name)
    page = window.page
    stamps = page.locator(".alerce-stamps img")
    assert stamps.count() == 3
    for stamp in stamps.all():
        stamp.scroll_into_view_if_needed()
    page.wait_for_function(
        "[...document.querySelectorAll('.alerce-stamps img')].every(image => image.naturalWidth > 0)"
    )
    assert page.locator(".alerce-plot .scatterlayer .point").count() > 3
    page.locator("[hx-get$='/verdicts/']").scroll_into_view_if_needed()
    page.wait_for_selector(".alerce-verdicts .main-svg")
    assert page.locator(".alerce-card .alerce-bar").count() > 3
    assert window.style(".alerce-stamps", "display") == "flex", "our stylesheet came with the tab"
    assert page.get_by_role("heading", name="What it is").count() == 1
    assert "the survey's own" in page.locator(".alerce-picture").inner_text()
    headings = " ".join(page.locator(".alerce-panel h5").all_inner_texts())
    assert [part for part in ("Host", "Priority", "Visibility", "Follow-up", "TNS") if part not in headings] == []
    assert page.locator(".alerce-sky polyline").count() > 0
    window.picture("target", of=TAB, height=1900)


def request_follow_up(window: Window, sandbox: Sandbox, name: str) -> None:
    """Ask for an observation with our short form."""
    window.press("Request follow-up", within=window.page.locator(TAB))
    window.page.get_by_label("Why").fill("to see whether it still rises")
    window.picture("follow-up", height=1200)
    window.press("Submit 1 request")
    row = window.page.locator("tbody tr", has_text=name)
    assert "accepted" in row.inner_text() and "to see whether it still rises" in row.inner_text()
    assert [group["name"].startswith(name) for group in sandbox.portal.bookings.groups.values()] == [True]
    looks_as_it_should(window)
    window.picture("requests")


def request_on_the_toolkits_page(window: Window, sandbox: Sandbox, name: str) -> None:
    page = window.go(f"/observations/OCS-portal/create/?target_id={target_id(name)}")
    window.press("Submit")
    assert len(sandbox.portal.bookings.groups) == 2, page.inner_text("main")
    assert name in window.go("/alerce/followup/").inner_text("tbody")


def target_id(name: str) -> int:
    return Candidate.objects.get(object_id=name).pk


def report_to_tns(window: Window, name: str) -> None:
    """Preview, send, fetch the reply as cron does, and find the IAU name on the target's page."""
    open_target(window, name)
    window.follow("Report to TNS", within=window.page.locator(".alerce-panel"))
    assert "TNS sandbox" in window.text() and "Last non-detection" in window.text()
    window.picture("tns", height=1300)
    window.press("Send to TNS sandbox")
    assert name in window.page.inner_text("tbody, table")
    for _ in range(3):
        call_command("alerce_tns", stdout=io.StringIO())
    open_target(window, name)
    panel = window.page.locator(".alerce-panel", has_text="TNS").last.inner_text()
    assert "AT 20" in panel and "accepted" in panel
    about = window.page.inner_text("#target-info")
    assert "AT 20" in about and "unknown status" not in about


def report_together(window: Window, names: list[str]) -> None:
    """Preview two reports at once from the list, and send none."""
    window.go("/alerce/candidates/")
    for name in names:
        window.page.get_by_label(f"choose {name}").check()
    window.press("Report to TNS")
    assert "Report 2 targets to TNS" in window.text()
    assert all(name in window.text() for name in names)
    assert window.go("/alerce/tns/").locator("tbody tr, table tr:has(td)").count() == 1


def take_all_results(window: Window) -> None:
    """Make targets of all that ALeRCE found; those that are there are updated."""
    page = window.go("/alerce/query/")
    window.follow("ALeRCE-multisurvey", within=page.locator("main"))
    everything = page.locator("tbody .alerce-name").count()
    new = everything - page.locator("tbody a[href^='/targets/']").count()
    page.get_by_label("choose all on this page").check()
    window.press("Create targets")
    assert f"{everything} targets ({new} new)" in window.text()
    run_the_chain(targets=3 + new)
    window.go("/alerce/candidates/")
    assert len(shown(window)) == 3 + new > 3
    window.picture("candidates")
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Only where others contradict us").check()
    window.press("Apply")
    differing = set(Candidate.objects.exclude(disagreement="").values_list("object_id", flat=True))
    assert set(shown(window)) == differing and 0 < len(differing) < 3 + new
    assert page.locator("tbody .alerce-differs").count() == len(differing)
    assert window.fits()


def plan_the_night(window: Window) -> None:
    page = window.go("/alerce/plan/")
    window.press("Plan anew from now")
    assert "Planned" in window.text()
    assert page.locator(".alerce-dark").count() > 0
    looks_as_it_should(window)
    window.picture("plan")


def take_the_phone(window: Window, name: str, unreported: str) -> None:
    """Every main page fits a phone."""
    pages = {
        "query": "/alerce/query/new/ALeRCE-multisurvey/",
        "results": window.go("/alerce/query/").locator("a[href*='/results/']").last.get_attribute("href"),
        "candidates": "/alerce/candidates/",
        "follow-up": f"/alerce/followup/request/?target={target_id(unreported)}",
        "requests": "/alerce/followup/",
        "tns": f"/alerce/tns/target/{target_id(unreported)}/",
        "reports": "/alerce/tns/",
        "plan": "/alerce/plan/",
        "strange": "/alerce/strange/",
    }
    for picture, path in pages.items():
        window.go(path)
        window.page.wait_for_function("window.bootstrap !== undefined")
        assert window.fits(), f"{path} is too wide"
        assert not window.page.locator("#navbarsExampleDefault").is_visible()
        window.picture(picture)
    open_target(window, name)
    assert window.fits()
    window.picture("target", of=TAB, height=1900)
    window.page.locator(".navbar-toggler").click()
    window.page.get_by_role("link", name="Alerts").last.wait_for(state="visible")
