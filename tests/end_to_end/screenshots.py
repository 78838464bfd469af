"""Pictures of what a test's browser showed, in the order in which it happened."""

import itertools
from pathlib import Path

from scripts.stage import Browser


class Screenshots:
    """Saves numbered pictures into one folder."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._browser = browser
        self._folder = folder
        self._numbers = itertools.count(1)

    async def save(self, name: str) -> None:
        """Save what the window shows as `NUMBER-name.png`."""
        await self._browser.save_screenshot(self._next(f"{name}.png"))

    def keep(self, name: str, data: bytes) -> None:
        """Keep something that no window shows as `NUMBER-name`."""
        self._next(name).write_bytes(data)

    def _next(self, name: str) -> Path:
        return self._folder / f"{next(self._numbers):02d}-{name}"
