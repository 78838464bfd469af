"""Clients that come and go all day long: each visit may leave nothing behind in the agent."""

import asyncio
import itertools

import aiohttp

_PAUSE_SECONDS = 0.3
_VISIT_SECONDS = 30.0
_FAILURES = (aiohttp.ClientError, asyncio.IncompleteReadError, TimeoutError)
_STREAM_BYTES = 100_000  # of the stream, then the viewer leaves in the middle of a picture


class Visitors:
    """`visits` counts what was done, `failures` what was not answered."""

    def __init__(self, port: int, token: str, camera: str) -> None:
        self.visits = 0
        self.failures = 0
        self._base = f"https://127.0.0.1:{port}"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._camera = f"/api/v1/cameras/{camera}"

    async def come_and_go(self) -> None:
        """One visit after the other, each with a connection of its own; until cancelled."""
        for visit in itertools.cycle((self._watch, self._listen, self._look)):
            async with aiohttp.ClientSession(self._base, headers=self._headers) as session:
                try:
                    async with asyncio.timeout(_VISIT_SECONDS):
                        await visit(session)
                    self.visits += 1
                except _FAILURES:
                    self.failures += 1
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _watch(self, session: aiohttp.ClientSession) -> None:
        """Live, for some pictures."""
        async with session.get(f"{self._camera}/stream.mjpg", ssl=False) as answer:
            answer.raise_for_status()
            await answer.content.readexactly(_STREAM_BYTES)

    async def _listen(self, session: aiohttp.ClientSession) -> None:
        """The event websocket, as Home Assistant after a restart."""
        async with session.ws_connect("/api/v1/ws?since=0", ssl=False) as socket:
            for _ in range(3):
                await socket.receive()

    async def _look(self, session: aiohttp.ClientSession) -> None:
        """A still, the newest events, the picture of one, the figures."""
        for path in (f"{self._camera}/snapshot.jpg", "/metrics"):
            async with session.get(path, ssl=False) as answer:
                answer.raise_for_status()
                await answer.read()
        async with session.get("/api/v1/events?limit=5", ssl=False) as answer:
            page = await answer.json()
        for event in page["events"][:1]:
            async with session.get(f"/api/v1/events/{event['id']}/snapshot.jpg", ssl=False) as got:
                await got.read()
