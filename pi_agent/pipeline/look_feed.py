"""The looks of one camera's motion detection, to whoever watches; made only meanwhile."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pi_agent.protocol import MotionLook, to_json


class LookSlot:
    """One watcher's newest look, encoded; one that is slow misses those in between."""

    def __init__(self) -> None:
        self._newest: str | None = None
        self._arrival = asyncio.Event()

    def offer(self, text: str) -> None:
        """Replace what was not taken."""
        self._newest = text
        self._arrival.set()

    async def next(self) -> str:
        """The newest look that was not taken yet, as JSON."""
        while self._newest is None:
            await self._arrival.wait()
            self._arrival.clear()
        text, self._newest = self._newest, None
        return text


class LookFeed:
    """Lives on the event loop. `on_watched` hears when the first watcher came or the last left."""

    def __init__(self, on_watched: Callable[[bool], None]) -> None:
        self._on_watched = on_watched
        self._slots: set[LookSlot] = set()

    def publish(self, look: MotionLook) -> None:
        """Hand the look to everyone who watches now; it is encoded once for all."""
        if self._slots:
            text = to_json(look)
            for slot in self._slots:
                slot.offer(text)

    @contextmanager
    def watched(self) -> Iterator[LookSlot]:
        """A slot that gets every look while the block runs."""
        slot = LookSlot()
        self._slots.add(slot)
        if len(self._slots) == 1:
            self._on_watched(True)
        try:
            yield slot
        finally:
            self._slots.discard(slot)
            if not self._slots:
                self._on_watched(False)
