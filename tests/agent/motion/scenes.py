"""Synthetic luma planes that carry their own truth."""

from collections.abc import Callable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from pi_agent.motion import MotionDetector, MotionObservation, MotionSettings
from pi_agent.protocol import CameraSettings

WIDTH, HEIGHT, FPS = 160, 90, 10.0
Luma = NDArray[np.uint8]
Plane = NDArray[np.float32]
Draw = Callable[[Plane, float], None]


def background(seed: int = 5) -> Plane:
    """A still room: soft shapes and some texture, grey levels 40 to 200."""
    coarse = np.random.default_rng(seed).uniform(40, 200, (9, 16)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC))


def scene(seconds: float, draw: Draw, *, noise: float = 2.0) -> Iterator[tuple[float, Luma]]:
    """Planes with their second; `draw` changes the still room in place."""
    random = np.random.default_rng(7)
    still = background()
    for number in range(round(seconds * FPS)):
        plane = still.copy()
        draw(plane, number / FPS)
        plane += random.normal(0, noise, plane.shape).astype(np.float32)
        yield number / FPS, np.clip(plane, 0, 255).astype(np.uint8)


def observed(
    draw: Draw,
    *,
    seconds: float = 12,
    noise: float = 2.0,
    settings: CameraSettings | None = None,
) -> list[MotionObservation]:
    """What a detector finds when it looks at every plane of the scene."""
    detector = MotionDetector(MotionSettings.of(settings or CameraSettings()))
    return [detector.observe(luma, at) for at, luma in scene(seconds, draw, noise=noise)]


def active_seconds(observations: list[MotionObservation]) -> list[float]:
    """When something moved."""
    return [observation.at for observation in observations if observation.active]


def nothing(plane: Plane, at: float) -> None:
    """Leave the room as it is."""


def person(x: float, y: float = 40, *, tall: int = 34, contrast: float = 1.0) -> Draw:
    """Somebody who stands at x, y (pixels, top left); with less contrast, they show through."""

    def draw(plane: Plane, at: float) -> None:
        left, top = round(x), round(y)
        for part, grey in (
            (np.s_[top : top + tall, max(0, left) : max(0, left + tall // 3)], 20),
            (np.s_[top : top + tall // 4, max(0, left + 2) : max(0, left + tall // 3 - 2)], 160),
        ):
            plane[part] += contrast * (grey - plane[part])

    return draw


def walk(begin: float, end: float, *, tall: int = 34, y: float = 40, contrast: float = 1.0) -> Draw:
    """Somebody who crosses from left to right between two seconds."""

    def draw(plane: Plane, at: float) -> None:
        if begin <= at < end:
            x = -tall / 3 + (at - begin) / (end - begin) * (WIDTH + tall / 3)
            person(x, y, tall=tall, contrast=contrast)(plane, at)

    return draw


def along(*path: tuple[float, float]) -> Draw:
    """Somebody who is at the given x (pixels) at each of the given seconds, and nowhere else."""
    seconds, places = zip(*path, strict=True)

    def draw(plane: Plane, at: float) -> None:
        if seconds[0] <= at < seconds[-1]:
            person(float(np.interp(at, seconds, places)))(plane, at)

    return draw
