"""One websocket from its first to its last word: access that ends, clients that leave, errors."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any

from aiohttp import WSCloseCode, web

from pi_agent.protocol import CLOSE_TOKEN_REVOKED

from .access_guard import Ending
from .auth_middleware import token_of
from .parts import PARTS

_HEARTBEAT_SECONDS = 20.0
_MOST_BYTES_IN = 4096  # clients have nothing to say here

Talk = Callable[[web.WebSocketResponse], Coroutine[Any, Any, None]]


async def serve_websocket(request: web.Request, talk: Talk) -> web.WebSocketResponse:
    """Let `talk` speak until it is done, the client leaves, its token ends or the agent stops."""
    token = token_of(request)
    socket = web.WebSocketResponse(heartbeat=_HEARTBEAT_SECONDS, max_msg_size=_MOST_BYTES_IN)
    await socket.prepare(request)
    ending: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()

    def end(why: Ending) -> None:
        if not ending.done():
            ending.set_result(why)

    with request.app[PARTS].guard.held(token, end):
        talking = asyncio.create_task(talk(socket), name="ws-talk")
        listening = asyncio.create_task(_listen(socket), name="ws-listen")
        try:
            await asyncio.wait((talking, listening, ending), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (talking, listening):
                task.cancel()
            outcomes = await asyncio.gather(talking, listening, return_exceptions=True)
        await _close(socket, ending.result() if ending.done() else None, outcomes[0])
    return socket


async def _listen(socket: web.WebSocketResponse) -> None:
    """Wait for the client to leave; whatever it says is skipped."""
    async for _ in socket:
        pass


async def _close(
    socket: web.WebSocketResponse, ending: Ending | None, outcome: BaseException | None
) -> None:
    failed = isinstance(outcome, Exception) and not isinstance(outcome, ConnectionError)
    with contextlib.suppress(ConnectionError):
        if ending is Ending.REVOKED:
            await socket.close(code=CLOSE_TOKEN_REVOKED, message=b"the token was revoked")
        elif failed:
            await socket.close(code=WSCloseCode.INTERNAL_ERROR)
        elif ending is Ending.STOPPING:
            await socket.close(code=WSCloseCode.GOING_AWAY, message=b"the agent stops")
        else:  # too far behind: come back and ask by revision
            await socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
    if failed and outcome is not None:
        raise outcome
