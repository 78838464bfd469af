"""Handlers about events, their pictures and clips."""

import asyncio
import base64
import re

from aiohttp import web

from pi_agent.errors import NotFoundError, RequestError
from pi_agent.protocol import EventPatch, EventState, MotionEvent, to_json
from pi_agent.storage import EventQuery

from .error_middleware import ConflictError
from .parts import PARTS
from .request_values import body_of, query_time, query_whole_number
from .snapshot_boxes import boxed_snapshot
from .snapshot_thumbnail import thumbnail

_EVENT_ID = re.compile(r"[0-9a-z-]{1,64}\Z")
_IMMUTABLE = {"Cache-Control": "private, max-age=31536000, immutable"}
_MOST_EVENTS = 500


async def list_events(request: web.Request) -> web.Response:
    """`GET /api/v1/events`: newest first, paged."""
    page = await request.app[PARTS].recording.events.page_json(event_query(request))
    return web.json_response(text=page)


def event_query(request: web.Request) -> EventQuery:
    """Which events a request asks for; RequestError names what is wrong."""
    after, before = query_time(request, "after"), query_time(request, "before")
    if after is not None and before is not None and after >= before:
        raise RequestError("must be earlier than before", field="after")
    return EventQuery(
        camera=request.query.get("camera"),
        label=request.query.get("label"),
        zone=request.query.get("zone"),
        after=after,
        before=before,
        limit=query_whole_number(request, "limit", low=1, high=_MOST_EVENTS) or 50,
        cursor=request.query.get("cursor"),
    )


async def get_event(request: web.Request) -> web.Response:
    """`GET /api/v1/events/{event}`."""
    return web.json_response(text=to_json(await _event(request)))


async def patch_event(request: web.Request) -> web.Response:
    """`PATCH /api/v1/events/{event}`: whether retention is to spare it."""
    patch = await body_of(request, EventPatch)
    event_id = (await _event(request)).id
    event = await request.app[PARTS].recording.journal.set_keep(event_id, keep=patch.keep)
    if event is None:
        raise _no_event(event_id)
    return web.json_response(text=to_json(event))


async def delete_event(request: web.Request) -> web.Response:
    """`DELETE /api/v1/events/{event}`: the row and its files; 409 while it goes on."""
    event = await _event(request)
    if event.state is not EventState.ENDED:
        raise ConflictError("the event still goes on; delete it once it has ended")
    await request.app[PARTS].recording.eraser.erase([event])
    return web.Response(status=204)


async def event_snapshot(request: web.Request) -> web.StreamResponse:
    """`GET …/snapshot.jpg` of an event: never changes, so it may be kept; answers `Range`.

    With `?boxes=1` what was seen is drawn into it, as it is known now; with `?thumbnail=1` it is a
    small square around what moved.
    """
    boxes = query_whole_number(request, "boxes", low=0, high=1)
    small = query_whole_number(request, "thumbnail", low=0, high=1)
    event = await _event(request)
    if event.snapshot is None:
        raise NotFoundError(f"event {event.id} has no snapshot")
    recording = request.app[PARTS].recording
    path = recording.media.snapshot_path(event)
    jpeg = await recording.events.picture(event.id)  # just told, and no file yet
    if jpeg is None and not await asyncio.to_thread(path.is_file):
        raise NotFoundError(f"the snapshot of event {event.id} was removed from the disk")
    if boxes or small:
        box = await recording.events.snapshot_box(event.id)
        clean: bytes = jpeg if jpeg is not None else await asyncio.to_thread(path.read_bytes)
        if boxes:
            return await boxed_snapshot(request, event, box, clean)
        body = await asyncio.to_thread(thumbnail, clean, box)
        return web.Response(body=body, content_type="image/jpeg", headers=_IMMUTABLE)
    headers = _headers((await recording.events.digests(event.id)).snapshot)
    if jpeg is not None:
        return web.Response(body=jpeg, content_type="image/jpeg", headers=headers)
    return web.FileResponse(path, headers=headers)


async def event_clip(request: web.Request) -> web.StreamResponse:
    """`GET …/clip.mp4`: never changes, answers `Range`; 409 until it is made, 404 if never."""
    event = await _event(request)
    if event.clip_error is not None:
        raise NotFoundError(f"event {event.id} has no clip: {event.clip_error}")
    if event.clip is None:
        raise ConflictError("the clip is still being made; an event message tells when it is there")
    recording = request.app[PARTS].recording
    path = recording.media.clip_path(event)
    if not await asyncio.to_thread(path.is_file):
        raise NotFoundError(f"the clip of event {event.id} was removed from the disk")
    return web.FileResponse(path, headers=_headers((await recording.events.digests(event.id)).clip))


def _headers(sha256: str | None) -> dict[str, str]:
    """What goes with a file: how long it may be kept, and what a copy of it is checked by.

    Source: https://www.rfc-editor.org/rfc/rfc9530#section-3
    """
    if sha256 is None:
        return _IMMUTABLE
    digest = base64.b64encode(bytes.fromhex(sha256)).decode()
    return {**_IMMUTABLE, "Repr-Digest": f"sha-256=:{digest}:"}


async def _event(request: web.Request) -> MotionEvent:
    event_id = request.match_info["event"]
    event = None
    if _EVENT_ID.match(event_id):
        event = await request.app[PARTS].recording.events.find(event_id)
    if event is None:
        raise _no_event(event_id)
    return event


def _no_event(event_id: str) -> NotFoundError:
    return NotFoundError(f"there is no event {event_id!r}")
