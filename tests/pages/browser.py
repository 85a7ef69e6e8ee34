"""A browser that reaches nothing but this machine, and what it notices."""

from __future__ import annotations

import io
import os
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Error, Locator, Page, Response, Route

CHROMIUM = Path("/usr/bin/chromium")
SIZES = {"laptop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
PICTURES = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
MAX_BYTES = 250_000
OURS = ("/alerce/", "/static/tom_alerce_like/")


class Window:
    """A window of one of `SIZES` on a live server.

    Attributes
    ----------
    blocked : addresses on the internet that pages asked for; none was reached.
    complaints : errors of our scripts, and replies of this machine that failed.
    """

    def __init__(self, browser: Browser, root: str, size: str, login: dict | None = None) -> None:
        self.root, self.size = root, size
        self.blocked: list[str] = []
        self.complaints: list[str] = []
        self.context = browser.new_context(
            viewport=SIZES[size], base_url=root, storage_state=login, reduced_motion="reduce"
        )
        self.context.route("**/*", self._only_here)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.page.on("pageerror", self._script_failed)
        self.page.on("response", self._answered)

    def go(self, path: str) -> Page:
        """Open a page and wait until all of it is there."""
        self.page.goto(path, wait_until="load")
        return self.page

    def press(self, name: str, within: Page | Locator | None = None) -> None:
        """Press the first button of this name and wait for the page that follows."""
        with self.page.expect_navigation(wait_until="load"):
            (within or self.page).get_by_role("button", name=name).first.click()

    def follow(self, name: str, within: Page | Locator | None = None) -> None:
        """Follow the first link of this name and wait for the page that follows."""
        with self.page.expect_navigation(wait_until="load"):
            (within or self.page).get_by_role("link", name=name).first.click()

    def text(self) -> str:
        """Return what the page says."""
        return self.page.inner_text("main")

    def fits(self) -> bool:
        """Whether the page is no wider than the window."""
        return self.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

    def style(self, selector: str, name: str) -> str:
        """Return a computed style of the first element that ``selector`` finds."""
        return self.page.eval_on_selector(selector, "(element, name) => getComputedStyle(element)[name]", name)

    def picture(self, name: str, of: str = "body", height: int | None = None) -> None:
        """Write ``docs/screenshots/NAME.png`` (of a phone: ``NAME-phone.png``), where SCREENSHOTS=1 asks for it.

        Shows the element ``of``, by default the page, down to ``height`` px, by default one window high.
        """
        if os.environ.get("SCREENSHOTS") != "1":
            return
        size = SIZES[self.size]
        # in a window as high as the page nothing is scrolled below the bar at the top
        self.page.set_viewport_size({**size, "height": self.page.evaluate("document.documentElement.scrollHeight")})
        shot = Image.open(io.BytesIO(self.page.locator(of).screenshot())).convert("RGB")
        self.page.set_viewport_size(size)
        file = PICTURES / f"{name}{'' if self.size == 'laptop' else '-phone'}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        shown = shot.crop((0, 0, shot.width, min(shot.height, height or size["height"])))
        shown.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=3).save(file, optimize=True)
        assert file.stat().st_size < MAX_BYTES, f"{file.name} is too large for the repository"

    def _only_here(self, route: Route) -> None:
        if route.request.url.startswith(self.root):
            route.continue_()
        else:
            self.blocked.append(route.request.url)
            route.abort()

    def _script_failed(self, error: Error) -> None:
        # the toolkit's pages complain that Aladin and JS9 are missing
        if any(place in f"{self.page.url} {error.stack}" for place in OURS):
            self.complaints.append(f"{self.page.url}: {error.message} {error.stack}")

    def _answered(self, response: Response) -> None:
        # `tom_setup` makes custom.css, which is not there without it
        if response.status >= 400 and not response.url.endswith("/custom.css"):
            self.complaints.append(f"{response.status} for {response.url} on {self.page.url}")
