"""A camera whose pictures a test decides: real frames whose clock runs many times faster."""

import queue
import time
from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from pi_agent.errors import CameraError
from pi_agent.frames import Frame, encode_jpeg

WIDTH, HEIGHT, FPS = 320, 180, 10.0
_PAUSE = 0.006  # seconds between frames: long enough for whoever looks at each of them


class ScriptedSource:
    """A frame source fed by a test; frame times run at `FPS`, however fast they are fed."""

    encoder = "source"

    def __init__(self) -> None:
        self.opened = 0
        self.closed = 0
        self._frames: queue.Queue[Frame | CameraError | None] = queue.Queue(maxsize=1000)
        self._sequence = 0
        self._began = time.time()
        self._broken: str | None = None
        self._background = _background()

    # --- the test's side -----------------------------------------------------------------------

    def still(self, seconds: float) -> None:
        """Queue pictures in which nothing moves."""
        self._feed(self._background for _ in range(round(seconds * FPS)))

    def walk(self, seconds: float) -> None:
        """Queue pictures in which somebody crosses from left to right."""
        steps = round(seconds * FPS)
        self._feed(self._with_person(step / steps) for step in range(steps))

    def dark(self, seconds: float) -> None:
        """Queue pictures of a covered lens."""
        black = np.full_like(self._background, 8)
        self._feed(black for _ in range(round(seconds * FPS)))

    def turned(self, seconds: float) -> None:
        """Queue still pictures of what the camera shows once somebody has turned it a little."""
        elsewhere = np.roll(self._background, WIDTH // 8, axis=1)
        self._feed(elsewhere for _ in range(round(seconds * FPS)))

    def break_off(self, reason: str) -> None:
        """Lose the camera, after what was queued, until `mend`."""
        self._broken = reason
        self._frames.put(CameraError(reason))

    def mend(self) -> None:
        """Let the camera be opened again."""
        self._broken = None

    # --- the agent's side ----------------------------------------------------------------------

    def open(self) -> None:
        """Fail while the camera is broken."""
        self.opened += 1
        if self._broken is not None:
            raise CameraError(self._broken)

    def read(self) -> Frame:
        """The next frame that the test queued."""
        while True:
            entry = self._frames.get()
            if isinstance(entry, CameraError):
                raise entry
            if entry is not None:
                time.sleep(_PAUSE)
                return entry
            raise CameraError("interrupted")

    def interrupt(self) -> None:
        """End a wait in `read`."""
        self._frames.put(None)

    def close(self) -> None:
        """Count it."""
        self.closed += 1

    def _feed(self, pictures: Iterable[NDArray[np.uint8]]) -> None:
        for picture in pictures:
            self._sequence += 1
            at = self._sequence / FPS
            self._frames.put(
                Frame(
                    sequence=self._sequence,
                    captured_at=self._began + at,
                    monotonic_at=at,
                    width=WIDTH,
                    height=HEIGHT,
                    jpeg=encode_jpeg(picture, quality=85),
                )
            )

    def _with_person(self, progress: float) -> NDArray[np.uint8]:
        picture = self._background.copy()
        x = round(-20 + progress * (WIDTH + 20))
        cv2.rectangle(picture, (x, 70), (x + 24, 150), (30, 26, 40), -1)
        cv2.circle(picture, (x + 12, 60), 11, (140, 160, 200), -1)
        return picture


def _background() -> NDArray[np.uint8]:
    coarse = np.random.default_rng(3).integers(70, 190, (12, 20, 3), np.uint8)
    return np.asarray(cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8)
