"""What passes in front of the lens or over the scene: clouds, rain, snow, insects."""

from collections.abc import Callable, Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
Layer = Callable[[Plane, float], None]  # changes a picture (float32, BGR) of that second in place


def weather_layers(
    recipe: Mapping[str, Any], shape: tuple[int, int], random: np.random.Generator
) -> list[Layer]:
    """The disturbances of a recipe, in the order in which they are laid over a picture."""
    makers = {"clouds": _clouds, "rain": _rain, "snow": _snow, "insects": _insects}
    seconds = recipe["seconds"]
    return [
        make(recipe[name], shape, seconds, random)
        for name, make in makers.items()
        if name in recipe
    ]


def _clouds(
    clouds: Mapping[str, float],
    shape: tuple[int, int],
    seconds: float,
    random: np.random.Generator,
) -> Layer:
    height, width = shape
    length = int(width + height + clouds["speed"] * width * seconds) + 8
    sky = random.standard_normal((height, length), np.float32)
    sky = np.asarray(cv2.GaussianBlur(sky, (0, 0), clouds["scale"]), np.float32)
    thin, thick = np.percentile(sky, (45, 70))
    shadow = np.clip((sky - thin) / (thick - thin), 0, 1) * clouds["depth"]
    start, end = clouds.get("t0", 0.0), clouds.get("t1", 1e9)

    def draw(picture: Plane, at: float) -> None:
        if start <= at <= end:
            x = int((at - start) * clouds["speed"] * width)
            picture *= 1 - shadow[:, x : x + width, None]

    return draw


def _rain(
    rain: Mapping[str, float],
    shape: tuple[int, int],
    seconds: float,
    random: np.random.Generator,
) -> Layer:
    del seconds

    def draw(picture: Plane, at: float) -> None:
        streaks = np.zeros(shape, np.float32)
        for x, y, strength in random.uniform(0, 1, (int(rain["n"]), 3)):
            head = int(x * shape[1]), int(y * shape[0])
            foot = head[0] + 1, head[1] + int(rain["len"] * (0.5 + strength))
            cv2.line(streaks, head, foot, (float(rain["level"] * (0.4 + 0.6 * strength)),), 1)
        picture += cv2.GaussianBlur(streaks, (0, 0), 0.8)[..., None]

    return draw


def _snow(
    snow: Mapping[str, float],
    shape: tuple[int, int],
    seconds: float,
    random: np.random.Generator,
) -> Layer:
    del seconds
    fall = np.array([0.13, 1.1, 0.0])  # sides of the picture a second
    flakes = random.uniform(0, 1, (int(snow["n"]), 3))

    def draw(picture: Plane, at: float) -> None:
        layer = np.zeros(shape, np.float32)
        for x, y, size in (flakes + fall * at) % 1:
            place, radius = (int(x * shape[1]), int(y * shape[0])), int(snow["r"] * (0.4 + size))
            cv2.circle(
                layer, place, max(1, radius), (float(snow["level"] * (0.4 + 0.6 * size)),), -1
            )
        picture += cv2.GaussianBlur(layer, (0, 0), 0.8)[..., None]

    return draw


def _insects(
    insects: Mapping[str, float],
    shape: tuple[int, int],
    seconds: float,
    random: np.random.Generator,
) -> Layer:
    number = int(insects["per_min"] * seconds / 60)
    begins = random.uniform(1, max(1.0, seconds - 1), number)
    lengths = random.uniform(0.2, 0.9, number)
    places, ways = random.uniform(0, 1, (number, 2)), random.uniform(-1, 1, (number, 2))
    size = np.array([shape[1], shape[0]])

    def draw(picture: Plane, at: float) -> None:
        for begin, length, place, way in zip(begins, lengths, places, ways, strict=True):
            if begin <= at <= begin + length:
                head = (place + way * insects["speed"] * (at - begin)) * size
                tail = head - way * insects["speed"] * 0.03 * shape[1]
                layer = np.zeros(shape, np.float32)
                points = [(int(x), int(y)) for x, y in (head, tail)]
                width = max(1, int(2 * insects["r"]))
                cv2.line(layer, points[0], points[1], (float(insects["level"]),), width)
                picture += cv2.GaussianBlur(layer, (0, 0), 1.5)[..., None]

    return draw
