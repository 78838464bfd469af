"""One agent's API, as the contract has it, in its own types."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from typing import Any

import aiohttp

from .errors import AgentProtocolError
from .event_stream import EventStream, open_event_stream
from .media import NO_REFUSALS, MediaAnswer, conditions_of, media_answer
from .multipart import StreamPart, read_parts
from .protocol import (
    AgentInfo,
    CameraSettings,
    EventPage,
    IdentifyRequest,
    MotionEvent,
    PanRequest,
    ProtocolError,
    SirenRequest,
    TriggerRequest,
    decode,
    from_json,
    routes,
)
from .transport import AgentTransport
from .versions import require_compatible

_STREAM_TIMEOUT = aiohttp.ClientTimeout(total=None, connect=10, sock_connect=10)
# A clip takes as long as its viewer does; aiohttp stops the clock while nobody reads.
_MEDIA_TIMEOUT = aiohttp.ClientTimeout(total=None, connect=10, sock_connect=10, sock_read=20)


class AgentClient:
    """A paired client: every connection is pinned to `certificate_sha256` (64 hex digits).

    Every method raises AgentError; `errors.py` draws the tree.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        host: str,
        port: int,
        token: str,
        certificate_sha256: str,
    ) -> None:
        """Nothing is opened yet."""
        self._transport = AgentTransport(
            session,
            host=host,
            port=port,
            ssl=aiohttp.Fingerprint(bytes.fromhex(certificate_sha256)),
            token=token,
        )

    @property
    def address(self) -> str:
        """Host and port, as messages name them."""
        return self._transport.address

    async def info(self) -> AgentInfo:
        """Who the agent is, and its cameras; AgentVersionError where it is of another age."""
        data = await self._json("GET", routes.INFO)
        require_compatible(str(data.get("protocol", "")))  # first: the rest may have changed
        return _decoded(AgentInfo, data)

    async def settings(self, camera: str) -> CameraSettings:
        """All settings of a camera."""
        path = routes.path(routes.SETTINGS, camera=camera)
        return _decoded(CameraSettings, await self._json("GET", path))

    async def change_settings(self, camera: str, changes: Mapping[str, Any]) -> CameraSettings:
        """Change some settings; returns all of them. AgentRequestError names a wrong field."""
        path = routes.path(routes.SETTINGS, camera=camera)
        return _decoded(CameraSettings, await self._json("PATCH", path, body=changes))

    async def trigger(self, camera: str, request: TriggerRequest) -> None:
        """Start an event by hand."""
        path = routes.path(routes.TRIGGER, camera=camera)
        await self._transport.call("POST", path, body=request)

    async def log_out(self) -> None:
        """Give the token back: it is worth nothing from now on."""
        await self._transport.call("POST", routes.LOGOUT)

    async def restart(self) -> None:
        """Have the agent start anew; every connection to it ends."""
        await self._transport.call("POST", routes.RESTART)

    async def identify(self, request: IdentifyRequest) -> None:
        """Have the Pi blink."""
        await self._transport.call("POST", routes.IDENTIFY, body=request)

    async def siren(self, request: SirenRequest) -> None:
        """Have the siren sound, or be still."""
        await self._transport.call("POST", routes.SIREN, body=request)

    async def pan(self, camera: str, request: PanRequest) -> None:
        """Turn a camera."""
        path = routes.path(routes.PAN, camera=camera)
        await self._transport.call("POST", path, body=request)

    async def accept_view(self, camera: str) -> None:
        """Have what a camera shows now be the view it is known by."""
        await self._transport.call("POST", routes.path(routes.ACCEPT_VIEW, camera=camera))

    async def events(self, **query: str | int) -> EventPage:
        """Events, newest first: `camera`, `label`, `zone`, `after`, `before`, `limit`, `cursor`."""
        return _decoded(EventPage, await self._json("GET", routes.EVENTS, query=query))

    async def event(self, event: str) -> MotionEvent:
        """One event; AgentRequestError with status 404 where there is none."""
        path = routes.path(routes.EVENT, event=event)
        return _decoded(MotionEvent, await self._json("GET", path))

    async def event_snapshot(self, event: str) -> bytes:
        """The JPEG of the frame that tripped an event."""
        return await self._transport.call("GET", routes.path(routes.EVENT_SNAPSHOT, event=event))

    async def event_thumbnail(self, event: str) -> bytes:
        """A small square of it around what moved; an agent too old for that gives the whole."""
        path = routes.path(routes.EVENT_SNAPSHOT, event=event)
        return await self._transport.call("GET", path, query={"thumbnail": 1})

    def event_picture(self, event: str) -> AbstractAsyncContextManager[MediaAnswer]:
        """The same as it comes, with what a copy is checked by."""
        return self._media(routes.path(routes.EVENT_SNAPSHOT, event=event))

    def event_clip(
        self, event: str, *, headers: Mapping[str, str] | None = None
    ) -> AbstractAsyncContextManager[MediaAnswer]:
        """The MP4 of an event, or the part of it that a player asks for by its request's `headers`.

        AgentRequestError with status 409 while it is being made, 404 where there never will be one.
        """
        return self._media(routes.path(routes.EVENT_CLIP, event=event), headers)

    @asynccontextmanager
    async def _media(
        self, path: str, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[MediaAnswer]:
        async with self._transport.open(
            "GET",
            path,
            headers=conditions_of(headers or {}),
            timeout=_MEDIA_TIMEOUT,
            no_refusals=NO_REFUSALS,
        ) as response:
            yield media_answer(response)

    async def snapshot(self, camera: str, *, width: int | None = None) -> bytes:
        """The newest frame as JPEG, scaled by the agent to about `width` pixels."""
        path = routes.path(routes.SNAPSHOT, camera=camera)
        query = {} if width is None else {"width": width}
        return await self._transport.call("GET", path, query=query)

    @asynccontextmanager
    async def stream(self, camera: str) -> AsyncIterator[AsyncIterator[StreamPart]]:
        """The live pictures of a camera until the connection ends; how long to wait is yours."""
        path = routes.path(routes.STREAM, camera=camera)
        async with (
            self._transport.open("GET", path, timeout=_STREAM_TIMEOUT) as response,
            aclosing(read_parts(response.content)) as parts,
        ):
            yield parts

    def listen(self, *, since: int | None = None) -> AbstractAsyncContextManager[EventStream]:
        """The event websocket, its greeting read; with `since`, missed events come first."""
        return open_event_stream(self._transport, since=since)

    async def _json(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        body = await self._transport.call(method, path, **request)
        try:
            return from_json(body)
        except ProtocolError as error:
            raise AgentProtocolError(f"{self.address} sent what no agent sends: {error}") from error


def _decoded[T](cls: type[T], data: dict[str, Any]) -> T:
    try:
        return decode(cls, data)
    except ProtocolError as error:
        raise AgentProtocolError(f"the agent's answer does not fit: {error}") from error
