"""A client of the agent beside Home Assistant: what it says is so, is so at the agent itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

import aiohttp

from scripts.stage import Agent


class OtherClient:
    """Paired by a code of its own."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    @classmethod
    @asynccontextmanager
    async def paired(cls, agent: Agent) -> AsyncIterator[Self]:
        """Pair, and stay connected for as long as the block lasts."""
        async with aiohttp.ClientSession(f"https://{agent.address}") as session:
            request = {"code": await agent.pairing_code(), "client": "End to end"}
            # Its certificate is looked at where Home Assistant pairs; this is our own agent.
            async with session.post("/api/v1/pair", json=request, ssl=False) as answer:
                answer.raise_for_status()
                session.headers["Authorization"] = f"Bearer {(await answer.json())['token']}"
            yield cls(session)

    async def get(self, path: str) -> Any:
        """The JSON at `path`."""
        async with self._session.get(path, ssl=False) as answer:
            answer.raise_for_status()
            return await answer.json()

    async def get_bytes(self, path: str) -> bytes:
        """What is at `path`."""
        async with self._session.get(path, ssl=False) as answer:
            answer.raise_for_status()
            return await answer.read()
