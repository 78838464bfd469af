"""Single pictures of a camera: asked for once for all who want the same at the same time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic

# The widths that agents scale to. A picture may be wider than asked for, never narrower.
_WIDTHS = (160, 240, 320, 480, 640, 800, 960, 1280, 1600, 1920, 2560)
_FRESH_SECONDS = 1.0

type FetchPicture = Callable[[int | None], Awaitable[bytes]]


@dataclass(slots=True)
class _Kept:
    """The picture of one width; the lock makes late comers wait for the one who fetches."""

    fetching: asyncio.Lock = field(default_factory=asyncio.Lock)
    fetched_at: float = float("-inf")
    jpeg: bytes = b""


class Stills:
    """Keeps a picture of each width for a second. Lives on the event loop."""

    def __init__(self, fetch: FetchPicture, *, now: Callable[[], float] = monotonic) -> None:
        """`fetch` asks the agent for a width, None for the full picture."""
        self._fetch = fetch
        self._now = now
        self._kept: dict[int | None, _Kept] = {}

    async def get(self, width: int | None) -> bytes:
        """A JPEG at least `width` pixels wide, if the camera's picture is."""
        step = step_for(width)
        kept = self._kept.setdefault(step, _Kept())
        async with kept.fetching:
            if self._now() - kept.fetched_at > _FRESH_SECONDS:
                kept.jpeg = await self._fetch(step)
                kept.fetched_at = self._now()
            return kept.jpeg


def step_for(width: int | None) -> int | None:
    """The step of the ladder that serves a wish for `width` pixels; None is the full picture."""
    if width is None:
        return None
    return next((step for step in _WIDTHS if step >= width), None)
