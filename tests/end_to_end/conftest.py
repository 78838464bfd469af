"""What the end-to-end tests share: a home with both programs, a browser, a place for pictures."""

import os
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from scripts.stage import Browser, DemoHome, demo_home, open_browser

from .screenshots import Screenshots

CHECKOUT = Path(__file__).resolve().parents[2]
_OUTPUT = CHECKOUT / "build" / "end_to_end"
# Pages are slow while others keep the machine busy; Playwright would give up after five seconds.
expect.set_options(timeout=30_000)
_RECORDING = "cars_topdown.mp4"  # half a minute with three cars; by Intel, CC BY 4.0
_LOCALES = {"en": "en-US", "es": "es-ES"}


def _recordings() -> Path:
    return Path(os.environ.get("PMC_VIDEOS", CHECKOUT.parent / "shared" / "videos"))


@pytest.fixture
def output(request: pytest.FixtureRequest) -> Path:
    """The test's folder for pictures and logs, empty."""
    folder = _OUTPUT / re.sub(r"\W+", "_", request.node.name).strip("_")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def built_in_scene() -> None:
    """No recording: the agent draws its scene."""


@pytest.fixture
def recording() -> Path:
    """A recording of a real camera; without it the test is skipped."""
    folder = _recordings()
    if not (folder / _RECORDING).is_file():
        pytest.skip(f"no recording: {_RECORDING} is not in {folder}, which PMC_VIDEOS can name")
    return folder / _RECORDING


@pytest.fixture(params=["built_in_scene", "recording"])
def footage(request: pytest.FixtureRequest) -> Path | None:
    """What the agent's camera sees: None for the built-in scene, else a video file."""
    source: Path | None = request.getfixturevalue(request.param)
    return source


@pytest.fixture
def best_footage() -> Path | None:
    """A recording of a real camera where there is one, else the built-in scene."""
    file = _recordings() / _RECORDING
    return file if file.is_file() else None


@pytest.fixture
def language() -> str:
    """What the browser and Home Assistant speak; tests may choose another."""
    return "en"


@pytest.fixture
async def home(
    socket_enabled: None,  # Home Assistant's test kit forbids sockets, where it is loaded
    footage: Path | None,
    language: str,
    output: Path,
    tmp_path: Path,
) -> AsyncIterator[DemoHome]:
    """A running agent and a running Home Assistant that do not know each other yet."""
    try:
        async with demo_home(tmp_path, source=footage) as home:
            await home.api.socket.command("config/core/update", language=language)
            yield home
    finally:
        for log in tmp_path.glob("*/*.log"):
            shutil.copy(log, output)


@pytest.fixture
async def browser(home: DemoHome, language: str) -> AsyncIterator[Browser]:
    """A browser that has not been at this Home Assistant yet."""
    async with open_browser(home.home_assistant.url, locale=_LOCALES[language]) as browser:
        yield browser


@pytest.fixture
async def screenshots(browser: Browser, output: Path) -> AsyncIterator[Screenshots]:
    """What saves the browser's pictures, station by station, and one of how the test ended."""
    screenshots = Screenshots(browser, output)
    yield screenshots
    await screenshots.save("end")
