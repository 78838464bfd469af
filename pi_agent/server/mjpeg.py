"""The live stream of a camera: prepared parts straight to the viewer's socket."""

import asyncio
import socket
import time

from aiohttp import HttpVersion11, web

from pi_agent.errors import RequestError, UnavailableError
from pi_agent.streaming import BOUNDARY, FIRST_BOUNDARY, EncodedPicture

from .auth_middleware import token_of
from .parts import PARTS
from .request_values import query_number, query_whole_number

MOST_VIEWERS = 250
# Without a length, which would have to be known before the picture is.
_NEXT_PART = f"\r\n--{BOUNDARY}\r\nContent-Type: image/jpeg\r\n\r\n".encode()
FIRST_PART = _NEXT_PART[2:]
_STUCK_SECONDS = 30.0  # a viewer that reads nothing for so long is gone
_MOST_UNSENT_BYTES = 64 * 1024  # that the kernel takes beyond what the network carries


class TransportSink:
    """Writes parts into one viewer's transport; a viewer that is still busy misses the frame.

    At most one part waits in memory for a viewer, whatever its speed. Lives on the event loop.
    """

    def __init__(self, transport: asyncio.Transport, *, fps: float | None, chunked: bool) -> None:
        self.ended = asyncio.Event()
        self._transport = transport
        self._chunked = chunked
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
            self._send(picture)
        return True

    def _send(self, picture: EncodedPicture) -> None:
        self._transport.write(picture.chunk if self._chunked else picture.part)

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


class BrowserSink(TransportSink):
    """Sends the headers of the next part right behind each picture.

    Measured: Chromium then shows a picture after 10 ms instead of with the one that follows it.
    """

    def _send(self, picture: EncodedPicture) -> None:
        parts = [picture.jpeg, _NEXT_PART]
        if self._chunked:
            parts = [b"%x\r\n" % sum(map(len, parts)), *parts, b"\r\n"]
        self._transport.write(b"".join(parts))


async def stream_mjpeg(request: web.Request) -> web.StreamResponse:
    """`GET …/stream.mjpg?fps=&width=&framing=`: parts until the viewer leaves or its token ends."""
    parts = request.app[PARTS]
    pipeline = parts.cameras.find(request.match_info["camera"])
    fps = query_number(request, "fps", low=0.1, high=120)
    width = query_whole_number(request, "width", low=16, high=8192)
    for_browser = _framing(request) == "browser"
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
    if transport is None:
        return response
    _keep_little_waiting(transport)
    await response.write(FIRST_PART if for_browser else FIRST_BOUNDARY)
    kind = BrowserSink if for_browser else TransportSink
    sink = kind(transport, fps=fps, chunked=request.version >= HttpVersion11)
    with (
        parts.guard.held(token_of(request), lambda _: sink.ended.set()),
        pipeline.streams.watched_by(sink, width=width),
    ):
        await sink.ended.wait()
    transport.abort()
    return response


def _framing(request: web.Request) -> str:
    framing = request.query.get("framing", "plain")
    if framing not in {"plain", "browser"}:
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
