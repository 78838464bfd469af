"""The agent lost and found again, many times, with a live card open all the while."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from benchmarks.home_assistant.watching import CountingViewer
from benchmarks.stream.viewers import Target
from scripts.stage import EntityState, eventually

from .home import Home, Memory
from .relay import Relay

SAMPLE_EVERY = 50
_RECONNECT_SECONDS = 60.0  # on a machine that has other things to do


class OpenCard:
    """A viewer who never leaves."""

    def __init__(self, target: Target) -> None:
        self._viewer = CountingViewer(target)
        self.is_ended = False

    @classmethod
    @contextmanager
    def watching(cls, target: Target) -> Iterator[Self]:
        """Open for as long as the block lasts."""
        card, loop = cls(target), asyncio.get_running_loop()
        connection = card._viewer.connection
        loop.add_reader(connection, card._read)
        try:
            yield card
        finally:
            loop.remove_reader(connection)
            connection.close()

    async def until_live(self) -> None:
        """Return when two more pictures have come."""
        wanted = self._viewer.pictures + 2

        async def look() -> bool | None:
            if self.is_ended:
                raise RuntimeError("Home Assistant ended the live card")
            return self._viewer.pictures >= wanted or None

        await eventually("The live card goes on", look, within_seconds=_RECONNECT_SECONDS)

    def _read(self) -> None:
        try:
            self._viewer.read()
        except ConnectionError:
            self.is_ended = True
            asyncio.get_running_loop().remove_reader(self._viewer.connection)


async def memory_over_reconnects(home: Home, relay: Relay, *, count: int) -> dict[int, Memory]:
    """What Home Assistant holds after every so many reconnects.

    Without the recorder: its database keeps what it wrote last in memory, whoever made it write.
    """
    samples: dict[int, Memory] = {}
    await home.api.post("/api/services/recorder/disable", {})
    async with home.api.watched_states(home.ours.entity_id) as states:
        with OpenCard.watching(await home.target(home.ours)) as card:
            await card.until_live()
            for number in range(1, count + 1):
                relay.cut()
                await _until_back(states)
                await card.until_live()
                if number % SAMPLE_EVERY == 0:
                    samples[number] = await home.memory()
    return samples


async def _until_back(states: asyncio.Queue[EntityState]) -> None:
    """Return when Home Assistant has noticed the loss, and has the camera again."""
    async with asyncio.timeout(_RECONNECT_SECONDS):
        while (await states.get()).state != "unavailable":
            pass
        while (await states.get()).state == "unavailable":
            pass
