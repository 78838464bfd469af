"""Which of the pixels that stand out belong to something that moves on."""

from typing import Any

import cv2
import numpy as np
from cv2.typing import MatLike

_NEIGHBOURS = np.ones((3, 3), np.uint8)
_AROUND = 7  # pixels
_LEAST_SHARE = 0.08  # of the pixels around, if they changed much; half as many more, if little
_LEAST_LEVEL: Any = round(_LEAST_SHARE * 255)
_LEAST_CHANGED = round(_LEAST_SHARE * _AROUND * _AROUND)


def moving_pixels(foreground: MatLike, changed: MatLike) -> MatLike | None:
    """The foreground (255 or 0), gaps closed, where enough of it has just changed; None if nowhere.

    What was left behind or taken away stands out as well, but does not change any more. `changed`
    is 255 where a pixel changed much, of which 4 in 49 are enough, and 170 where it did a little,
    as what flickers with the noise does: of those it takes 6. At an edge, which is mirrored, half
    as many.
    """
    ongoing = cv2.bitwise_and(foreground, changed)
    if cv2.countNonZero(ongoing) < _LEAST_CHANGED:
        return None
    part = _surroundings(ongoing)
    near = cv2.compare(cv2.blur(ongoing[part], (_AROUND, _AROUND)), _LEAST_LEVEL, cv2.CMP_GE)
    closed = foreground[part]
    moving = np.zeros_like(foreground)
    cv2.bitwise_and(closed, near, moving[part])
    return moving


def _surroundings(plane: MatLike) -> tuple[slice, slice]:
    """The rows and columns with anything in them, and as many around as the averages reach."""
    left, top, width, height = cv2.boundingRect(plane)
    margin = _AROUND - 1
    return (
        slice(max(0, top - margin), top + height + margin),
        slice(max(0, left - margin), left + width + margin),
    )
