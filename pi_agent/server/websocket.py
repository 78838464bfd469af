"""The event websocket: the state, what was missed, then what happens, without a gap."""

import asyncio
import contextlib
from datetime import UTC, datetime

from aiohttp import WSCloseCode, web

from pi_agent.events import FeedSubscription
from pi_agent.protocol import (
    CLOSE_TOKEN_REVOKED,
    PROTOCOL_VERSION,
    Hello,
    encode_message,
)

from .access_guard import Ending
from .auth_middleware import token_of
from .parts import PARTS, ServerParts
from .request_values import query_whole_number

_HEARTBEAT_SECONDS = 20.0
_MOST_BYTES_IN = 4096  # clients have nothing to say here
_NEWEST_REVISION = 2**53
_BATCH = 200  # missed events in memory at a time


async def event_websocket(request: web.Request) -> web.WebSocketResponse:
    """`GET /api/v1/ws?since=REVISION`."""
    parts = request.app[PARTS]
    token = token_of(request)
    since = query_whole_number(request, "since", low=0, high=_NEWEST_REVISION)
    socket = web.WebSocketResponse(heartbeat=_HEARTBEAT_SECONDS, max_msg_size=_MOST_BYTES_IN)
    await socket.prepare(request)
    ending: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()

    def end(why: Ending) -> None:
        if not ending.done():
            ending.set_result(why)

    with parts.feed.subscribed() as subscription, parts.guard.held(token, end):
        talk = asyncio.create_task(_talk(socket, parts, subscription, since), name="ws-talk")
        listen = asyncio.create_task(_listen(socket), name="ws-listen")
        try:
            await asyncio.wait((talk, listen, ending), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (talk, listen):
                task.cancel()
            outcomes = await asyncio.gather(talk, listen, return_exceptions=True)
        await _close(socket, ending.result() if ending.done() else None, outcomes[0])
    return socket


async def _talk(
    socket: web.WebSocketResponse,
    parts: ServerParts,
    subscription: FeedSubscription,
    since: int | None,
) -> None:
    events = parts.recording.events
    newest = await events.newest_revision()
    missed: list[tuple[int, str]] = []
    lost = False
    if since is not None:
        missed, lost = await events.documents_after(since, limit=_BATCH)
    await socket.send_str(encode_message(_hello(parts, newest, lost)))
    told = newest
    while missed:
        for _, document in missed:
            # What is stored is the message but for its type.
            await socket.send_str(f'{{"type":"event",{document[1:]}')
        told = missed[-1][0]
        missed, _ = await events.documents_after(told, limit=_BATCH)
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
