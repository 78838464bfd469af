"""A network camera in front of which somebody may walk by, round after round; it can hang."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import suppress

import cv2
import numpy as np
from numpy.typing import NDArray

FPS = 10.0
WALK_SECONDS = 1.5
ROUND_SECONDS = 4.0
_SIZE = (320, 180)
_HEAD = (
    b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n"
    b"Connection: close\r\n\r\n"
)


class WalkedCamera:
    """Serves MJPEG from `listening`; each connection sees the same round."""

    def __init__(self, listening: socket.socket) -> None:
        host, port = listening.getsockname()[:2]
        self.url = f"http://{host}:{port}/stream"
        self.connections = 0
        self._listening = listening
        self._parts = [_part(picture) for picture in _round()]
        self._goes_on = asyncio.Event()
        self._goes_on.set()
        self._is_empty = True
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Begin to serve."""
        self._server = await asyncio.start_server(self._serve, sock=self._listening)

    async def close(self) -> None:
        """End the service; may be called twice."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            server.close_clients()

    def hang(self) -> None:
        """Say nothing more, with every connection left open and new ones taken."""
        self._goes_on.clear()

    def mend(self) -> None:
        """Go on where it hung."""
        self._goes_on.set()

    def walk(self) -> None:
        """From now on somebody walks by in each round."""
        self._is_empty = False

    def stop_walking(self) -> None:
        """Nobody walks by any more."""
        self._is_empty = True

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(_HEAD)
            while True:
                await self._goes_on.wait()
                writer.write(self._part())
                await writer.drain()
                await asyncio.sleep(1 / FPS)
        writer.close()

    def _part(self) -> bytes:
        if self._is_empty:
            return self._parts[0]
        now = asyncio.get_running_loop().time()
        return self._parts[int(now % ROUND_SECONDS * FPS) % len(self._parts)]


def _round() -> Iterator[NDArray[np.uint8]]:
    """Quiet first, then somebody from left to right."""
    width, height = _SIZE
    coarse = np.random.default_rng(3).integers(70, 190, (12, 20, 3), np.uint8)
    empty = np.asarray(cv2.resize(coarse, _SIZE, interpolation=cv2.INTER_CUBIC), np.uint8)
    frames, walking = round(ROUND_SECONDS * FPS), round(WALK_SECONDS * FPS)
    for frame in range(frames):
        picture = empty.copy()
        step = frame - (frames - walking)
        if step >= 0:
            x = round(step / walking * width)
            cv2.rectangle(picture, (x, height // 3), (x + 28, height - 20), (20, 20, 30), -1)
        yield picture


def _part(picture: NDArray[np.uint8]) -> bytes:
    done, jpeg = cv2.imencode(".jpg", picture)
    if not done:
        raise ValueError("the picture cannot be encoded")
    head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
    return head.encode() + jpeg.tobytes() + b"\r\n"
