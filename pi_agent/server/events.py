"""Handlers about events and their pictures."""

import asyncio
import re

from aiohttp import web

from pi_agent.errors import NotFoundError, RequestError
from pi_agent.protocol import EventState, MotionEvent, to_json
from pi_agent.storage import EventQuery

from .error_middleware import ConflictError
from .parts import PARTS
from .request_values import query_time, query_whole_number

_EVENT_ID = re.compile(r"[0-9a-z-]{1,64}\Z")
_IMMUTABLE = {"Cache-Control": "private, max-age=31536000, immutable"}
_MOST_EVENTS = 500


async def list_events(request: web.Request) -> web.Response:
    """`GET /api/v1/events`: newest first, paged."""
    after, before = query_time(request, "after"), query_time(request, "before")
    if after is not None and before is not None and after >= before:
        raise RequestError("must be earlier than before", field="after")
    query = EventQuery(
        camera=request.query.get("camera"),
        label=request.query.get("label"),
        zone=request.query.get("zone"),
        after=after,
        before=before,
        limit=query_whole_number(request, "limit", low=1, high=_MOST_EVENTS) or 50,
        cursor=request.query.get("cursor"),
    )
    page = await request.app[PARTS].events.page(query)
    return web.json_response(text=to_json(page))


async def get_event(request: web.Request) -> web.Response:
    """`GET /api/v1/events/{event}`."""
    return web.json_response(text=to_json(await _event(request)))


async def delete_event(request: web.Request) -> web.Response:
    """`DELETE /api/v1/events/{event}`: the row and its files; 409 while it goes on."""
    parts = request.app[PARTS]
    event = await _event(request)
    if event.state is not EventState.ENDED:
        raise ConflictError("the event still goes on; delete it once it has ended")
    await parts.events.delete(event.id)
    await asyncio.to_thread(parts.media.remove, event)
    return web.Response(status=204)


async def event_snapshot(request: web.Request) -> web.StreamResponse:
    """`GET …/snapshot.jpg` of an event: never changes, so it may be kept; answers `Range`."""
    event = await _event(request)
    path = request.app[PARTS].media.snapshot_path(event)
    if event.snapshot is None or not await asyncio.to_thread(path.is_file):
        raise NotFoundError(f"event {event.id} has no snapshot")
    return web.FileResponse(path, headers=_IMMUTABLE)


async def _event(request: web.Request) -> MotionEvent:
    event_id = request.match_info["event"]
    event = None
    if _EVENT_ID.match(event_id):
        event = await request.app[PARTS].events.find(event_id)
    if event is None:
        raise NotFoundError(f"there is no event {event_id!r}")
    return event
