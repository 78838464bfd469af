"""The event websocket: the state, what was missed, then what happens, without a gap."""

from datetime import UTC, datetime

from aiohttp import web

from pi_agent.events import FeedSubscription
from pi_agent.protocol import PROTOCOL_VERSION, Hello, encode_message

from .parts import PARTS, ServerParts
from .request_values import query_whole_number
from .websocket_session import serve_websocket

_NEWEST_REVISION = 2**53
_BATCH = 200  # missed events in memory at a time


async def event_websocket(request: web.Request) -> web.WebSocketResponse:
    """`GET /api/v1/ws?since=REVISION`."""
    parts = request.app[PARTS]
    since = query_whole_number(request, "since", low=0, high=_NEWEST_REVISION)

    async def talk(socket: web.WebSocketResponse) -> None:
        with parts.feed.subscribed() as subscription:
            await _talk(socket, parts, subscription, since)

    return await serve_websocket(request, talk)


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
