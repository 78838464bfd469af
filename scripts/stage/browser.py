"""A real browser on Home Assistant's pages: Chromium, driven by Playwright, without a window."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import unquote

from playwright.async_api import (
    Browser as PlaywrightBrowser,
    Error,
    Locator,
    Page,
    Playwright,
    TimeoutError as PlaywrightTimeoutError,
    ViewportSize,
    async_playwright,
)

from .dashboard import URL_PATH
from .errors import StageError
from .waiting import eventually

_SECONDS = 30.0
_VIEWPORT = ViewportSize(width=1440, height=900)  # a laptop's; the whole dashboard fits
_NAMES = ("chromium", "google-chrome", "google-chrome-stable")
LIVE_CARD = "hui-picture-entity-card ha-camera-stream img"

# How many different pictures an <img> shows until it has shown `wanted`, or time is over. Each is
# drawn small and told from the others by its bytes: a stream that has stopped shows one for ever.
_COUNT_PICTURES = """
(image, [wanted, milliseconds]) => new Promise((resolve) => {
  const canvas = new OffscreenCanvas(160, 90);
  const context = canvas.getContext("2d", {willReadFrequently: true});
  const pictures = new Set();
  const end = performance.now() + milliseconds;
  const look = () => {
    if (image.isConnected && image.naturalWidth > 0) {
      context.drawImage(image, 0, 0, 160, 90);
      pictures.add(context.getImageData(0, 0, 160, 90).data.join());
    }
    const over = pictures.size >= wanted || performance.now() > end;
    over ? resolve(pictures.size) : requestAnimationFrame(look);
  };
  look();
})
"""


class Browser:
    """One page of one user."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self._url = url

    async def log_in(self, user: str, password: str) -> None:
        """Open Home Assistant and type in who we are."""
        await self.page.goto(self._url, wait_until="domcontentloaded")
        await self.page.locator("input[name=username]").fill(user)
        await self.page.locator("input[name=password]").fill(password)
        await self.page.locator("input[name=password]").press("Enter")
        await self.page.locator("home-assistant-main").wait_for(state="attached")

    async def open_dashboard(self) -> None:
        """Choose our dashboard in the sidebar."""

        async def look() -> bool | None:
            # A new dashboard moves the sidebar's other entries: a click may come upon a neighbour.
            await self.page.locator(f"#sidebar-panel-{URL_PATH} a").click()
            return f"/{URL_PATH}" in self.page.url or None

        await eventually("The dashboard", look, within_seconds=_SECONDS)

    def live_card(self) -> Locator:
        """The live picture on the dashboard."""
        return self.page.locator(LIVE_CARD).first

    async def until_moving(
        self, image: Locator, *, pictures: int = 5, within_seconds: float = _SECONDS
    ) -> None:
        """Return when `image` has shown this many different pictures within three seconds."""

        async def look() -> bool | None:
            try:
                shown = await image.evaluate(_COUNT_PICTURES, [pictures, 3000], timeout=3000)
            except Error:  # not there yet, or replaced meanwhile
                return None
            return shown >= pictures or None

        await eventually("The live picture moves", look, within_seconds=within_seconds)

    async def until_loaded(self, entity_id: str, version: str, *, within_seconds: float) -> None:
        """Return when an image entity's picture is shown as it was at this state."""
        image = self.page.locator(f"hui-image img[src*='{entity_id}']").first

        async def look() -> bool | None:
            try:
                address = await image.get_attribute("src", timeout=3000) or ""
                width = await image.evaluate("image => image.naturalWidth", timeout=3000)
            except Error:
                return None
            return (width > 0 and f"state={version}" in unquote(address)) or None

        await eventually(f"{entity_id} on the page", look, within_seconds=within_seconds)

    async def until_shown(self, element: str, text: str, *, within_seconds: float) -> None:
        """Return when an element of this kind with this text in it is to be seen."""
        found = self.page.locator(element).filter(has_text=text).first
        try:
            await found.wait_for(state="visible", timeout=within_seconds * 1000)
        except PlaywrightTimeoutError as error:
            raise StageError(
                f"the page does not show {text!r} in a {element} in {within_seconds:g} seconds"
            ) from error

    async def save_screenshot(self, file: Path) -> None:
        """Save what the window shows as PNG, once what moves into its place has got there."""
        file.parent.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=file, animations="disabled")


@asynccontextmanager
async def open_browser(url: str, *, locale: str = "en-US") -> AsyncIterator[Browser]:
    """A browser that has not seen the Home Assistant at `url` yet, whose user speaks this."""
    async with async_playwright() as playwright:
        browser = await launch_browser(playwright)
        try:
            context = await browser.new_context(locale=locale, viewport=_VIEWPORT)
            context.set_default_timeout(_SECONDS * 1000)
            yield Browser(await context.new_page(), url)
        finally:
            await browser.close()


async def launch_browser(playwright: Playwright) -> PlaywrightBrowser:
    """Chromium without a window; StageError where there is none."""
    try:
        return await playwright.chromium.launch(
            executable_path=_executable(),
            # Chromium refuses to sandbox itself as root; anybody else keeps the sandbox.
            chromium_sandbox=os.geteuid() != 0,
            args=["--disable-dev-shm-usage", "--disable-background-networking"],
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
        )
    except Error as error:
        raise StageError(
            f"no browser: install chromium, or name one in PMC_CHROMIUM ({error.message})"
        ) from error


def _executable() -> str | None:
    """The system's Chromium; `scripts/setup` looks in the same places. None: Playwright's own."""
    for name in (os.environ.get("PMC_CHROMIUM", ""), *_NAMES):
        if name and (path := shutil.which(name)):
            return path
    return None
