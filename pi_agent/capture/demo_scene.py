"""A drawn scene to try everything with: a garden path that somebody walks along now and then.

A pure function of time: the same second always looks the same, but for the sensor's noise.
"""

import math
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

FIRST_CROSSING = 8.0
CROSSING_EVERY = 24.0
CROSSING_LASTS = 7.0
_LIGHT_PERIOD = 90.0  # seconds for the light to fade and come back, as on a cloudy day
_NOISE_SIGMA = 2.5  # grey levels, a small sensor indoors
_NOISE_PLANES = 8
_WALL, _GRASS, _PATH = (168, 176, 184), (74, 118, 88), (150, 158, 166)
_DOOR, _FRAME, _COAT, _SKIN = (70, 72, 120), (214, 218, 222), (60, 52, 44), (150, 176, 214)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """Where the figure is: `progress` from 0 (enters on the left) to 1 (has left on the right)."""

    number: int
    progress: float


def crossing_at(seconds: float) -> Crossing | None:
    """The figure's crossing at this time of the scene, None while nobody is there."""
    number, into = divmod(seconds - FIRST_CROSSING, CROSSING_EVERY)
    if seconds < FIRST_CROSSING or into >= CROSSING_LASTS:
        return None
    return Crossing(number=int(number), progress=into / CROSSING_LASTS)


class DemoScene:
    """Draws the scene at `width` x `height` pixels."""

    def __init__(self, width: int = 1280, height: int = 720, *, seed: int = 1) -> None:
        self._size = (width, height)
        self._background = _draw_background(width, height)
        noise = np.random.default_rng(seed).normal(0, _NOISE_SIGMA, (_NOISE_PLANES, height, width))
        self._noise = [_as_bgr(np.abs(plane)) for plane in noise]

    def render(self, seconds: float) -> NDArray[np.uint8]:
        """The picture, BGR (height, width, 3) uint8, at this time of the scene."""
        picture = self._background.copy()
        crossing = crossing_at(seconds)
        if crossing is not None:
            _draw_figure(picture, crossing, seconds)
        light = 0.92 + 0.08 * math.cos(2 * math.pi * seconds / _LIGHT_PERIOD)
        lit = cv2.convertScaleAbs(picture, alpha=light)
        index = int(seconds * 1000) * 7919 % _NOISE_PLANES
        combine = cv2.add if int(seconds * 1000) % 2 else cv2.subtract
        return cast("NDArray[np.uint8]", combine(lit, self._noise[index]))


def _as_bgr(plane: NDArray[np.float64]) -> NDArray[np.uint8]:
    return cast(
        "NDArray[np.uint8]", cv2.cvtColor(plane.round().astype(np.uint8), cv2.COLOR_GRAY2BGR)
    )


def _draw_background(width: int, height: int) -> NDArray[np.uint8]:
    picture = np.empty((height, width, 3), np.uint8)
    horizon = height * 62 // 100
    shade = np.linspace(1.05, 0.85, horizon)[:, None, None]
    picture[:horizon] = np.clip(np.array(_WALL) * shade, 0, 255)
    picture[horizon:] = _GRASS
    cv2.rectangle(picture, (0, height * 78 // 100), (width, height * 92 // 100), _PATH, -1)
    _draw_door(picture, width * 70 // 100, horizon, height)
    _draw_window(picture, width * 20 // 100, height)
    texture = np.random.default_rng(2).normal(0, 5, (height, width, 1))
    return cast(
        "NDArray[np.uint8]",
        cv2.GaussianBlur(np.clip(picture + texture, 0, 255).astype(np.uint8), (3, 3), 0),
    )


def _draw_door(picture: NDArray[np.uint8], x: int, bottom: int, height: int) -> None:
    w, h = height * 18 // 100, height * 42 // 100
    edge = max(2, height // 90)
    cv2.rectangle(picture, (x - edge, bottom - h - edge), (x + w + edge, bottom), _FRAME, -1)
    cv2.rectangle(picture, (x, bottom - h), (x + w, bottom), _DOOR, -1)
    cv2.circle(picture, (x + w * 85 // 100, bottom - h // 2), max(2, height // 100), _FRAME, -1)


def _draw_window(picture: NDArray[np.uint8], x: int, height: int) -> None:
    y, w, h = height * 18 // 100, height * 30 // 100, height * 24 // 100
    edge = max(2, height // 90)
    cv2.rectangle(picture, (x - edge, y - edge), (x + w + edge, y + h + edge), _FRAME, -1)
    cv2.rectangle(picture, (x, y), (x + w, y + h), (120, 96, 72), -1)
    cv2.line(picture, (x + w // 2, y), (x + w // 2, y + h), _FRAME, edge)
    cv2.line(picture, (x, y + h // 2), (x + w, y + h // 2), _FRAME, edge)


def _draw_figure(picture: NDArray[np.uint8], crossing: Crossing, seconds: float) -> None:
    height, width = picture.shape[:2]
    tall = height * 42 // 100
    forward = crossing.number % 2 == 0
    along = crossing.progress if forward else 1 - crossing.progress
    x = round(-tall * 0.3 + along * (width + tall * 0.6))
    foot = height * 86 // 100
    stride = math.sin(seconds * 2 * math.pi * 1.6) * tall * 0.14
    thick = max(3, tall // 11)
    hip, neck = foot - tall * 46 // 100, foot - tall * 82 // 100
    for side in (1, -1):
        cv2.line(picture, (x, hip), (round(x + side * stride), foot), _COAT, thick, cv2.LINE_AA)
        hand = (round(x - side * stride * 0.8), hip)
        cv2.line(picture, (x, neck), hand, _COAT, thick * 2 // 3, cv2.LINE_AA)
    cv2.line(picture, (x, hip), (x, neck), _COAT, thick * 2, cv2.LINE_AA)
    cv2.circle(picture, (x, foot - tall * 91 // 100), tall * 9 // 100, _SKIN, -1, cv2.LINE_AA)
