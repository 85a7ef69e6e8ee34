"""The panel in a real browser: ellipses lie on the galaxies of the picture, one click confirms, and it fits a phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.pages.browser import CHROMIUM, Window
from tests.plugins.hosts.conftest import moved
from tom_alerce_like.models import Candidate
from tom_alerce_like.plugins.hosts.associate import associate
from tom_alerce_like.plugins.hosts.catalogue import galaxies
from tom_alerce_like.plugins.hosts.models import HostLabel
from tom_alerce_like.plugins.hosts.picture import picture
from tom_alerce_like.plugins.hosts.redshift import mixture
from tom_alerce_like.plugins.hosts.store import save

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser: {CHROMIUM} is not there"),
]
PASSWORD = "only for this test"
PANEL = ".alerce-panel:has(.alerce-host-verdict)"
PIXEL_ARCSEC, SIDE_ARCSEC = 0.25, 60.0
#: Galaxies around the transient: north and east (arcsec), semi-axes, position angle, magnitude, redshift and its error.
SKY = {
    "SIM J1": (-4.0, 3.0, 6.0, 3.0, 60.0, 17.2, 0.0712, 0.0002, "spec"),
    "SIM J2": (9.0, -8.0, 3.0, 2.0, 150.0, 19.1, 0.31, 0.04, "photo"),
    "SIM J3": (-16.0, -12.0, 2.0, 1.8, 20.0, 20.3, np.nan, np.nan, ""),
}
RA, DEC = 150.0, 2.0


class Survey:
    """A catalogue of the galaxies of `SKY`."""

    name, radius_arcsec, completeness, depth_mag = "simulated survey", 60.0, 0.9, 18.0

    def cone(self, ra_deg, dec_deg, radius_arcsec):
        north, east, a, b, pa, mag, z, z_err, kind = zip(*SKY.values(), strict=True)
        places = [moved(RA, DEC, *place) for place in zip(north, east, strict=True)]
        numbers = {"a_arcsec": a, "b_arcsec": b, "pa_deg": pa, "mag": mag, "redshift": z, "redshift_err": z_err}
        texts = {"id": SKY, "name": SKY, "redshift_kind": kind, "catalogue": [self.name] * len(SKY)}
        where = {"row": [0] * len(SKY), "ra_deg": [ra for ra, _ in places], "dec_deg": [dec for _, dec in places]}
        return galaxies({**where, **numbers, **{name: list(values) for name, values in texts.items()}})


def image() -> np.ndarray:
    """The galaxies of `SKY` as exponential discs, with noise."""
    y, x = (np.indices((480, 480)) - 239.5) * PIXEL_ARCSEC
    total = np.random.default_rng(1).normal(0, 0.02, y.shape)
    for north, east, a, b, pa, mag, *_ in SKY.values():
        d_north, d_east, turn = y - north, -x - east, np.radians(pa)
        along, across = d_north * np.cos(turn) + d_east * np.sin(turn), d_east * np.cos(turn) - d_north * np.sin(turn)
        total += 10 ** (-0.4 * (mag - 19.5)) / (a * b) * np.exp(-1.68 * np.hypot(along / a, across / b))
    return total


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
def target(new_target, transactional_db):
    target = new_target("ZTF26hostaaa", RA, DEC)
    answer = associate(RA, DEC, [Survey()], top=5)
    pictures = [picture(image(), PIXEL_ARCSEC, SIDE_ARCSEC, "simulated")]
    save([target.pk], answer, redshifts=mixture(answer.candidates, answer.none), pictures=pictures)
    return target


def test_a_person_sees_the_host_and_says_what_it_is(browser, live_server, target, django_user_model):
    django_user_model.objects.create_superuser("observer", password=PASSWORD)
    laptop = Window(browser, live_server.url, "laptop")
    log_in(laptop)
    open_panel(laptop, target)
    panel = laptop.page.locator(PANEL)
    assert "SIM J1" in panel.locator(".alerce-host-verdict").inner_text()
    assert panel.locator("ellipse").count() == len(SKY)
    assert_ellipses_lie_on_galaxies(laptop)
    laptop.picture("host", of=PANEL, height=1100)
    phone = Window(browser, live_server.url, "phone", laptop.context.storage_state())
    open_panel(phone, target)
    assert_ellipses_lie_on_galaxies(phone)
    phone.picture("host", of=PANEL, height=1500)
    assert laptop.fits() and phone.fits()
    laptop.press("Confirm", within=panel)
    assert HostLabel.objects.get().name == Candidate.objects.get().host_name == "SIM J1"
    open_panel(phone, target)
    assert "chosen by observer" in phone.page.locator(PANEL).inner_text()
    phone.press("None of these", within=phone.page.locator(PANEL))
    assert HostLabel.objects.get().is_none and Candidate.objects.get().host_name == ""
    assert laptop.complaints + phone.complaints == []


def assert_ellipses_lie_on_galaxies(window: Window) -> None:
    """The picture has loaded, and within each ellipse it is brighter than at the same distance from the middle."""
    window.page.wait_for_function("document.querySelector('.alerce-host-sky image').getBBox().width > 0")
    inside, opposite = window.page.evaluate(
        """async () => {
            const svg = document.querySelector('.alerce-host-sky svg');
            const image = svg.querySelector('image');
            const png = new Image();
            png.src = image.getAttribute('href');
            await png.decode();
            const canvas = Object.assign(document.createElement('canvas'), {width: png.width, height: png.height});
            const context = canvas.getContext('2d');
            context.drawImage(png, 0, 0);
            const box = image.getBBox(), size = svg.viewBox.baseVal.width;
            const grey = (x, y) => context.getImageData(
                Math.round((x - box.x) / box.width * png.width),
                Math.round((y - box.y) / box.height * png.height), 1, 1).data[0];
            const at = [...svg.querySelectorAll('ellipse')].map(
                (one) => [Number(one.getAttribute('cx')), Number(one.getAttribute('cy'))]);
            return [at.map(([x, y]) => grey(x, y)), at.map(([x, y]) => grey(size - x, size - y))];
        }"""
    )
    assert len(inside) == len(SKY)
    assert all(bright > dark + 20 for bright, dark in zip(inside, opposite, strict=True)), (inside, opposite)


def log_in(window: Window) -> None:
    page = window.go("/alerce/candidates/")
    page.fill("input[name=login]", "observer")
    page.fill("input[name=password]", PASSWORD)
    with page.expect_navigation():
        page.press("input[name=password]", "Enter")


def open_panel(window: Window, target: Any) -> None:
    window.page.set_default_timeout(120_000)  # a busy machine takes its time over the toolkit's page
    page = window.go(f"/targets/{target.pk}/?tab=alerts")
    page.wait_for_function("window.bootstrap !== undefined")
    page.wait_for_selector(PANEL)
    page.locator(PANEL).scroll_into_view_if_needed()
