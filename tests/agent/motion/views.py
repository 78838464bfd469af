"""A place with more in it than one view shows, and a camera that looks at it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from .scenes import HEIGHT, WIDTH, Draw, Luma, Plane

_MARGIN = 60  # pixels of the place around the view of a camera as it was put up


def place(seed: int = 3) -> Plane:
    """House fronts, doors, hedges: grey levels 30 to 220, (h, w) larger than a view by a margin."""
    random = np.random.default_rng(seed)
    height, width = HEIGHT + 2 * _MARGIN, WIDTH + 2 * _MARGIN
    picture = np.full((height, width), 120, np.float32)
    for _ in range(90):
        x, y = random.integers(-20, width), random.integers(-20, height)
        w, h = random.integers(8, 60, 2)
        grey = float(random.uniform(30, 220))
        cv2.rectangle(picture, (int(x), int(y)), (int(x + w), int(y + h)), (grey,), -1)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.8), np.float32)


def palisade(seed: int) -> Plane:
    """A view of nothing but upright posts, here and there."""
    random = np.random.default_rng(seed)
    picture = np.full((HEIGHT, WIDTH), 120, np.float32)
    for _ in range(70):
        x, y, tall = (int(n) for n in random.integers((0, 0, 12), (WIDTH, HEIGHT - 10, 30)))
        cv2.rectangle(picture, (x, y), (x + 2, y + tall), (40.0,), -1)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.8), np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """How a camera was turned since it was put up: fractions of its picture, and degrees."""

    right: float = 0.0
    down: float = 0.0
    roll: float = 0.0


STRAIGHT = Aim()


def view(where: Plane, aim: Aim = STRAIGHT) -> Plane:
    """What the camera shows of a place."""
    centre = (
        _MARGIN + WIDTH / 2 + aim.right * WIDTH - 0.5,
        _MARGIN + HEIGHT / 2 + aim.down * HEIGHT - 0.5,
    )
    turn: Any = cv2.getRotationMatrix2D(centre, aim.roll, 1.0)
    turn[:, 2] += np.array([WIDTH / 2 - 0.5, HEIGHT / 2 - 0.5]) - centre
    return np.asarray(cv2.warpAffine(where, turn, (WIDTH, HEIGHT)), np.float32)


def taken(plane: Plane, *, noise: float = 2.0, seed: int = 0) -> Luma:
    """The plane as a sensor gives it."""
    random = np.random.default_rng(seed)
    noisy = plane + random.normal(0, noise, plane.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def showing(plane: Plane, draw: Draw | None = None) -> Callable[[float], Luma]:
    """A still view; `draw` changes it in place."""

    def at(second: float) -> Luma:
        changed = plane.copy()
        if draw is not None:
            draw(changed, second)
        return taken(changed, seed=round(second * 1000) % 2**32)

    return at
