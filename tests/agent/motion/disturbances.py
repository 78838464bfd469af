"""What changes in a picture without anybody moving: light, weather, leaves, a mast in the wind."""

from itertools import product

import cv2
import numpy as np

from .scenes import HEIGHT, WIDTH, Draw, Plane

_COLUMNS = np.arange(WIDTH, dtype=np.float32)
_LEAF = 8  # pixels


def together(*draws: Draw) -> Draw:
    """One after the other, the light best last."""

    def draw(plane: Plane, at: float) -> None:
        for part in draws:
            part(plane, at)

    return draw


def lamp(on: float, off: float = float("inf"), *, factor: float = 1.5) -> Draw:
    """A light that is switched on at a second, and off at another."""

    def draw(plane: Plane, at: float) -> None:
        if on <= at < off:
            plane *= factor

    return draw


def ramp(begin: float, seconds: float, factor: float) -> Draw:
    """Light or exposure that changes steadily to so many times what it was, and stays there."""

    def draw(plane: Plane, at: float) -> None:
        plane *= 1 + (factor - 1) * float(np.clip((at - begin) / seconds, 0, 1))

    return draw


def cloud(begin: float, *, depth: float = 0.4, softness: float = 12.0) -> Draw:
    """The edge of a shadow that crosses the picture in five seconds."""

    def draw(plane: Plane, at: float) -> None:
        edge = (at - begin) / 5 * (WIDTH + 8 * softness) - 4 * softness
        plane *= 1 - depth / (1 + np.exp((_COLUMNS - edge) / softness))

    return draw


def infrared_cut(begin: float) -> Draw:
    """At dusk the camera takes its filter out: another curve of tones, all at once."""

    def draw(plane: Plane, at: float) -> None:
        if at >= begin:
            plane[:] = 255 * (plane / 255) ** 0.7

    return draw


def rain(drops: int = 40, *, width: int = 1, length: int = 6, level: float = 45.0) -> Draw:
    """Streaks, or flakes, that are nowhere where they just were."""

    def draw(plane: Plane, at: float) -> None:
        random = np.random.default_rng(round(at * 1000))
        for x, y in zip(
            random.integers(0, WIDTH, drops), random.integers(0, HEIGHT, drops), strict=True
        ):
            plane[y : y + length, x : x + width] += level * random.uniform(0.4, 1.0)

    return draw


def leaves(
    swing: float, *, begin: float = 0.0, left: int = 20, top: int = 10, width: int = 48
) -> Draw:
    """A bush; from a second on, each of its leaves swings by so many pixels in its own time."""
    random = np.random.default_rng(13)
    places = list(product(range(top, top + 40, _LEAF), range(left, left + width, _LEAF)))
    greys = random.uniform(40, 200, (len(places), 3 * _LEAF, 3 * _LEAF)).astype(np.float32)
    greys = np.stack([cv2.GaussianBlur(grey, (0, 0), 1.2) for grey in greys])
    phases, beats = random.uniform(0, 6.28, (2, len(places))), random.uniform(2, 5, len(places))

    def draw(plane: Plane, at: float) -> None:
        far = swing if at >= begin else 0.0
        for (y, x), grey, (one, other), beat in zip(places, greys, phases.T, beats, strict=True):
            move = (far * np.sin(beat * at + one), far / 2 * np.sin(beat * at + other))
            shift = np.array([[1, 0, move[0]], [0, 1, move[1]]], np.float32)
            moved = cv2.warpAffine(grey, shift, (3 * _LEAF, 3 * _LEAF), borderMode=cv2.BORDER_WRAP)
            plane[y : y + _LEAF, x : x + _LEAF] = moved[_LEAF : 2 * _LEAF, _LEAF : 2 * _LEAF]

    return draw


def shake(pixels: float) -> Draw:
    """A camera on a mast: the whole picture trembles by so many pixels."""

    def draw(plane: Plane, at: float) -> None:
        random = np.random.default_rng(round(at * 1000))
        dx, dy = random.uniform(-pixels, pixels, 2)
        shift = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
        plane[:] = cv2.warpAffine(
            plane.copy(), shift, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE
        )

    return draw


def insects(*begins: float, visible: float = 0.2) -> Draw:
    """Bright insects in a lamp's light, at those seconds; each overlaps where it just was."""
    random = np.random.default_rng(17)
    places = random.integers((10, 10), (WIDTH - 30, HEIGHT - 20), (len(begins), 2))

    def draw(plane: Plane, at: float) -> None:
        for begin, (left, top) in zip(begins, places.tolist(), strict=True):
            if begin - 1e-6 <= at < begin + visible - 1e-6:
                x = left + round((at - begin) * 60)
                plane[top : top + 3, x : x + 8] += 120

    return draw
