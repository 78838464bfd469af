"""A real agent whose camera a test decides, a browser, and windows of it on the agent's page."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from pi_agent.protocol import PairingCode, Role
from scripts.stage import launch_browser
from tests.agent_fixture import RunningAgent, camera, running_agent
from tests.end_to_end.conftest import CHECKOUT
from tests.scripted_source import ScriptedSource

_OUTPUT = CHECKOUT / "build" / "end_to_end" / "page"
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}
# What Chromium says when a request is refused, or a test reads a canvas, as some tests want it to.
_EXPECTED = re.compile(
    r"Failed to load resource|WebSocket connection to|Canvas2D: Multiple readback"
)


class Windows:
    """Opens windows of a browser, each a user of its own; fails on an error of the page's."""

    def __init__(self, browser: Browser, stack: AsyncExitStack) -> None:
        self._browser = browser
        self._stack = stack
        self.problems: list[str] = []
        self.pages: list[Page] = []

    async def open(self, agent: RunningAgent, path: str = "/", **options: Any) -> Page:
        """A new window on the agent's page, not logged in."""
        settings = {"locale": "en-US", "ignore_https_errors": True, **DESKTOP, **options}
        context: BrowserContext = await self._browser.new_context(**settings)
        self._stack.push_async_callback(context.close)
        page = await context.new_page()
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._on_console)
        await page.goto(f"https://127.0.0.1:{agent.port}{path}")
        self.pages.append(page)
        return page

    async def log_in(
        self, agent: RunningAgent, path: str = "/", *, role: Role = Role.OWNER, **options: Any
    ) -> Page:
        """A new window that is logged in by typing a code, with the welcome put away."""
        page = await self.open(agent, path, **options)
        await type_code(page, await new_code(agent, role))
        await expect(page.locator(".shell")).to_be_visible()
        welcome = page.get_by_role("button", name=re.compile("Not now|Ahora no|Ara no"))
        if await welcome.count():
            await welcome.click()
        return page

    def _on_console(self, message: Any) -> None:
        if message.type in {"error", "warning"} and not _EXPECTED.search(message.text):
            self.problems.append(message.text)


async def new_code(agent: RunningAgent, role: Role = Role.OWNER) -> str:
    """A pairing code as `pi-agent pair` prints it."""
    secret = await agent.agent.access.new_pairing_secret(role)
    return str(PairingCode.create(secret, agent.certificate_sha256))


async def type_code(page: Page, code: str) -> None:
    """Fill in and send the log-in."""
    await page.get_by_label("code").or_(page.locator("#code")).first.fill(code)
    await page.locator("form button[type=submit]").click()


@pytest.fixture
async def windows(socket_enabled: None, request: pytest.FixtureRequest) -> AsyncIterator[Windows]:
    """What opens windows; their last pictures are saved."""
    _OUTPUT.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"\W+", "_", request.node.name).strip("_")
    async with async_playwright() as playwright, AsyncExitStack() as stack:
        browser = await launch_browser(playwright)
        stack.push_async_callback(browser.close)
        windows = Windows(browser, stack)
        yield windows
        for number, page in enumerate(windows.pages):
            await page.screenshot(path=_OUTPUT / f"{name}-{number}.png")
    assert not windows.problems, windows.problems


@pytest.fixture
def source() -> ScriptedSource:
    """A camera whose pictures the test decides."""
    return ScriptedSource()


@pytest.fixture
async def agent(tmp_path: Path, source: ScriptedSource) -> AsyncIterator[RunningAgent]:
    """An agent with that camera."""
    async with running_agent(tmp_path, sources={"scripted": source}) as agent:
        yield agent


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[RunningAgent]:
    """An agent with the built-in scene, in which something always moves a little."""
    async with running_agent(tmp_path, cameras=[camera("porch", "demo")]) as agent:
        yield agent


@asynccontextmanager
async def without_camera(data_dir: Path, problems: list[str]) -> AsyncIterator[RunningAgent]:
    """An agent that found none."""
    async with running_agent(data_dir, cameras=[], problems=problems) as agent:
        yield agent
