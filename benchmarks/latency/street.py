"""A street in which somebody walks by every few seconds, filmed in real time."""

import time

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.stream.pictures import HEIGHT, WIDTH
from pi_agent.errors import CameraError
from pi_agent.frames import Frame, encode_jpeg

FPS = 15.0
CYCLE_SECONDS = 4.0
_WALK_SECONDS = 1.4
_QUIET_SECONDS = 6.0  # at first: the scene has to be learned
_NOISE = 2.2  # grey levels: makes JPEGs of about 70 kB
_QUALITY = 80


class StreetSource:
    """A camera that makes JPEGs itself. All pictures are made before the first one is asked for."""

    encoder = "source"

    def __init__(self, *, fps: float = FPS, is_empty: bool = False) -> None:
        """Nobody walks by where it `is_empty`."""
        self._fps = fps
        self._is_empty = is_empty
        self._street = _street()
        self._still = [self._jpeg(number, None) for number in range(8)]
        steps = 0 if is_empty else round(_WALK_SECONDS * fps)
        self._walk = [self._jpeg(step, (step + 1) / steps) for step in range(steps)]
        self._sequence = 0
        self._due = 0.0
        self._interrupted = False

    def open(self) -> None:
        """Begin; nobody is to be seen at first."""
        self._interrupted = False
        self._due = time.monotonic()

    def read(self) -> Frame:
        """The next picture, at its time."""
        self._due += 1 / self._fps
        time.sleep(max(0.0, self._due - time.monotonic()))
        if self._interrupted:
            raise CameraError("interrupted")
        self._sequence += 1
        return Frame(
            sequence=self._sequence,
            captured_at=time.time(),
            monotonic_at=time.monotonic(),
            width=WIDTH,
            height=HEIGHT,
            jpeg=self._picture(),
        )

    def interrupt(self) -> None:
        """End the wait for the next picture, which is short."""
        self._interrupted = True

    def close(self) -> None:
        """Nothing is held."""

    def _picture(self) -> bytes:
        number = self._sequence - round(_QUIET_SECONDS * self._fps)
        step = number % round(CYCLE_SECONDS * self._fps) if number >= 0 else len(self._walk)
        if step < len(self._walk):
            return self._walk[step]
        return self._still[self._sequence % len(self._still)]

    def _jpeg(self, seed: int, progress: float | None) -> bytes:
        picture = self._street.copy()
        if progress is not None:
            left = round(progress * (WIDTH - 100))
            cv2.rectangle(picture, (left, 250), (left + 90, 620), (30, 26, 40), -1)
            cv2.circle(picture, (left + 45, 215), 40, (140, 160, 200), -1)
        noise = np.random.default_rng(seed).normal(0.0, _NOISE, (HEIGHT, WIDTH, 1))
        return encode_jpeg(np.clip(picture + noise, 0, 255).astype(np.uint8), quality=_QUALITY)


def _street() -> NDArray[np.uint8]:
    coarse = np.random.default_rng(3).integers(70, 190, (18, 32, 3), np.uint8)
    return np.asarray(cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8)
