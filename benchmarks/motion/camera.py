"""Cameras that serve shots as motion JPEG over HTTP, each frame when it is due."""

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from .footage import Shot

_HEAD = b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"
_PART = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"


@dataclass(slots=True, kw_only=True)
class Camera:
    """Plays its shots to each viewer from the first one on."""

    port: int
    began_at: float = 0.0  # monotonic seconds: when the newest viewer got the first frame
    over: threading.Event = field(default_factory=threading.Event)  # a viewer has seen the last


@contextmanager
def running_camera(shots: Sequence[Shot], *, again_after: float | None = None) -> Iterator[Camera]:
    """Serves while the block runs; over and over, where the seconds of a round are given."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        camera = Camera(port=listener.getsockname()[1])
        gone = threading.Event()
        arguments = (listener, camera, shots, again_after, gone)
        door = threading.Thread(target=_serve, args=arguments, daemon=True)
        door.start()
        try:
            yield camera
        finally:
            gone.set()
            listener.shutdown(socket.SHUT_RDWR)
            door.join()


def _serve(
    listener: socket.socket,
    camera: Camera,
    shots: Sequence[Shot],
    again_after: float | None,
    gone: threading.Event,
) -> None:
    while not gone.is_set():
        try:
            viewer, _ = listener.accept()
        except OSError:
            return
        arguments = (viewer, camera, shots, again_after, gone)
        threading.Thread(target=_play, args=arguments, daemon=True).start()


def _play(
    viewer: socket.socket,
    camera: Camera,
    shots: Sequence[Shot],
    again_after: float | None,
    gone: threading.Event,
) -> None:
    with contextlib.suppress(OSError), viewer:
        viewer.recv(65536)
        viewer.sendall(_HEAD)
        camera.began_at = began = time.monotonic()
        for offset in [0.0] if again_after is None else itertools.count(0.0, again_after):
            for shot in shots:
                if gone.wait(max(0.0, began + offset + shot.at - time.monotonic())):
                    return
                viewer.sendall(_PART % len(shot.jpeg) + shot.jpeg + b"\r\n")
        camera.over.set()
