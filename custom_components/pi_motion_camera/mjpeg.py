"""How live pictures are framed for browsers, and written to each.

Chromium shows a picture of a `multipart/x-mixed-replace` response only once it has read the
headers of the next part. So each JPEG is followed by those at once, and no part says its length:
the picture appears when it comes, not when the next one does.
"""

import asyncio
import socket
from time import monotonic
from typing import Final, NamedTuple

_BOUNDARY: Final = "pi-motion-camera"
_NEXT_PART: Final = f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\n\r\n".encode()
_END: Final = b"\r\n" + _NEXT_PART
_CHUNK_END: Final = _END + b"\r\n"
_STUCK_SECONDS: Final = 10.0  # a viewer that cannot take one picture within this is gone
_MOST_UNSENT_BYTES: Final = 64 * 1024  # that the kernel takes beyond what the network carries

RESPONSE_HEADERS: Final = {
    "Content-Type": f"multipart/x-mixed-replace; boundary={_BOUNDARY}",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # a reverse proxy in front must pass pictures on at once
}
FIRST_PART: Final = _NEXT_PART


class BrowserPart(NamedTuple):
    """A picture and the opening of the part after it, in the same memory for all viewers."""

    chunk: bytes  # as HTTP/1.1 sends it: its size, the JPEG, the rest

    @property
    def part(self) -> bytes:
        """The part alone: for HTTP/1.0, which has no chunks, and which some proxies speak."""
        return self.chunk[self.chunk.index(b"\r\n") + 2 : -2]


def browser_part(jpeg: bytes | memoryview) -> BrowserPart:
    """The part for a picture, copied once for all viewers."""
    return BrowserPart(b"".join((b"%x\r\n" % (len(jpeg) + len(_END)), jpeg, _CHUNK_END)))


class BrowserViewer:
    """Writes parts to one browser; while that is still busy with one, it misses the next.

    Straight into the transport: measured, `StreamResponse.write` and a task to call it cost three
    times as much. Lives on the event loop.
    """

    def __init__(self, transport: asyncio.Transport, *, chunked: bool) -> None:
        """`chunked`: the response is sent in chunks, as HTTP/1.1 does."""
        self.ended = asyncio.Event()
        self._transport = transport
        self._chunked = chunked
        self._busy_since: float | None = None
        connection = transport.get_extra_info("socket")
        if connection is not None and not transport.is_closing():
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _MOST_UNSENT_BYTES)

    def offer(self, part: BrowserPart) -> None:
        """Send the part, unless the viewer still has one to read; give up one that is stuck."""
        transport = self._transport
        if transport.is_closing():
            self.end()
        elif transport.get_write_buffer_size():
            self._give_up_if_stuck()
        else:
            self._busy_since = None
            transport.write(part.chunk if self._chunked else part.part)

    def end(self) -> None:
        """There will be no more."""
        self.ended.set()

    def _give_up_if_stuck(self) -> None:
        now = monotonic()
        if self._busy_since is None:
            self._busy_since = now
        elif now - self._busy_since > _STUCK_SECONDS:
            self._transport.abort()
            self.end()
