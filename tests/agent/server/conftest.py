"""A real agent with a scripted camera, and clients as an attacker or owner would use them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from pi_agent.protocol import Hello, ServerMessage, decode_message
from tests.agent_fixture import RunningAgent, running_agent
from tests.scripted_source import ScriptedSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """HTTPS to the agent, pinned to its certificate, with or without a token."""

    agent: RunningAgent
    session: aiohttp.ClientSession

    def request(self, method: str, path: str, **options: Any) -> Any:
        """A request as an async context manager."""
        return self.session.request(
            method,
            f"https://127.0.0.1:{self.agent.port}{path}",
            ssl=aiohttp.Fingerprint(self.agent.certificate_sha256),
            **options,
        )

    async def json(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        """Status and JSON body of the answer."""
        async with self.request(method, path, **options) as answer:
            return answer.status, await answer.json()

    async def error(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        """Status and the `error` object of an answer that must be an error."""
        status, body = await self.json(method, path, **options)
        assert body.keys() == {"error"}
        assert body["error"].keys() == {"code", "message", "field"}
        return status, body["error"]

    @asynccontextmanager
    async def events(self, since: int | None = None) -> AsyncIterator["Listener"]:
        """A connection to the event websocket."""
        query = "" if since is None else f"?since={since}"
        async with self.session.ws_connect(
            f"https://127.0.0.1:{self.agent.port}/api/v1/ws{query}",
            ssl=aiohttp.Fingerprint(self.agent.certificate_sha256),
        ) as socket:
            yield Listener(socket=socket)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Reads messages of the websocket, each within ten seconds."""

    socket: aiohttp.ClientWebSocketResponse

    async def next(self) -> ServerMessage:
        """The next message."""
        text = await asyncio.wait_for(self.socket.receive_str(), 10)
        message = decode_message(text)
        assert message is not None
        return message

    async def until_closed(self) -> None:
        """Read on until the agent closes the connection."""
        async for _ in self.socket:
            pass

    async def hello(self) -> Hello:
        """The greeting, which must come first."""
        message = await self.next()
        assert isinstance(message, Hello)
        return message

    async def until(self, wanted: Callable[[ServerMessage], bool]) -> ServerMessage:
        """The first message from now on that fits."""
        while not wanted(message := await self.next()):
            pass
        return message


@pytest.fixture
def source() -> ScriptedSource:
    return ScriptedSource()


@pytest.fixture
async def agent(tmp_path: Path, source: ScriptedSource) -> AsyncIterator[RunningAgent]:
    async with running_agent(tmp_path, sources={"scripted": source}) as agent:
        yield agent


@asynccontextmanager
async def paired(agent: RunningAgent) -> AsyncIterator[Api]:
    """A client with a token of its own."""
    headers = {"Authorization": f"Bearer {await agent.token()}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        yield Api(agent=agent, session=session)


@pytest.fixture
async def api(agent: RunningAgent) -> AsyncIterator[Api]:
    """A paired client."""
    async with paired(agent) as api:
        yield api


@pytest.fixture
async def stranger(agent: RunningAgent) -> AsyncIterator[Api]:
    """A client without a token."""
    async with aiohttp.ClientSession() as session:
        yield Api(agent=agent, session=session)
