"""Home Assistant's websocket: commands with their answers, subscriptions with their events."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Self

import aiohttp

from .errors import StageError

_ANSWER_SECONDS = 30.0

type EventHandler = Callable[[Mapping[str, Any]], None]


class HomeAssistantSocket:
    """An authenticated connection; one task reads it."""

    def __init__(self, connection: aiohttp.ClientWebSocketResponse) -> None:
        self._connection = connection
        self._ids = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._handlers: dict[int, EventHandler] = {}

    @classmethod
    @asynccontextmanager
    async def connected(
        cls, session: aiohttp.ClientSession, url: str, token: str
    ) -> AsyncIterator[Self]:
        """Connect to the Home Assistant at `url` as the user whose token this is."""
        async with session.ws_connect(f"{url}/api/websocket", max_msg_size=0) as connection:
            await connection.receive_json()
            await connection.send_json({"type": "auth", "access_token": token})
            greeting = await connection.receive_json()
            if greeting["type"] != "auth_ok":
                raise StageError(f"Home Assistant's websocket: {greeting.get('message')}")
            socket = cls(connection)
            reader = asyncio.create_task(socket._read(), name="home-assistant-socket")
            try:
                yield socket
            finally:
                reader.cancel()
                with suppress(asyncio.CancelledError):
                    await reader

    async def command(self, command: str, **fields: Any) -> Any:
        """The result of a command; StageError with Home Assistant's words where it refuses."""
        return await self._send(next(self._ids), command, fields)

    @asynccontextmanager
    async def subscribed(
        self, command: str, handler: EventHandler, **fields: Any
    ) -> AsyncIterator[None]:
        """While the block runs, `handler` is called with every event of the subscription."""
        number = next(self._ids)
        self._handlers[number] = handler
        try:
            await self._send(number, command, fields)
            yield
        finally:
            del self._handlers[number]
            if not self._connection.closed:
                await self.command("unsubscribe_events", subscription=number)

    async def _send(self, number: int, command: str, fields: Mapping[str, Any]) -> Any:
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                await self._connection.send_json({"id": number, "type": command, **fields})
                return await answer
        except (ConnectionError, TimeoutError) as error:
            raise StageError(f"Home Assistant does not answer {command}: {error!r}") from error
        finally:
            del self._answers[number]

    async def _read(self) -> None:
        async for message in self._connection:
            self._take(message.json())
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(ConnectionResetError("the connection was closed"))

    def _take(self, message: Mapping[str, Any]) -> None:
        number = message["id"]
        if message["type"] == "event":
            if handler := self._handlers.get(number):
                handler(message["event"])
        elif (answer := self._answers.get(number)) and not answer.done():
            if message.get("success", True):
                answer.set_result(message.get("result"))
            else:
                error = message["error"]
                answer.set_exception(StageError(f"{error['code']}: {error['message']}"))
