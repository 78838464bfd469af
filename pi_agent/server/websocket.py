"""The event websocket: the state, what was missed, then what happens, without a gap."""

import asyncio
import contextlib
from datetime import UTC, datetime

from aiohttp import WSCloseCode, web

from pi_agent.events import FeedSubscription
from pi_agent.protocol import (
    CLOSE_TOKEN_REVOKED,
    PROTOCOL_VERSION,
    EventMessage,
    Hello,
    MotionEvent,
    encode_message,
)

from .auth_middleware import bearer_token
from .parts import PARTS, ServerParts
from .request_values import query_whole_number

_HEARTBEAT_SECONDS = 20.0
_MOST_BYTES_IN = 4096  # clients have nothing to say here
_NEWEST_REVISION = 2**53


async def event_websocket(request: web.Request) -> web.WebSocketResponse:
    """`GET /api/v1/ws?since=REVISION`."""
    parts = request.app[PARTS]
    token = bearer_token(request)
    since = query_whole_number(request, "since", low=0, high=_NEWEST_REVISION)
    socket = web.WebSocketResponse(heartbeat=_HEARTBEAT_SECONDS, max_msg_size=_MOST_BYTES_IN)
    await socket.prepare(request)
    revoked = asyncio.Event()
    with parts.feed.subscribed() as subscription, parts.guard.held(token, revoked.set):
        talk = asyncio.create_task(_talk(socket, parts, subscription, since), name="ws-talk")
        listen = asyncio.create_task(_listen(socket), name="ws-listen")
        end = asyncio.create_task(revoked.wait(), name="ws-revoked")
        try:
            await asyncio.wait((talk, listen, end), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (talk, listen, end):
                task.cancel()
            outcomes = await asyncio.gather(talk, listen, end, return_exceptions=True)
        await _close(socket, revoked=revoked.is_set(), outcome=outcomes[0])
    return socket


async def _talk(
    socket: web.WebSocketResponse,
    parts: ServerParts,
    subscription: FeedSubscription,
    since: int | None,
) -> None:
    newest = await parts.events.newest_revision()
    missed: tuple[MotionEvent, ...] = ()
    lost = False
    if since is not None:
        missed, lost = await parts.events.changed_after(since)
    await socket.send_str(encode_message(_hello(parts, newest, lost)))
    told = newest if since is None else max((event.revision for event in missed), default=newest)
    for event in missed:
        await socket.send_str(encode_message(EventMessage(event)))
    while (entry := await subscription.next()) is not None:
        revision, text = entry
        if not 0 < revision <= told:  # told already, from the store
            await socket.send_str(text)


def _hello(parts: ServerParts, revision: int, lost: bool) -> Hello:
    return Hello(
        protocol=PROTOCOL_VERSION,
        agent_id=parts.identity.agent_id,
        boot_id=parts.identity.boot_id,
        revision=revision,
        cameras=tuple(pipeline.hello for pipeline in parts.cameras),
        clock=datetime.now(UTC),
        events_lost=lost,
    )


async def _listen(socket: web.WebSocketResponse) -> None:
    """Wait for the client to leave; whatever it says is skipped."""
    async for _ in socket:
        pass


async def _close(
    socket: web.WebSocketResponse, *, revoked: bool, outcome: BaseException | None
) -> None:
    failed = isinstance(outcome, Exception) and not isinstance(outcome, ConnectionError)
    with contextlib.suppress(ConnectionError):
        if revoked:
            await socket.close(code=CLOSE_TOKEN_REVOKED, message=b"the token was revoked")
        elif failed:
            await socket.close(code=WSCloseCode.INTERNAL_ERROR)
        else:  # too far behind, or the agent stops: come back and ask by revision
            await socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
    if failed and outcome is not None:
        raise outcome
