"""The built-in scene as a camera: fifteen drawn frames a second."""

import time

from pi_agent.frames import Frame

from .demo_scene import DemoScene
from .pace import Pace

_FPS = 15.0


class DemoSource:
    """Delivers `DemoScene`, whose time starts anew whenever the source is opened."""

    encoder = "opencv"

    def __init__(self, *, width: int = 1280, height: int = 720) -> None:
        self._size = (width, height)
        self._scene: DemoScene | None = None
        self._pace = Pace()
        self._opened_at = 0.0
        self._sequence = 0

    def open(self) -> None:
        """Draw the background."""
        self._pace.begin()
        self._scene = self._scene or DemoScene(*self._size)
        self._opened_at = time.monotonic()
        self._sequence = 0

    def read(self) -> Frame:
        """The next frame, when it is due; late frames are left out rather than hurried."""
        if self._scene is None:
            raise RuntimeError("open the source before reading from it")
        since = time.monotonic() - self._opened_at
        self._sequence = max(self._sequence + 1, int(since * _FPS))
        seconds = self._sequence / _FPS
        self._pace.wait_until(self._opened_at + seconds)
        captured_at, monotonic_at = time.time(), time.monotonic()
        width, height = self._size
        return Frame(
            sequence=self._sequence,
            captured_at=captured_at,
            monotonic_at=monotonic_at,
            width=width,
            height=height,
            pixels=self._scene.render(seconds),
        )

    def interrupt(self) -> None:
        """End a wait in `read`."""
        self._pace.interrupt()

    def close(self) -> None:
        """Nothing to let go of; the drawn background is kept for the next time."""
