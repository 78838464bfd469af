"""What a look found, told in full, and what it would have found at the highest sensitivity."""

import base64
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from pi_agent.protocol import Box, MotionLook, PixelMask

from .blobs import Blobs
from .detector import MotionDetector
from .observation import MotionObservation
from .settings import MotionSettings

_MOST_BOXES = 12
_KEENEST = 100  # sees all that any sensitivity does, so its scores are known below the threshold


class LookTeller:
    """Makes a `MotionLook` of each look of a detector with `settings`.

    A second detector, at the highest sensitivity, scores what the first leaves out. It costs as
    much again: have one only while somebody watches.
    """

    def __init__(self, camera: str, settings: MotionSettings) -> None:
        self._camera = camera
        self._keenest = MotionDetector(settings)
        self.apply(settings)

    def apply(self, settings: MotionSettings) -> None:
        """Go on with other settings."""
        self._threshold = 100 - settings.sensitivity
        self._keenest.apply(replace(settings, sensitivity=_KEENEST))

    def tell(
        self,
        luma: NDArray[np.uint8],
        observation: MotionObservation,
        *,
        captured_at: float,
        fps: float | None,
    ) -> MotionLook:
        """What was seen in the plane (h, w, uint8), captured then (seconds since the epoch)."""
        keenest = self._keenest.observe(luma, observation.at)
        moving = observation.moving
        return MotionLook(
            camera=self._camera,
            at=datetime.fromtimestamp(captured_at, UTC),
            score=self._score(observation, keenest),
            threshold=self._threshold,
            active=observation.active,
            learning=observation.learning,
            zones=observation.zones,
            boxes=() if moving is None else _boxes(moving, luma.shape),
            mask=None if moving is None else _mask(moving, luma.shape),
            fps=None if fps is None else round(fps, 1),
        )

    def _score(self, observation: MotionObservation, keenest: MotionObservation) -> float:
        """What does not count, be it for want of time alone, is below the threshold."""
        score = keenest.score if keenest.active else 0.0
        if observation.active:
            return max(score, observation.score)
        return max(0.0, min(score, self._threshold - 1.0))


def _boxes(moving: Blobs, shape: tuple[int, ...]) -> tuple[Box, ...]:
    """The largest blobs' boxes, as fractions of the plane of `shape` (h, w)."""
    height, width = shape
    sizes = np.bincount(moving.owners, minlength=len(moving))
    largest = moving.boxes[np.argsort(sizes)[::-1][:_MOST_BOXES]]
    ends = np.minimum(largest[:, :2] + largest[:, 2:], (width, height))  # boxes are even
    fractions = np.hstack((largest[:, :2], ends - largest[:, :2])) / (width, height, width, height)
    rows: list[list[float]] = fractions.round(4).tolist()
    return tuple(Box(x=x, y=y, w=w, h=h) for x, y, w, h in rows)


def _mask(moving: Blobs, shape: tuple[int, ...]) -> PixelMask:
    height, width = shape
    plane = np.zeros(height * width, np.uint8)
    plane[moving.pixels] = 1
    rows = np.packbits(plane.reshape(height, width), axis=1)
    return PixelMask(width=width, height=height, bits=base64.b64encode(rows.tobytes()).decode())
