"""A few scenes of our own, so that the benchmark runs where there is no footage."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .ground_truth import Clip
from .render import Sprite

WALKER = "walker"
_LEAVES = {"amp": 2.5, "hz": 0.7, "box": [0, 0, 1, 0.55]}
_NIGHT_NOISE = {"a": 0.2, "b": 5, "blur": 0.8, "chroma": 0.2}


def background() -> NDArray[np.uint8]:
    """A yard: soft light, edges, and texture everywhere (BGR)."""
    random = np.random.default_rng(3)
    coarse = random.uniform(50, 190, (9, 16, 3)).astype(np.float32)
    picture: Any = cv2.resize(coarse, (1280, 720), interpolation=cv2.INTER_CUBIC)
    for _ in range(60):
        x, y, w, h = (int(v) for v in random.integers((0, 0, 20, 20), (1200, 680, 160, 120)))
        picture[y : y + h, x : x + w] += float(random.uniform(-40, 40))
    texture = random.normal(0, 14, picture.shape).astype(np.float32)
    picture += cv2.GaussianBlur(texture, (0, 0), 1.2) * 2
    return np.asarray(np.clip(picture, 0, 255).astype(np.uint8))


def walker() -> list[Sprite]:
    """Two steps of a figure with head, coat and legs."""
    return [_step(apart) for apart in (4, 14)]


def _step(apart: int) -> Sprite:
    figure = np.zeros((120, 50, 4), np.uint8)
    cv2.ellipse(figure, (25, 55), (15, 32), 0, 0, 360, (60, 50, 45, 255), -1)
    cv2.circle(figure, (25, 14), 11, (150, 170, 200, 255), -1)
    for foot in (25 - apart, 25 + apart):
        cv2.line(figure, (25, 80), (foot, 118), (40, 30, 30, 255), 9)
    return figure


def synthetic_clips(*, quick: bool) -> list[Clip]:
    """Scenes with their own truth; only every other one where it shall be quick."""
    recipes = _recipes()
    names = list(recipes)[:: 2 if quick else 1]
    return [clip(name, recipes[name]) for name in names]


def cost_clips() -> list[Clip]:
    """A still room, leaves in the wind, a road full of walkers, whose cost is measured."""
    crowd = [_walk(begin, h=0.3) for begin in range(1, 11)]
    return [
        clip("cost still", {"seconds": 12}),
        clip("cost wind", {"seconds": 12, "sway": _LEAVES}),
        clip("cost road", {"seconds": 12, "subjects": crowd}),
    ]


def clip(name: str, recipe: dict[str, Any]) -> Clip:
    """The clip of a recipe; its subjects are its events."""
    subjects = recipe.get("subjects", ())
    events = tuple((s["t0"], s["t0"] + s["dur"]) for s in subjects)
    return Clip(name=name, events=events, recipe={"seed": len(name), **recipe})


def _recipes() -> dict[str, dict[str, Any]]:
    lamp = [[0, 1], [10, 1], [10.1, 0.4], [20, 0.4], [20.1, 1.2], [21.5, 1], [45, 1]]
    return {
        "walkers": {"seconds": 45, "subjects": [_walk(8), _walk(22, h=0.2), _walk(35, h=0.12)]},
        "lamp": {"seconds": 45, "gain": lamp},
        "leaves": {"seconds": 45, "sway": _LEAVES, "subjects": [_walk(25)]},
        "night": {
            "seconds": 45,
            "noise": _NIGHT_NOISE,
            "subjects": [_walk(10, contrast=0.6), _walk(30, h=0.2, contrast=0.7)],
        },
        "clouds": {"seconds": 45, "clouds": {"depth": 0.4, "speed": 0.2, "scale": 120}},
        "rain": {
            "seconds": 45,
            "rain": {"n": 60, "len": 22, "level": 45},
            "insects": {"per_min": 12, "r": 5, "level": 120, "speed": 0.7},
            "subjects": [_walk(30)],
        },
    }


def _walk(begin: float, *, h: float = 0.4, contrast: float = 1.0) -> dict[str, Any]:
    return {
        "t0": begin, "dur": 6, "x0": -0.05, "y0": 0.95, "x1": 1.05, "y1": 0.9,
        "h": h, "contrast": contrast, "sprite": WALKER,
    }  # fmt: skip
