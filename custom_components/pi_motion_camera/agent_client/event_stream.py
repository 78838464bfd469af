"""The event websocket: a greeting with the whole state, then every message as it comes."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aiohttp

from .errors import AgentAuthError, AgentConnectionError, AgentProtocolError
from .protocol import CLOSE_TOKEN_REVOKED, Hello, ProtocolError, ServerMessage, decode_message
from .protocol.routes import WEBSOCKET
from .transport import AgentTransport
from .versions import require_compatible

_LOGGER = logging.getLogger(__name__)
_HELLO_SECONDS = 10.0
_QUIET_SECONDS = 15.0
_ENDED = (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED)


class EventStream:
    """An open event websocket whose greeting was read; iterate over it for the rest.

    Messages of unknown type and those that break the contract are skipped and counted.
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, hello: Hello) -> None:
        """Take over an open websocket after its greeting."""
        self.hello = hello
        self._skipped = 0
        self._socket = socket

    def take_skipped(self) -> int:
        """How many messages were skipped since this was asked last."""
        skipped, self._skipped = self._skipped, 0
        return skipped

    async def __aiter__(self) -> AsyncIterator[ServerMessage]:
        """Every message that this version knows; raises AgentError once the websocket ends."""
        while True:
            text = await _receive(self._socket)
            try:
                message = decode_message(text)
            except ProtocolError as error:
                _LOGGER.warning("Skipped a message that breaks the contract: %s", error)
                message = None
            if message is None:
                self._skipped += 1
            else:
                yield message


@asynccontextmanager
async def open_event_stream(
    transport: AgentTransport, *, since: int | None
) -> AsyncIterator[EventStream]:
    """Connect and read the greeting; with `since`, the events changed after it come first.

    Raises AgentAuthError for a revoked token, AgentVersionError for another major protocol.
    """
    query = {} if since is None else {"since": since}
    async with transport.open_websocket(WEBSOCKET, query=query) as socket:
        async with asyncio.timeout(_HELLO_SECONDS):
            text = await _receive(socket)
        hello = decode_message(text)
        if not isinstance(hello, Hello):
            raise AgentProtocolError("the first message of the event websocket is no greeting")
        require_compatible(hello.protocol)
        yield EventStream(socket, hello)


async def _receive(socket: aiohttp.ClientWebSocketResponse) -> str:
    """The next text message; raises AgentError once the websocket has ended."""
    while (message := await _next_frame(socket)).type is not aiohttp.WSMsgType.TEXT:
        if message.type is aiohttp.WSMsgType.PING:
            await socket.pong(message.data)
        elif message.type is aiohttp.WSMsgType.ERROR:
            raise AgentConnectionError(f"the event websocket broke: {message.data}")
        elif message.type in _ENDED:
            raise _end_of(socket)
    return str(message.data)


async def _next_frame(socket: aiohttp.ClientWebSocketResponse) -> aiohttp.WSMessage:
    """The next frame of any kind; a silent agent is pinged, and given up on if it stays silent.

    Done here and not by aiohttp's heartbeat, whose timer outlives a websocket that we close.
    """
    for _ in range(2):
        with suppress(TimeoutError):
            async with asyncio.timeout(_QUIET_SECONDS):
                return await socket.receive()
        await socket.ping()
    raise AgentConnectionError("the agent has fallen silent")


def _end_of(socket: aiohttp.ClientWebSocketResponse) -> AgentAuthError | AgentConnectionError:
    if socket.close_code == CLOSE_TOKEN_REVOKED:
        return AgentAuthError("the token was revoked")
    return AgentConnectionError(f"the agent ended the event websocket ({socket.close_code})")
