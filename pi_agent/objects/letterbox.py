"""A part of a picture fitted into the square that a network takes, and boxes back out of it."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pi_agent.protocol import Box

_GREY: Any = (114, 114, 114)  # what the YOLO family was trained to see as nothing

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A rectangle of a picture, in its pixels."""

    left: int
    top: int
    width: int
    height: int

    def cut(self, picture: Picture) -> Picture:
        """This part of it, sharing its memory."""
        return picture[self.top : self.top + self.height, self.left : self.left + self.width]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterbox:
    """How `region` of a picture (height, width) lies in the network's input, top left."""

    region: Region
    scale: float
    picture_size: tuple[int, int]

    @classmethod
    def fit(cls, region: Region, size: tuple[int, int], picture: Picture) -> "Letterbox":
        """As large as the input (width, height) takes it."""
        scale = min(size[0] / region.width, size[1] / region.height)
        return cls(region=region, scale=scale, picture_size=(picture.shape[0], picture.shape[1]))

    def drawn(self, picture: Picture, size: tuple[int, int]) -> Picture:
        """The input, (height, width, 3) uint8 in BGR order."""
        width = max(1, round(self.region.width * self.scale))
        height = max(1, round(self.region.height * self.scale))
        way = cv2.INTER_AREA if self.scale < 1 else cv2.INTER_LINEAR
        part = cv2.resize(self.region.cut(picture), (width, height), interpolation=way)
        right, below = size[0] - width, size[1] - height
        boxed = cv2.copyMakeBorder(part, 0, below, 0, right, cv2.BORDER_CONSTANT, value=_GREY)
        return np.asarray(boxed, np.uint8)

    def box(self, left: float, top: float, right: float, bottom: float) -> Box:
        """The corners, given in pixels of the input, as fractions of the whole picture."""
        height, width = self.picture_size
        x1 = _clipped((self.region.left + left / self.scale) / width)
        y1 = _clipped((self.region.top + top / self.scale) / height)
        x2 = _clipped((self.region.left + right / self.scale) / width)
        y2 = _clipped((self.region.top + bottom / self.scale) / height)
        return Box(x=x1, y=y1, w=max(0.0, x2 - x1), h=max(0.0, y2 - y1))


def whole(picture: Picture) -> Region:
    """All of it."""
    return Region(left=0, top=0, width=picture.shape[1], height=picture.shape[0])


def around(box: Box, picture: Picture, *, least: int, margin: float = 0.3) -> Region:
    """A square around what moves, grown by `margin` of its size, at least `least` pixels wide.

    Small figures are found there that the whole picture, scaled down, has lost.
    """
    height, width = picture.shape[:2]
    side = round(max(box.w * width, box.h * height) * (1 + 2 * margin))
    side = max(least, side)
    across, down = min(side, width), min(side, height)
    left = round((box.x + box.w / 2) * width - across / 2)
    top = round((box.y + box.h / 2) * height - down / 2)
    return Region(
        left=min(max(0, left), width - across),
        top=min(max(0, top), height - down),
        width=across,
        height=down,
    )


def common_share(a: Box, b: Box) -> float:
    """Of the area that both cover together, how much both cover."""
    width = min(a.x + a.w, b.x + b.w) - max(a.x, b.x)
    height = min(a.y + a.h, b.y + b.h) - max(a.y, b.y)
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    return both / (a.w * a.h + b.w * b.h - both)


def _clipped(fraction: float) -> float:
    return min(1.0, max(0.0, fraction))
