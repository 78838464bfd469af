"""Which of the pixels that stand out belong to something that moves on."""

from typing import Any

import cv2
import numpy as np
from cv2.typing import MatLike

_NEIGHBOURS = np.ones((3, 3), np.uint8)
_AROUND = (7, 7)
_LEAST_SHARE = 0.12  # of the pixels around
_LEAST_LEVEL: Any = round(_LEAST_SHARE * 255)  # OpenCV's stubs know no numbers here
_LEAST_CHANGED = round(_LEAST_SHARE * _AROUND[0] * _AROUND[1])


def moving_pixels(foreground: MatLike, changed: MatLike) -> MatLike | None:
    """The foreground (255 or 0), gaps closed, where enough of it has just changed; None if nowhere.

    What was left behind or taken away stands out as well, but does not change any more.
    """
    ongoing = cv2.bitwise_and(foreground, changed)
    if cv2.countNonZero(ongoing) < _LEAST_CHANGED:
        return None
    near = cv2.compare(cv2.blur(ongoing, _AROUND), _LEAST_LEVEL, cv2.CMP_GE)
    closed = cv2.morphologyEx(foreground, cv2.MORPH_CLOSE, _NEIGHBOURS)
    return cv2.bitwise_and(closed, near)
