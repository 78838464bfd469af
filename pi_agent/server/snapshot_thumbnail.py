"""A small square of an event's snapshot around what moved: what a list of events shows of each."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pi_agent.errors import NotFoundError
from pi_agent.frames import encode_jpeg
from pi_agent.protocol import Box

_SIDE = 320  # pixels; a tile of Home Assistant's media browser on a sharp screen
_QUALITY = 80
_AROUND = 1.6  # times the box: what moved, and where
_LEAST = 0.5  # of the picture's shorter side: a spot without its surroundings says nothing
_EVERYWHERE = Box(x=0.0, y=0.0, w=1.0, h=1.0)


def thumbnail(jpeg: bytes, box: Box | None) -> bytes:
    """The JPEG of the square, at most 320 pixels wide; the middle where the box is not known."""
    decoded = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if decoded is None:
        raise NotFoundError("the snapshot is damaged")
    square = _square(np.asarray(decoded, np.uint8), box or _EVERYWHERE)
    side = min(_SIDE, square.shape[0])
    small = cv2.resize(square, (side, side), interpolation=cv2.INTER_AREA)
    return encode_jpeg(np.asarray(small, np.uint8), quality=_QUALITY)


def _square(picture: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """As large as the box needs, around its middle, within the picture."""
    height, width = picture.shape[:2]
    most = min(width, height)
    wanted = _AROUND * max(box.w * width, box.h * height)
    side = round(min(most, max(_LEAST * most, wanted)))
    left = _within((box.x + box.w / 2) * width - side / 2, width - side)
    top = _within((box.y + box.h / 2) * height - side / 2, height - side)
    return picture[top : top + side, left : left + side]


def _within(value: float, most: int) -> int:
    return max(0, min(most, round(value)))
