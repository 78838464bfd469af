"""The live stream of a camera: prepared parts straight to the viewer's socket."""

import asyncio
import socket
import time
from collections.abc import Callable
from operator import attrgetter

from aiohttp import HttpVersion11, web

from pi_agent.errors import RequestError, UnavailableError
from pi_agent.streaming import BOUNDARY, FIRST_BOUNDARY, FIRST_BROWSER_PART, EncodedPicture

from .auth_middleware import token_of
from .parts import PARTS
from .request_values import query_number, query_whole_number

MOST_VIEWERS = 250
# By framing: how a response begins, and what of a picture HTTP/1.1 and 1.0 are sent.
_FIRST = {"plain": FIRST_BOUNDARY, "browser": FIRST_BROWSER_PART}
_CHUNKS = {"plain": attrgetter("chunk"), "browser": attrgetter("browser_chunk")}
_PARTS = {"plain": attrgetter("part"), "browser": attrgetter("browser_part")}
_STUCK_SECONDS = 30.0  # a viewer that reads nothing for so long is gone
_MOST_UNSENT_BYTES = 64 * 1024  # that the kernel takes beyond what the network carries


class TransportSink:
    """Writes pictures into one viewer's transport; while that is still busy, it misses them.

    `form` tells what of a picture is sent, in the same memory to all viewers of that form. At most
    one part waits for a viewer, whatever its speed; over TLS there may be one more and 64 kB that
    are encrypted already. Lives on the event loop.
    """

    def __init__(
        self,
        transport: asyncio.Transport,
        *,
        fps: float | None,
        form: Callable[[EncodedPicture], bytes | memoryview],
    ) -> None:
        self.ended = asyncio.Event()
        self._transport = transport
        self._form = form
        self._shortest_gap = 0.9 / fps if fps else 0.0  # seconds of capture time
        self._last_captured_at = 0.0
        self._busy_since: float | None = None  # by time.monotonic

    def offer(self, picture: EncodedPicture) -> bool:
        """Send the picture; False where the viewer still has the one before to read."""
        transport = self._transport
        if transport.is_closing():
            self.ended.set()
        elif transport.get_write_buffer_size():
            self._give_up_if_stuck()
            return False
        elif not self._shortest_gap or self._is_due(picture):
            self._busy_since = None
            transport.write(self._form(picture))
        return True

    def _is_due(self, picture: EncodedPicture) -> bool:
        gap = picture.captured_at - self._last_captured_at
        if 0 <= gap < self._shortest_gap:  # below 0: the clock was set back
            return False
        self._last_captured_at = picture.captured_at
        return True

    def _give_up_if_stuck(self) -> None:
        now = time.monotonic()
        if self._busy_since is None:
            self._busy_since = now
        elif now - self._busy_since > _STUCK_SECONDS:
            self._transport.abort()
            self.ended.set()


async def stream_mjpeg(request: web.Request) -> web.StreamResponse:
    """`GET …/stream.mjpg?fps=&width=&framing=`: parts until the viewer leaves or its token ends."""
    parts = request.app[PARTS]
    pipeline = parts.cameras.find(request.match_info["camera"])
    fps = query_number(request, "fps", low=0.1, high=120)
    width = query_whole_number(request, "width", low=16, high=8192)
    framing = _framing(request)
    if sum(camera.streams.viewers for camera in parts.cameras) >= MOST_VIEWERS:
        raise UnavailableError(f"{MOST_VIEWERS} viewers are watching already")
    response = web.StreamResponse(
        headers={
            "Content-Type": f"multipart/x-mixed-replace; boundary={BOUNDARY}",
            "Cache-Control": "no-store",
            "Connection": "close",
        }
    )
    await response.prepare(request)
    transport = request.transport
    if transport is None or transport.is_closing():
        return response
    _keep_little_waiting(transport)
    await response.write(_FIRST[framing])
    forms = _CHUNKS if request.version >= HttpVersion11 else _PARTS
    sink = TransportSink(transport, fps=fps, form=forms[framing])
    with (
        parts.guard.held(token_of(request), lambda _: sink.ended.set()),
        pipeline.streams.watched_by(sink, width=width),
    ):
        await sink.ended.wait()
    transport.abort()
    return response


def _framing(request: web.Request) -> str:
    framing = request.query.get("framing", "plain")
    if framing not in _FIRST:
        raise RequestError("must be plain or browser", field="framing")
    return framing


def _keep_little_waiting(transport: asyncio.Transport) -> None:
    """Bound what the kernel keeps for this viewer, in bytes and in time."""
    options = {
        # Measured: 0.07 MB wait for a viewer that reads nothing, and 3.8 MB without this. Room for
        # two whole pictures is no cheaper.
        socket.TCP_NOTSENT_LOWAT: _MOST_UNSENT_BYTES,
        # A viewer that vanished without a word would else be written to for a quarter of an hour.
        socket.TCP_USER_TIMEOUT: round(_STUCK_SECONDS * 1000),
    }
    connection = transport.get_extra_info("socket")
    for option, value in options.items():
        connection.setsockopt(socket.IPPROTO_TCP, option, value)
