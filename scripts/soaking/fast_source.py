"""A camera whose day passes in less than a day: a street, or a recording, over and over."""

import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pi_agent.errors import CameraError
from pi_agent.frames import Frame, encode_jpeg

FPS = 5.0  # of the camera's own time
_SIZE = (640, 360)
_WALK_SECONDS = 6
_ROUND_SECONDS = 90  # somebody comes by 40 times an hour
_LEAST_SPEED = 2.0
_MOST_PICTURES = 600  # of a recording, kept as JPEG in memory


class FastSource:
    """Delivers pictures `speed` times as fast as they say, fewer while it is held back."""

    encoder = "source"

    def __init__(self, *, speed: float, recording: Path | None = None) -> None:
        """`recording` is a video file; without one the street is drawn."""
        pictures = _recorded(recording) if recording else _street()
        self._jpegs = [encode_jpeg(picture, quality=80) for picture in pictures]
        if not self._jpegs:
            raise CameraError(f"{recording}: no picture can be read")
        self._size = _size_of(self._jpegs[0])
        self._speed = speed
        self.is_held_back = False  # the machine does not keep up with its clips
        self._sequence = 0
        self._began = time.time()
        self._due = time.monotonic()

    @property
    def camera_seconds(self) -> float:
        """How much of the camera's time has passed."""
        return self._sequence / FPS

    def open(self) -> None:
        """Nothing to open."""

    def read(self) -> Frame:
        """The next picture, when it is due."""
        self._sequence += 1
        speed = min(self._speed, _LEAST_SPEED) if self.is_held_back else self._speed
        self._due = max(self._due + 1 / FPS / speed, time.monotonic() - 1)
        time.sleep(max(0.0, self._due - time.monotonic()))
        at = self.camera_seconds
        width, height = self._size
        return Frame(
            sequence=self._sequence,
            captured_at=self._began + at,
            monotonic_at=at,
            width=width,
            height=height,
            jpeg=self._jpegs[self._sequence % len(self._jpegs)],
        )

    def interrupt(self) -> None:
        """A read never takes long."""

    def close(self) -> None:
        """Nothing to close."""


def _street() -> Iterator[NDArray[np.uint8]]:
    """One round: nobody, then somebody from left to right."""
    width, height = _SIZE
    coarse = np.random.default_rng(3).integers(70, 190, (24, 40, 3), np.uint8)
    empty = np.asarray(cv2.resize(coarse, _SIZE, interpolation=cv2.INTER_CUBIC), np.uint8)
    frames, walking = round(_ROUND_SECONDS * FPS), round(_WALK_SECONDS * FPS)
    yield from itertools.repeat(empty, frames - walking)
    for step in range(walking):
        picture = empty.copy()
        x = round(step / walking * width)
        cv2.rectangle(picture, (x, height // 3), (x + 50, height - 40), (20, 20, 30), -1)
        yield picture


def _recorded(path: Path) -> Iterator[NDArray[np.uint8]]:
    """The recording's pictures, as many a second as we deliver."""
    video = cv2.VideoCapture(str(path))
    every = max(1, round((video.get(cv2.CAP_PROP_FPS) or FPS) / FPS))
    try:
        for number in range(_MOST_PICTURES * every):
            done, picture = video.read()
            if not done:
                return
            if number % every == 0:
                yield np.asarray(cv2.resize(picture, _SIZE), np.uint8)
    finally:
        video.release()


def _size_of(jpeg: bytes) -> tuple[int, int]:
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None  # noqa: S101  (we encoded it)
    height, width = picture.shape[:2]
    return width, height
